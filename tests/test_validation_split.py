"""The rows that are held out are the last ones; where those are of other classes, it is told."""

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_iris

import ganglion as gn

X, Y = load_iris(return_X_y=True)  # sorted by class, 50 rows of each
ORDER = np.random.default_rng(0).permutation(len(Y))


def net(loss: str = "cross_entropy", outputs: int = 3) -> gn.MLP:
    made = gn.MLP([4, outputs])
    made.compile("adam", loss=loss)
    return made


@pytest.mark.parametrize("y", [Y, np.eye(3)[Y]], ids=["numbers", "probabilities"])
@pytest.mark.parametrize(
    ("split", "said"),
    [
        (0.2, "the last 30 of 150 rows, all of them are of class 2: shuffle the rows before, or"),
        (0.4, "the last 60 of 150 rows, class 2 is in none of the rows trained on: shuffle"),
    ],
)
def test_rows_sorted_by_class_are_told(y: Any, split: float, said: str) -> None:
    with pytest.warns(UserWarning, match=f"fit: validation_split takes {said}") as caught:
        net().fit(X, y, validation_split=split, verbose=0)
    assert [one.filename for one in caught] == [__file__]


def test_yes_and_no_are_classes_too() -> None:
    with pytest.warns(UserWarning, match=r"of 100 rows, all of them are of class 1: "):
        net("binary_cross_entropy", 1).fit(X[:100], Y[:100], validation_split=0.2, verbose=0)


@pytest.mark.parametrize(
    ("x", "y", "loss", "outputs"),
    [
        (X[ORDER], Y[ORDER], "cross_entropy", 3),
        (X[:50], Y[:50], "cross_entropy", 3),
        (X, np.eye(3)[Y], "binary_cross_entropy", 3),
        (X, Y, "squared_error", 1),
    ],
    ids=["shuffled", "one class", "several columns", "values"],
)
def test_other_rows_are_silent(x: NDArray[Any], y: Any, loss: str, outputs: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net(loss, outputs).fit(x, y, validation_split=0.2, verbose=0)


def test_the_last_rows_are_held_out() -> None:
    split, given = net(), net()
    by_split = split.fit(X[ORDER], Y[ORDER], validation_split=0.1, verbose=0)
    first, last = ORDER[:135], ORDER[135:]
    by_data = given.fit(X[first], Y[first], validation_data=(X[last], Y[last]), verbose=0)
    assert by_split == by_data
