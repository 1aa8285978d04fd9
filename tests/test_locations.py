"""Where something is wrong: by row, position and channel, and with the input or output."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion._base.locations import at, within_row
from ganglion.callbacks import LambdaCallback

Array = NDArray[Any]

ROWS, STEPS, FEATURES = 60, 5, 3


def test_a_number_is_told_by_what_a_row_has() -> None:
    assert within_row(7, 15) == "column 7"
    assert within_row(7, 15, 15) == "column 7"
    assert within_row(7, 15, 3) == "position 2, channel 1"
    assert within_row(7, 15, 1) == "position 7"
    assert within_row(1, 2, 1, labels=("a", "b")) == "column 'b'"
    assert at(4, 7, 15, 3) == "row 4, position 2, channel 1"


def sequences() -> Array:
    return np.random.default_rng(0).normal(size=(ROWS, STEPS, FEATURES))


def network(loss: Any = "squared_error", steps: int | None = STEPS, **given: Any) -> gn.Sequential:
    net = gn.Sequential([gn.Dense(2)], input_size=(steps, FEATURES))
    net.compile("sgd", loss=loss, **given)
    return net


def with_one(array: Array, place: tuple[int, ...], value: float) -> Array:
    array[place] = value
    return array


Call = Callable[[Array, Array], object]
WRONG: dict[str, tuple[Call, str]] = {
    "inputs": (
        lambda x, y: network().fit(with_one(x, (4, 3, 1), np.nan), y),
        "fit: X has nan at row 4, position 3, channel 1$",
    ),
    "inputs of any steps": (
        lambda x, y: network(steps=None).predict(with_one(x, (4, 3, 1), np.inf)),
        "predict: X has inf at row 4, position 3, channel 1$",
    ),
    "inputs of a predictor": (
        lambda x, y: network().predictor()(with_one(x, (4, 3, 1), np.nan)),
        "predictor: x has nan at row 4, position 3, channel 1$",
    ),
    "targets": (
        lambda x, y: network().fit(x, with_one(y, (4, 3, 1), np.nan)),
        "fit: y is nan at row 4, position 3, channel 1, must be finite",
    ),
    "weights": (
        lambda x, y: network().fit(
            x, y, sample_weight=with_one(np.ones((ROWS, STEPS)), (2, 3), -1)
        ),
        "fit: sample_weight is -1.0 at row 2, position 3, must be 0 or",
    ),
    "yes and no": (
        lambda x, y: network(metrics=["accuracy"]).fit(x, with_one(np.zeros_like(y), (4, 3, 1), 2)),
        "accuracy compares yes and no, 1 and 0, y is 2.0 at row 4, position 3, channel 1: ",
    ),
    "masked": (
        lambda x, y: network().predict(np.ma.masked_array(x, x == x[4, 3, 1])),
        "predict: X is masked at row 4, position 3, channel 1: ",
    ),
    "text": (
        lambda x, y: network().predict(with_one(x.astype(object), (4, 3, 1), "no")),  # type: ignore[arg-type]
        "predict: X has 'no' at row 4, position 3, channel 1, must hold",
    ),
    "gradients": (
        lambda x, y: network(lambda t, p, w: (0.0, with_one(p * 1, (4, 3, 1), np.nan))).fit(x, y),
        "loss <lambda>: the gradient has nan at row 4, position 3, channel 1$",
    ),
    "columns": (
        lambda x, y: gn.MLP([15, 2]).predict(with_one(x, (4, 3, 1), np.nan).reshape(ROWS, -1)),
        "predict: X has nan at row 4, column 10$",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_by_position_and_channel(case: str) -> None:
    call, message = WRONG[case]
    x = sequences()
    with pytest.raises((ValueError, TypeError), match=message):
        call(x, x[..., :2].copy())


def pair() -> gn.Model:
    left, right = gn.Input(3, name="left"), gn.Input(3, name="right")
    both = left + right
    net = gn.Model([left, right], {"size": gn.Dense(1)(both), "kind": gn.Dense(2)(both)})
    net.compile("sgd", loss={"size": "squared_error", "kind": "cross_entropy"})
    return net


def rows_for_pair() -> tuple[list[Array], dict[str, Array]]:
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(ROWS, 3)) for _ in range(2)]
    return x, {"size": rng.normal(size=ROWS), "kind": np.arange(ROWS) % 2}


def told_by(net: gn.Model, x: Any, y: Any, **given: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.fit(x, y, verbose=0, **given)
    return [str(one.message) for one in caught]


def test_warnings_of_scales_name_the_input_and_the_output() -> None:
    x, y = rows_for_pair()
    x[1][:, 2] += 1e4
    y["size"] += 1e4
    first, second = told_by(pair(), x, y)
    assert re.match(r"X of right, column 2, has mean 1e\+04", first)
    assert re.match(r"y of size has mean 1e\+04", second)


def test_warnings_of_scales_tell_position_and_channel() -> None:
    x = sequences()
    x[:, 3, 1] += 1e4
    (said,) = told_by(network(), x, x[..., 2:].repeat(2, axis=2))
    assert said.startswith("X, position 3, channel 1, has mean 1e+04")


def test_a_split_that_leaves_a_class_out_names_the_output() -> None:
    x, y = rows_for_pair()
    y["kind"] = np.sort(y["kind"])
    (said,) = told_by(pair(), x, y, validation_split=0.2)
    assert said.startswith("fit: kind: validation_split takes the last 12 of 60 rows, all of them")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("size", np.nan, "fit: size: y has nan at row 7"),
        ("kind", 9, "fit: kind: y is 9.0 at row 7"),
    ],
)
def test_targets_that_change_are_told_with_their_output(
    name: str, value: float, message: str
) -> None:
    x, y = rows_for_pair()
    y["kind"] = y["kind"].astype(float)
    spoil = LambdaCallback(on_epoch_end=lambda *_: with_one(y[name], (7,), value))
    with pytest.raises(ValueError, match=message):
        pair().fit(x, y, epochs=2, callbacks=[spoil], verbose=0)
