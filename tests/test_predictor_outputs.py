"""Predictors of models with several outputs: they give what `predict` does, and one row of that."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np
import pytest
from allocations import assert_allocates_nothing
from numpy.typing import NDArray

import ganglion as gn
from ganglion.inference import MOST_OUTPUTS, Predictor

Array = NDArray[Any]


def of_columns(dtype: str, heads: Any) -> gn.Model:
    """Return a network of two heads, whose outputs are put together by a function."""
    x = gn.Input(5)
    hidden = gn.Dense(17, "tanh")(x)
    return gn.Model(x, heads(gn.Dense(3, "softmax")(hidden), gn.Dense(1)(hidden)), dtype=dtype)


def of_steps(dtype: str, heads: Any) -> gn.Model:
    """Return one whose samples have positions, and one of whose outputs has too."""
    x = gn.Input((6, 3))
    hidden = gn.Dense(4, "tanh")(x)
    return gn.Model(x, heads(gn.Dense(2)(hidden), gn.Dense(5)(gn.Flatten()(hidden))), dtype=dtype)


NETWORKS = {"columns": of_columns, "steps": of_steps}
HEADS: dict[str, Any] = {
    "list": lambda a, b: [a, b],
    "dict": lambda a, b: {"first": a, "second": b},
}
every = pytest.mark.parametrize("heads", HEADS)
each = pytest.mark.parametrize("name", NETWORKS)


def made(name: str, heads: str = "dict", dtype: str = "float32") -> gn.Model:
    return NETWORKS[name](dtype, HEADS[heads])


def samples(net: gn.Model, rows: int, dtype: Any = np.float32) -> Array:
    shape = net.input_size if isinstance(net.input_size, tuple) else (net.input_size,)
    return np.random.default_rng(rows).normal(size=(rows, *shape)).astype(dtype)


def parts(outputs: Any) -> list[Array]:
    return list(outputs.values()) if isinstance(outputs, dict) else outputs


def same(found: Any, expected: Any) -> bool:
    """Tell whether outputs are put together alike, and have the same bits."""
    if type(found) is not type(expected) or (isinstance(found, dict) and [*found] != [*expected]):
        return False
    return all(map(np.array_equal, parts(found), parts(expected)))


@each
@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_it_gives_what_predict_gives_and_a_row_of_that(
    name: str, heads: str, dtype: str, rows: int
) -> None:
    net = made(name, heads, dtype)
    predictor, x = net.predictor(), samples(net, rows, dtype)
    assert isinstance(predictor, Predictor)
    expected = net.predict(x)
    for given in (x, x.astype(np.float64), np.asfortranarray(x), x.tolist(), x.reshape(rows, -1)):
        found = predictor(given)
        assert same(found, expected)
        assert {part.dtype for part in parts(found)} == {np.dtype(dtype)}
    one = predictor(x[rows - 1])
    for part, whole in zip(parts(one), parts(expected), strict=True):
        np.testing.assert_array_equal(part, whole[rows - 1])
    assert [len(part) for part in parts(predictor(x[:0]))] == [0, 0]


def test_it_knows_its_sizes_as_they_are_put_together() -> None:
    of_lists, of_names = made("columns", "list").predictor(), made("steps").predictor()
    assert (of_lists.inputs, of_lists.outputs) == (5, [3, 1])
    assert of_names.outputs == {"first": 12, "second": 5}
    assert getattr(of_names, "output_shape", None) == {"first": (6, 2), "second": (5,)}


@each
@every
@pytest.mark.parametrize("rows", [1, 300, 1000])
def test_outputs_go_where_the_caller_says(name: str, heads: str, rows: int) -> None:
    net = made(name, heads)
    predictor, x = net.predictor(), samples(net, rows)
    expected = net.predict(x)
    memory = [np.full((2 * rows, *part.shape[1:]), np.nan, "f4") for part in parts(expected)]
    places = [array[::2] for array in memory]
    out = places if heads == "list" else dict(zip(expected, places, strict=True))
    assert predictor(x, out=out) is out
    assert same(out, expected)
    assert all(np.isnan(array[1::2]).all() for array in memory)
    first = [array[0] for array in memory]
    predictor(x[-1], out=first if heads == "list" else dict(zip(expected, first, strict=True)))
    for found, whole in zip(first, parts(expected), strict=True):
        np.testing.assert_array_equal(found, whole[-1])


@pytest.mark.parametrize("rows", [256, 1500])
def test_rows_may_be_written_over_by_outputs(rows: int) -> None:
    x = gn.Input(4)
    net = gn.Model(x, [gn.Dense(2)(x), gn.Dense(4, "tanh")(x)])
    given = samples(net, rows)
    expected = net.predict(given)
    out = [np.empty((rows, 2), np.float32), given]
    net.predictor()(given, out=out)
    assert same(out, expected)


@each
def test_threads_share_one(name: str) -> None:
    net = made(name)
    predictor, x = net.predictor(), samples(net, 40)
    expected = net.predict(x)
    net.parameter_vector[:] = 0.5
    with ThreadPoolExecutor(8) as pool:
        assert all(same(found, expected) for found in pool.map(predictor, [x] * 200))


@each
@every
def test_a_pickle_gives_the_same_bits(name: str, heads: str) -> None:
    net = made(name, heads)
    x, copy = samples(net, 30), pickle.loads(pickle.dumps(net.predictor()))
    assert same(copy(x), net.predict(x))


def test_a_tensor_may_be_two_outputs_and_steps_any_number() -> None:
    x = gn.Input((None, 2))
    hidden = gn.Dense(3)(x)
    net = gn.Model(x, {"one": hidden, "same": hidden, "other": gn.Dense(1)(hidden)})
    given = np.random.default_rng(0).normal(size=(5, 7, 2)).astype(np.float32)
    assert same(net.predictor(steps=7)(given), net.predict(given))


@pytest.mark.parametrize("threads", [1, 2])
def test_calls_without_new_arrays_allocate_nothing(threads: int) -> None:
    net = made("columns", "list")
    predictor, x = net.predictor(), samples(net, 300)
    out = predictor(x)
    one = [part[0] for part in out]

    def call() -> None:
        predictor(x, out=out)
        predictor(x[0], out=one)

    assert_allocates_nothing(call, threads)


def good() -> dict[str, Array]:
    return {"first": np.zeros((4, 3), np.float32), "second": np.zeros((4, 1), np.float32)}


def read_only() -> Array:
    array = np.zeros((4, 3), np.float32)
    array.flags.writeable = False
    return array


BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "an array": (np.zeros((4, 3), np.float32), TypeError, "predictor: out must be a list or a"),
    "one of two": ({"first": good()["first"]}, ValueError, "predictor: out has no 'second'"),
    "another": (good() | {"third": 1}, ValueError, "predictor: out names 'third'"),
    "three": ([0, 1, 2], ValueError, "predictor: out has 3 parts, must have 2: first, second"),
    "rows": (
        good() | {"second": np.zeros((5, 1), np.float32)},
        ValueError,
        r"predictor: second: out is ndarray of shape \(5, 1\), must be .* shape \(4, 1\)",
    ),
    "type": (
        good() | {"first": np.zeros((4, 3))},
        ValueError,
        "predictor: first: out is .*float32",
    ),
    "order": (
        good() | {"first": np.zeros((4, 3), np.float32, order="F")},
        ValueError,
        "predictor: first: out must have contiguous rows",
    ),
    "read-only": (good() | {"first": read_only()}, ValueError, "first: out is read-only"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_written_is_told(name: str) -> None:
    out, error, said = BAD[name]
    net = made("columns")
    with pytest.raises(error, match=said):
        net.predictor()(samples(net, 4), out=out)


def test_inputs_that_are_wrong_are_told() -> None:
    net = made("columns")
    predictor, x = net.predictor(), samples(net, 600)
    with pytest.raises(ValueError, match=r"x has shape \(600, 4\), must be \(rows, 5\) or \(5,\)"):
        predictor(x[:, :4])
    x[500, 3] = np.nan
    with pytest.raises(ValueError, match="predictor: x has nan at row 500, column 3"):
        predictor(x)
    two = gn.Input(2), gn.Input(3)
    several = gn.Model(list(two), gn.Dense(1)(gn.Concatenate()(list(two))))
    with pytest.raises(ValueError, match=r"several inputs: .*; predict takes several"):
        several.predictor()


def test_there_are_at_most_so_many() -> None:
    x = gn.Input(2)
    tensors = [gn.Dense(1)(x) for _ in range(MOST_OUTPUTS + 1)]
    most = gn.Model(x, tensors[:-1])
    assert same(most.predictor()([[1, 2]]), most.predict([[1, 2]]))
    with pytest.raises(ValueError, match="the model has 65 outputs, must have at most 64"):
        gn.Model(x, tensors).predictor()


def test_a_predictor_of_several_outputs_has_no_room_for_one() -> None:
    predictor, x = made("columns").predictor(), np.zeros((4, 5), np.float32)
    plain = Predictor(*cast("Any", predictor.__reduce__()[1])[:5])
    for several in (plain, predictor):
        with pytest.raises(TypeError, match="predictor: it has 2 outputs, must have one"):
            Predictor.__call__(several, x)
        with pytest.raises(ValueError, match="predictor: out has 1 arrays, not 2"):
            several._into(x, [np.empty((4, 3), np.float32)])


def test_outputs_are_not_written_over_each_other() -> None:
    predictor, x = made("columns").predictor(), np.zeros((4, 5), np.float32)
    both = np.full((4, 4), np.nan, np.float32)
    beside: Any = {"first": both[:, :3], "second": both[:, 3:]}
    predictor(x, out=beside)
    assert np.isfinite(both).all()
    beside["second"] = both[:, 2:3]
    both[:] = np.nan
    with pytest.raises(ValueError, match="predictor: out: first and second share memory, must not"):
        predictor(x, out=beside)
    assert np.isnan(both).all()
