"""Predictors of samples with positions: they read and give what `predict` does, and one row."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.inference import Predictor

Array = NDArray[Any]

ROWS = 40
SIZES: dict[str, tuple[Any, list[gn.layers.Layer], tuple[int, ...]]] = {
    "steps": ((6, 3), [gn.Dense(2)], (6, 2)),
    "one step": ((1, 3), [gn.Dense(2)], (1, 2)),
    "one channel": ((6, 1), [gn.Dense(2)], (6, 2)),
    "an image": ((4, 5, 3), [gn.Dense(2)], (4, 5, 2)),
    "steps to columns": ((6, 3), [gn.Flatten(), gn.Dense(2)], (2,)),
    "columns to steps": (18, [gn.Reshape((6, 3)), gn.Dense(2)], (6, 2)),
}


def network(case: str, dtype: str = "float32") -> gn.Sequential:
    size, layers, _ = SIZES[case]
    return gn.Sequential([gn.Dense(18, "tanh"), *layers], input_size=size, dtype=dtype)


def samples(net: gn.Sequential, rows: int = ROWS, dtype: Any = np.float32) -> Array:
    shape = net.input_size if isinstance(net.input_size, tuple) else (net.input_size,)
    return np.random.default_rng(0).normal(size=(rows, *shape)).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", SIZES)
def test_it_gives_what_predict_gives_and_a_row_of_that(case: str, dtype: str) -> None:
    net = network(case, dtype)
    predictor, x = net.predictor(), samples(net)
    assert isinstance(predictor, Predictor)
    expected = net.predict(x)
    assert expected.shape[1:] == SIZES[case][2]
    for same in (x, x.reshape(ROWS, -1), x.astype(np.float64), np.asfortranarray(x), x.tolist()):
        np.testing.assert_array_equal(predictor(same), expected)
    np.testing.assert_array_equal(predictor(x[3]), expected[3])
    np.testing.assert_array_equal(predictor(x[3:4]), expected[3:4])
    assert predictor(x[:0]).shape == (0, *expected.shape[1:])
    again = pickle.loads(pickle.dumps(predictor))
    np.testing.assert_array_equal(again(x), expected)


@pytest.mark.parametrize("case", SIZES)
def test_outputs_are_written_in_their_shape(case: str) -> None:
    net = network(case)
    predictor, x = net.predictor(), samples(net)
    expected = net.predict(x)
    out = np.full_like(expected, np.nan)
    assert predictor(x, out=out) is out
    np.testing.assert_array_equal(out, expected)
    every_other = np.full((2 * ROWS, *expected.shape[1:]), np.nan, np.float32)[::2]
    np.testing.assert_array_equal(predictor(x, out=every_other), expected)
    np.testing.assert_array_equal(predictor(x[1], out=out[0]), expected[1])


def test_an_only_channel_may_be_left_out() -> None:
    net = network("one channel")
    x = samples(net)
    np.testing.assert_array_equal(net.predictor()(x[..., 0]), net.predict(x))
    np.testing.assert_array_equal(net.predictor()(x[5, :, 0]), net.predict(x)[5])


def test_rows_may_be_written_over_by_their_outputs() -> None:
    net = gn.Sequential([gn.Dense(3, "tanh")], input_size=(6, 3))
    x = samples(net, 1500)
    expected = net.predict(x)
    np.testing.assert_array_equal(net.predictor()(x, out=x), expected)


@pytest.mark.parametrize("shape", [(ROWS, 3, 6), (ROWS, 5, 3), (3, 6), (ROWS, 17), (2, ROWS, 6, 3)])
def test_what_predict_refuses_is_refused(shape: tuple[int, ...]) -> None:
    net, x = network("steps"), np.zeros(shape)
    message = rf"predictor: x has shape .*{shape[-1]}\), must be \(rows, 6, 3\) or \(6, 3\)"
    with pytest.raises(ValueError, match=message):
        net.predictor()(x)
    with pytest.raises(ValueError, match=r"predict: X has "):
        net.predict(x)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (
            np.empty((ROWS, 12), np.float32),
            r"must be an array of shape \(40, 6, 2\) and type float",
        ),
        (np.empty((ROWS, 6, 2)), r"must be an array of shape \(40, 6, 2\) and type float32"),
        (np.empty((ROWS, 6, 4), np.float32)[..., ::2], "must have contiguous rows"),
        (np.broadcast_to(np.float32(0), (ROWS, 6, 2)), "is read-only"),
    ],
)
def test_where_outputs_cannot_be_written_is_told(out: Any, message: str) -> None:
    net = network("steps")
    with pytest.raises(ValueError, match=f"predictor: out .*{message}"):
        net.predictor()(samples(net), out=out)


def test_it_cannot_be_changed() -> None:
    predictor: Any = network("steps").predictor()
    assert (predictor.input_shape, predictor.output_shape) == ((6, 3), (6, 2))
    for name in ("input_shape", "output_shape", "inputs", "steps"):
        with pytest.raises(AttributeError):
            setattr(predictor, name, 3)


def test_a_frame_of_rows_is_told_by_its_columns() -> None:
    net = network("steps")
    frame = pd.DataFrame(samples(net).reshape(ROWS, 18)).add_prefix("c")
    np.testing.assert_array_equal(net.predictor()(frame), net.predict(samples(net)))
    frame.loc[4, "c7"] = np.nan
    with pytest.raises(ValueError, match="predictor: x has nan at row 4, column 'c7'"):
        net.predictor()(frame)


def test_a_network_of_columns_has_the_plain_one() -> None:
    assert type(gn.MLP([18, 2]).predictor()) is Predictor
