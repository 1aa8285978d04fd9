"""The immutable predictor: the model's bits, for a row or a batch, into memory of the caller's."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from allocations import assert_allocates_nothing
from numpy.typing import NDArray

import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual
from ganglion.inference import Predictor
from ganglion.layers import Layer

Array = NDArray[Any]

INPUTS, OUTPUTS = 5, 3


def make(dtype: str = "float32", rescale: float = 1.0) -> gn.Sequential:
    layers: list[Layer] = [
        Dense(17, "gelu"),
        Residual([Dense(9, "tanh"), Dropout(0.3)]),
        Activation("silu"),
        Dense(OUTPUTS, "softmax"),
    ]
    return gn.Sequential(layers, input_size=INPUTS, dtype=dtype, seed=1, rescale=rescale)


def rows(count: int, dtype: str = "float32") -> Array:
    return np.random.default_rng(count).normal(size=(count, INPUTS)).astype(dtype)


@pytest.fixture
def net() -> gn.Sequential:
    return make()


@pytest.fixture
def predictor(net: gn.Sequential) -> Predictor:
    return net.predictor()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rescale", [1.0, 1 / 255, 3.0])
@pytest.mark.parametrize("count", [1, 2, 7, 255, 256, 257, 1000])
def test_it_gives_the_models_bits(count: int, rescale: float, dtype: str) -> None:
    net = make(dtype, rescale)
    predictor = net.predictor()
    x = rows(count, dtype) / rescale
    y = predictor(x)
    assert y.dtype == dtype == predictor.dtype
    assert y.shape == (count, OUTPUTS)
    np.testing.assert_array_equal(y, net.predict(x))
    for i in {0, count // 2, count - 1}:
        one = predictor(x[i])
        assert one.shape == (OUTPUTS,)
        np.testing.assert_array_equal(one, y[i])


def test_it_knows_its_sizes() -> None:
    predictor = make("float64", 0.5).predictor()
    assert (predictor.inputs, predictor.outputs, predictor.rescale) == (INPUTS, OUTPUTS, 0.5)
    assert predictor.dtype == np.float64
    for name in ("inputs", "outputs", "rescale", "dtype"):
        with pytest.raises(AttributeError):
            setattr(predictor, name, 3)


def test_training_changes_the_model_and_not_the_predictor(net: gn.Sequential) -> None:
    x = rows(50)
    predictor, before = net.predictor(), net.predict(x)
    net.compile("sgd", loss="squared_error")
    net.fit(x, np.ones((50, OUTPUTS)), verbose=0)
    net.parameter_vector[::2] = 0.5
    assert not np.array_equal(net.predict(x), before)
    np.testing.assert_array_equal(predictor(x), before)
    np.testing.assert_array_equal(net.predictor()(x), net.predict(x))
    del net
    np.testing.assert_array_equal(predictor(x), before)


@pytest.mark.parametrize(
    "lay_out",
    [
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=0)[::2],
        lambda x: np.repeat(x, 3, axis=1)[:, ::3],
        lambda x: x[::-1].copy()[::-1],
        lambda x: x[:, ::-1].copy()[:, ::-1],
        lambda x: np.frombuffer(b"\0" + x.tobytes(), np.float32, offset=1).reshape(x.shape),
        lambda x: x.astype(">f4"),
        lambda x: x.astype(np.float64),
        lambda x: x.tolist(),
    ],
    ids=["columns", "rows", "strided", "back", "mirrored", "unaligned", "swapped", "f8", "list"],
)
def test_inputs_may_lie_anyhow(lay_out: Callable[[Array], Any], predictor: Predictor) -> None:
    for count in (1, 20, 300):
        x = rows(count)
        np.testing.assert_array_equal(predictor(lay_out(x)), predictor(x))
        np.testing.assert_array_equal(predictor(lay_out(x)[count - 1]), predictor(x)[-1])


def test_integers_and_bools_are_numbers(predictor: Predictor) -> None:
    x = rows(20) > 0
    expected = predictor(x.astype(np.float32))
    for dtype in (bool, np.int8, np.uint16, np.int64, np.float16):
        np.testing.assert_array_equal(predictor(x.astype(dtype)), expected)


def test_no_rows_give_no_rows(predictor: Predictor) -> None:
    assert predictor(rows(0)).shape == (0, OUTPUTS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [1, 5, 300])
def test_outputs_go_where_the_caller_says(count: int, dtype: str) -> None:
    predictor = make(dtype).predictor()
    x = rows(count, dtype)
    expected = predictor(x)
    places: dict[str, Callable[[Array], Array]] = {
        "whole": lambda memory: memory[:count, :OUTPUTS].copy(),
        "columns of more": lambda memory: memory[:count, 2 : 2 + OUTPUTS],
        "every second row": lambda memory: memory[: 2 * count : 2, :OUTPUTS],
        "backwards": lambda memory: memory[count - 1 :: -1, :OUTPUTS],
    }
    for name, place in places.items():
        memory = np.full((2 * count, 8), np.nan, dtype)
        out = place(memory)
        assert out.shape == expected.shape
        assert predictor(x, out=out) is out, name
        np.testing.assert_array_equal(out, expected, name)
        if out.base is not None:
            assert np.isfinite(memory).sum() == expected.size, f"{name}: wrote beside out"
    one = np.full(OUTPUTS + 2, np.nan, dtype)
    assert predictor(x[0], out=one[1:-1]) is not None
    np.testing.assert_array_equal(one[1:-1], expected[0])
    assert np.isnan(one[[0, -1]]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shift", [-1, 0, 1, 3])
@pytest.mark.parametrize("count", [1, 256, 257, 1000])
def test_the_outputs_may_lie_where_the_inputs_do(count: int, shift: int, dtype: str) -> None:
    predictor = gn.MLP([4, 9, 4], dtype=dtype).predictor()
    memory = np.empty((count + 6, 4), dtype)
    x, out = memory[3:-3], memory[3 + shift : len(memory) - 3 + shift]
    x[:] = np.random.default_rng(0).normal(size=x.shape)
    expected = predictor(x.copy())
    assert predictor(x, out=out) is out
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("steps", [(-1, 1), (1, -1), (2, 1)])
def test_the_outputs_may_lie_where_other_numbers_of_the_inputs_do(steps: tuple[int, int]) -> None:
    predictor = gn.MLP([4, 9, 4]).predictor()
    memory = np.random.default_rng(0).normal(size=(1300, 4)).astype(np.float32)
    x, out = memory[:: steps[0], :: steps[1]][:600], memory[350:950]
    expected = predictor(x.copy())
    predictor(x, out=out)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found_wherever_it_is(bad: float, dtype: str) -> None:
    predictor = gn.MLP([67, 3], dtype=dtype).predictor()
    for place in range(2 * 67):
        x = np.full((2, 67), 1e30, dtype)
        x.flat[place] = bad
        with pytest.raises(ValueError, match=f"row {place // 67}, column {place % 67}$"):
            predictor(x)


def test_what_is_not_finite_is_told_where_the_outputs_lie_over_it() -> None:
    predictor = gn.MLP([4, 9, 4]).predictor()
    x = np.zeros((600, 4), np.float32)
    x[300, 2] = np.inf
    with pytest.raises(ValueError, match="x has inf at row 300, column 2"):
        predictor(x, out=x)


def test_out_whose_rows_lie_between_numbers_is_right_or_refused(predictor: Predictor) -> None:
    record = np.dtype({"names": ["y"], "formats": [(np.float32, OUTPUTS)], "itemsize": 14})
    memory = np.zeros(20, record)
    x = rows(20)
    try:
        predictor(x, out=memory["y"])
    except ValueError as error:
        assert "out" in str(error)  # noqa: PT017  (it need not raise)
    else:
        np.testing.assert_array_equal(memory["y"], predictor(x))


@pytest.mark.parametrize("threads", [1, 2])
def test_calls_without_new_arrays_allocate_nothing(predictor: Predictor, threads: int) -> None:
    x, out = rows(300), np.empty((300, OUTPUTS), np.float32)

    def call() -> None:
        predictor(x, out=out)
        predictor(x[0], out=out[0])

    assert_allocates_nothing(call, threads)


def bad_out(out: Any) -> Callable[[Any], object]:
    return lambda predictor: predictor(rows(4), out=out)


def read_only() -> Array:
    out = np.zeros((4, OUTPUTS), np.float32)
    out.flags.writeable = False
    return out


GOOD = (4, OUTPUTS)
BAD: dict[str, tuple[Callable[[Any], object], type[Exception], str]] = {
    "too wide": (
        lambda p: p(np.ones((4, 6))),
        ValueError,
        r"x has shape \(4, 6\), must be \(rows, 5",
    ),
    "too narrow": (lambda p: p(np.ones(4)), ValueError, r"x has shape \(4,\), must be"),
    "cubic": (lambda p: p(np.ones((1, 4, 5))), ValueError, r"x has shape \(1, 4, 5\), must be"),
    "a number": (lambda p: p(3.0), ValueError, r"x has shape \(\), must be"),
    "None": (lambda p: p(None), TypeError, r"x (has type object|.*None)"),
    "strings": (lambda p: p([["a"] * 5]), TypeError, r"x has type <U1"),
    "complex": (lambda p: p(rows(4) + 1j), TypeError, r"x has type complex"),
    "objects": (lambda p: p(np.array([[None] * 5])), TypeError, r"x has None at row 0, column 0"),
    "NaN": (lambda p: p(with_value(np.nan)), ValueError, r"x has nan at row 2, column 3"),
    "infinity": (lambda p: p(with_value(-np.inf)), ValueError, r"x has -inf at row 2, column 3"),
    "huge": (lambda p: p(with_value(1e39)), ValueError, r"x has 1e\+39 at row 2, column 3"),
    "NaN in a row": (lambda p: p(with_value(np.nan)[2]), ValueError, r"x has nan at .*column 3"),
    "out a list": (bad_out([[0.0] * 3] * 4), ValueError, r"out is list"),
    "out too long": (bad_out(np.zeros((5, 3), "f4")), ValueError, r"out is .*\(5, 3\), must be"),
    "out double": (bad_out(np.zeros(GOOD)), ValueError, r"out is .*must be .* float32"),
    "out swapped": (bad_out(np.zeros(GOOD, ">f4")), ValueError, r"out is .*must be .* float32"),
    "out by columns": (bad_out(np.zeros(GOOD, "f4", "F")), ValueError, r"out must have contiguous"),
    "out read-only": (bad_out(read_only()), ValueError, r"out .*read-only"),
}


def with_value(value: float) -> Array:
    x = rows(4).astype(np.float64)
    x[2, 3] = value
    return x


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told(name: str, predictor: Predictor) -> None:
    call, error, message = BAD[name]
    before = predictor(rows(4))
    with pytest.raises(error, match=message):
        call(predictor)
    np.testing.assert_array_equal(predictor(rows(4)), before)


def test_what_is_too_large_after_rescaling_is_told() -> None:
    predictor = make(rescale=1e10).predictor()
    with pytest.raises(ValueError, match=r"x has 1e\+30 at row 1, column 0"):
        predictor([[1.0] * INPUTS, [1e30, 1, 1, 1, 1]])


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_pickle_gives_the_same_bits(dtype: str, protocol: int) -> None:
    predictor = make(dtype, 0.25).predictor()
    copy = pickle.loads(pickle.dumps(predictor, protocol))
    assert (copy.dtype, copy.rescale) == (predictor.dtype, predictor.rescale)
    x = rows(300)
    np.testing.assert_array_equal(copy(x), predictor(x))


def test_a_pickle_is_read_in_another_process(predictor: Predictor, tmp_path: Path) -> None:
    (tmp_path / "pickle").write_bytes(pickle.dumps(predictor))
    script = (
        "import pickle, sys, numpy as np\n"
        "predictor = pickle.load(open('pickle', 'rb'))\n"
        "sys.stdout.buffer.write(predictor(np.ones((3, 5))).tobytes())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, cwd=tmp_path
    )
    assert done.stderr == b""
    assert done.stdout == predictor(np.ones((3, INPUTS))).tobytes()


def test_one_that_was_never_made_is_refused_and_does_not_crash() -> None:
    script = (
        "import numpy as np\n"
        "from ganglion.inference import Predictor\n"
        "Predictor.__new__(Predictor)(np.empty((1, 0)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, f"ended by signal {-done.returncode}"
    assert "Error: " in done.stderr


@pytest.mark.parametrize("shape", [(8, 8), (4, 4, 4)])
def test_one_image_is_answered_with_how_to_pass_it(shape: tuple[int, ...]) -> None:
    predictor = gn.MLP([64, 10]).predictor()
    with pytest.raises(ValueError, match=r"\(64,\); for one sample pass x\[None\]$"):
        predictor(np.zeros(shape))
    assert predictor(np.zeros(shape)[None]).shape == (1, 10)
    with pytest.raises(ValueError, match=r"x has shape \(7, 8\), must be .* or \(64,\)$"):
        predictor(np.zeros((7, 8)))
