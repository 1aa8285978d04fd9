"""Numbers that networks learn badly as they are: one warning, which says what may be done."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

import ganglion as gn
from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

Array = NDArray[Any]

X, Y = load_iris(return_X_y=True)
ONE_LARGE = X * [1, 1, 1e4, 1]
YEARS = X + np.array([0, 0, 2000, 0])
MIXED = np.column_stack([X, np.full(len(X), 1e-5)])

FAR = {
    "one large": (ONE_LARGE, 2),
    "years": (YEARS, 2),
    "kelvins": (X + np.array([0, 293, 0, 0]), 1),
    "a large constant": (np.column_stack([X, np.full(len(X), 1e6)]), 4),
    "all small": (X * 1e-5, 0),
    "float32": (ONE_LARGE.astype(np.float32), 2),
    "rows": (sparse.csr_matrix(ONE_LARGE), 2),
    "columns": (sparse.csc_matrix(ONE_LARGE), 2),
    "many rows": (np.tile(ONE_LARGE, (2000, 1)), 2),
}


def told(make: Any, x: Any, y: Any, *arguments: Any) -> list[Any]:
    """Return the warnings of a fit that tell of scales."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make.fit(x, y, *arguments)
    return [one for one in caught if "networks learn" in str(one.message)]


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("case", FAR)
def test_inputs_far_from_what_is_learned_well_are_told_once(make: Any, case: str) -> None:
    x, column = FAR[case]
    y = np.resize(Y, x.shape[0])
    warned = told(make(max_iter=1), x, y)
    assert [(one.category, one.filename) for one in warned] == [(UserWarning, __file__)]
    said = rf"X, column {column}, has mean .* deviation .*: pass standardize=True, or scale X"
    assert re.match(said, str(warned[0].message))
    assert not told(make(max_iter=1, standardize=True), x, y)


def test_the_column_is_told_by_its_name() -> None:
    frame = pd.DataFrame(ONE_LARGE, columns=["a", "b", "area", "d"])
    assert "X, column 'area', has" in str(told(MLPClassifier(max_iter=1), frame, Y)[0].message)


@pytest.mark.parametrize(("load", "column"), [(load_wine, 12), (load_breast_cancer, 3)])
def test_a_column_that_is_large_beside_most_others_is_told(
    load: Callable[..., Any], column: int
) -> None:
    x, y = load(return_X_y=True)
    (warned,) = told(MLPClassifier(max_iter=1), x, y)
    assert f"X, column {column}, has mean" in str(warned.message)
    assert not told(MLPClassifier(max_iter=1), (x - x.mean(axis=0)) / x.std(axis=0), y)


RNG = np.random.default_rng(0)
PIXELS = load_digits().data * (255 / 16)
SPOTS = np.zeros((150, 20))  # dark images, a pixel of which is always bright, and some hardly ever
SPOTS[:, 0], SPOTS[::30, 1:12] = 255.0, 1.0
ONE_HOT = np.eye(30)[np.arange(150) % 30]

NOT_FAR: dict[str, Array] = {
    "irises": X,
    "digits": load_digits().data[:150],
    "bytes": PIXELS[:150],
    "bright bytes": 255 - np.abs(RNG.normal(0, 20, (150, 9))),
    "spots": SPOTS,
    "one-hot": ONE_HOT,
    "one-hot and years of age": np.column_stack([ONE_HOT, RNG.uniform(1, 99, 150)]),
    "standardized, with far ones": RNG.standard_t(2, size=(150, 8)),
    "all of one size": RNG.normal(0, 400, (150, 5)),
    "zeros beside": np.column_stack([np.zeros((150, 9)), RNG.normal(0, 400, (150, 2))]),
    "one column": RNG.normal(0, 900, (150, 1)),
}


@pytest.mark.parametrize("case", NOT_FAR)
def test_what_is_large_as_others_are_or_no_larger_than_bytes_is_not_told(case: str) -> None:
    assert not told(MLPClassifier(max_iter=1), NOT_FAR[case], Y)


@pytest.mark.parametrize("others", [1, 2, 9])
def test_a_column_is_large_beside_half_of_the_others(others: int) -> None:
    small = RNG.normal(size=(150, others))
    for size, far in [(240, False), (270, True)]:
        large = RNG.normal(size=(150, 1))
        x = np.column_stack([small, size * (large - large.mean()) / large.std()])
        assert bool(told(MLPClassifier(max_iter=1), x, Y)) is far
        assert not told(MLPClassifier(max_iter=1), np.column_stack([30 * small, x[:, -1:]]), Y)


def test_columns_that_are_small_beside_others_or_zero_are_not_warned_of() -> None:
    assert not told(MLPClassifier(max_iter=1), MIXED, Y)
    assert not told(MLPClassifier(max_iter=1), np.zeros((len(Y), 2)), Y)
    assert not told(MLPRegressor(max_iter=1), load_diabetes().data, np.arange(442) / 100)


def test_rows_that_count_nothing_are_not_looked_at() -> None:
    x = np.where(Y[:, None] == 2, ONE_LARGE * 100, X)
    weight = (Y < 2) * 1.0
    assert not told(MLPClassifier(max_iter=1), x, Y, weight)
    assert told(MLPClassifier(max_iter=1), x, Y)


def test_going_on_is_not_warned_of_again() -> None:
    net = MLPClassifier(max_iter=1, warm_start=True)
    assert [len(told(net, ONE_LARGE, Y)) for _ in range(3)] == [1, 0, 0]


def compiled(loss: Any) -> gn.MLP:
    net = gn.MLP([4, 2] if loss == "gaussian" else [4, 1])
    net.compile("adam", loss=loss)
    return net


class Silent:
    """A network that is fitted for one epoch, without a bar."""

    def __init__(self, loss: Any) -> None:
        self.net = compiled(loss)

    def fit(self, x: Array, y: Array) -> None:
        self.net.fit(x, y, verbose=0)


def network(*first: gn.Normalization, rescale: float = 1.0) -> gn.Sequential:
    net = gn.Sequential([*first, gn.Dense(3)], input_size=4, rescale=rescale)
    net.compile("adam", loss="cross_entropy")
    return net


@pytest.mark.parametrize("case", ["one large", "years", "float32", "rows", "many rows"])
def test_inputs_of_a_network_far_from_what_is_learned_well_are_told_once(case: str) -> None:
    x, column = FAR[case]
    net = network()
    with pytest.warns(UserWarning, match=f"X, column {column}, has mean") as caught:
        net.fit(x, np.resize(Y, x.shape[0]), verbose=0)
    assert [one.filename for one in caught] == [__file__]
    assert "deviation 1: begin the network with gn.Normalization, or scale X" in str(caught[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.fit(x, np.resize(Y, x.shape[0]), verbose=0)  # which goes on


def test_inputs_that_the_network_scales_are_not_warned_of() -> None:
    small = (X * 1e-5).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network(gn.Normalization().adapt(ONE_LARGE)).fit(ONE_LARGE, Y, verbose=0)
        network(rescale=1e5).fit(small, Y, verbose=0)
        network().fit(load_digits().data[:150, 10:14], Y, verbose=0)


def test_inputs_are_looked_at_as_rescale_makes_them() -> None:
    with pytest.warns(UserWarning, match=r"X times rescale, column 2, has mean 3\.76e\+03"):
        network(rescale=0.1).fit(ONE_LARGE, Y, verbose=0)


PRICES = 180_000 + 1_000.0 * np.arange(len(X))


@pytest.mark.parametrize("loss", ["mse", "absolute_error", "huber", "quantile", "gaussian"])
def test_targets_of_a_network_far_from_what_is_learned_well_are_told(loss: str) -> None:
    net = compiled(loss)
    with pytest.warns(UserWarning, match="y has mean 2.54e.05 and .*: scale y, and pred") as caught:
        net.fit(X, PRICES, verbose=0)
    assert [one.filename for one in caught] == [__file__]
    assert not told(Silent(loss), X, (PRICES - PRICES.mean()) / PRICES.std())


def test_targets_of_a_network_that_say_what_their_size_is_are_not_warned_of() -> None:
    def own(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        return float(((y - p) ** 2).mean()), 2 * (p - y) / y.size

    assert not told(Silent("poisson"), X, PRICES)  # the outputs are logarithms
    assert not told(Silent(own), X, PRICES)


def test_a_network_that_goes_on_is_not_warned_of() -> None:
    net = compiled("mse")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.fit(X, PRICES, epochs=2, initial_epoch=1, verbose=0)
