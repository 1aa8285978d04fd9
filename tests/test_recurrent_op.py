"""Recurrent cells in the core, against the oracle, in outputs that are NaN before."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close
from reference_recurrent import (
    gru,
    gru_backward,
    lstm,
    lstm_backward,
    simple_rnn,
    simple_rnn_backward,
)

from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

DTYPES = [np.float32, np.float64]
# Rows, steps, units: parts of vectors and tiles, and whole ones.
SIZES = [(1, 1, 1), (3, 2, 5), (7, 9, 16), (41, 3, 33), (1, 30, 64), (70, 5, 130)]


class Walk:
    """A cell on a tape; all that it writes is NaN at first.

    Args:
        add: Adds the cell to a graph, by the values that it reads: z and what is learnt.
        learnt: First values, matrices.
        sizes: Rows, steps and columns of z.
    """

    def __init__(self, add: Any, learnt: Sequence[Array], sizes: tuple[int, int, int]) -> None:
        rows, steps, columns = sizes
        self.units, self.shapes = len(learnt[0]), [one.shape for one in learnt]
        self.graph = graph = _core.Graph()
        self.z = graph.input("z", columns, steps)
        self.h = add(graph, self.z, *(graph.parameter("u", *one.shape) for one in learnt))
        self.core: Any = getattr(_core, learnt[0].dtype.name)
        self.store = self.core.ParameterStore(graph)
        self.store.values[:] = np.concatenate([one.ravel() for one in learnt])
        self.store.gradients[:] = np.nan
        self.tape = self.core.Tape(
            graph=graph,
            inputs=[self.z],
            outputs=[self.h],
            input_gradients=True,
            store=self.store,
            max_batch=rows + 3,
            seed=0,
        )

    def forward(self, z: Array) -> Array:
        h = np.full((len(z), z.shape[1] * self.units), np.nan, z.dtype)
        self.tape.forward([z.reshape(len(z), -1)], [h], 0)
        return h.reshape(*z.shape[:2], self.units)

    def backward(self, dh: Array) -> list[Array]:
        """Return the gradient of z, and of what is learnt."""
        rows, steps, _ = dh.shape
        dz = np.full((rows, self.graph.cols(self.z)), np.nan, dh.dtype)
        self.tape.backward([dh.reshape(rows, -1)], [dz])
        begins = np.cumsum([rows * cols for rows, cols in self.shapes])[:-1]
        parts = np.split(self.store.gradients, begins)
        learnt = [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]
        return [dz.reshape(rows, steps, -1), *learnt]

    def predict(self, z: Array) -> Array:
        predictor = self.core.Predictor(
            graph=self.graph, inputs=[self.z], outputs=[self.h], store=self.store, max_batch=9
        )
        h = np.full((len(z), z.shape[1] * self.units), np.nan, z.dtype)
        predictor.predict([(z.reshape(len(z), -1), 1.0, None)], [h])
        return h.reshape(*z.shape[:2], self.units)


def in_order(z: Array, backwards: bool) -> Array:
    """Return steps in the order in which they are walked."""
    return z[:, ::-1] if backwards else z


def drawn(
    rng: np.random.Generator, sizes: tuple[int, int, int], gates: int, dtype: Any
) -> tuple[Array, Array, Array]:
    """Return z, recurrent weights and a gradient of h."""
    rows, steps, units = sizes
    u = (rng.normal(size=(units, gates * units)) / np.sqrt(units) / 2).astype(dtype)
    z = rng.normal(size=(rows, steps, gates * units)).astype(dtype)
    return z, u, rng.normal(size=sizes).astype(dtype)


def check(
    walk: Walk,
    z: Array,
    dh: Array,
    expected: Sequence[Array],
    backwards: bool,
) -> None:
    """Compare with the oracle's h, gradient of z, and of what is learnt."""
    rows, steps, units = dh.shape
    h = walk.forward(z)
    assert_close(h, expected[0], family="reduction", depth=units * steps)
    np.testing.assert_array_equal(walk.predict(z), h)
    dz, *learnt = walk.backward(dh)
    assert_close(in_order(dz, backwards), expected[1], family="reduction", depth=units * steps)
    depth, scale = rows * steps + units * steps, np.sqrt(rows * steps)
    for one, other in zip(learnt, expected[2:], strict=True):
        of = np.reshape(other, one.shape)
        assert_close(one, of, family="reduction", depth=depth, scale=scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "relu", "identity", "gelu", "elu"])
@pytest.mark.parametrize("sizes", SIZES)
def test_a_simple_cell_is_that_of_the_oracle(
    isa: str,
    sizes: tuple[int, int, int],
    activation: str,
    backwards: bool,
    dtype: Any,
    rng: np.random.Generator,
) -> None:
    z, u, dh = drawn(rng, sizes, 1, dtype)
    walk = Walk(
        lambda graph, *read: graph.simple_rnn(*read, activation, 0.7, backwards), [u], z.shape
    )
    order = in_order(z, backwards)
    h, _ = simple_rnn(order, u, activation, 0.7)
    gradients = simple_rnn_backward(order, u, dh, activation, 0.7)
    check(walk, z, dh, [h, *gradients], backwards)


FUNCTIONS = [(("tanh", 0.0), ("sigmoid", 0.0)), (("elu", 0.7), ("softsign", 0.0))]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("functions", FUNCTIONS)
@pytest.mark.parametrize("sizes", SIZES)
def test_cells_with_gates_are_those_of_the_oracle(
    isa: str,
    sizes: tuple[int, int, int],
    functions: Any,
    backwards: bool,
    dtype: Any,
    rng: np.random.Generator,
) -> None:
    z, u, dh = drawn(rng, sizes, 4, dtype)
    walk = Walk(lambda graph, *read: graph.lstm(*read, *functions, backwards), [u], z.shape)
    order = in_order(z, backwards)
    h, *_ = lstm(order, u, *functions)
    check(walk, z, dh, [h, *lstm_backward(order, u, dh, *functions)], backwards)

    z, u, dh = drawn(rng, sizes, 3, dtype)
    order, bias = in_order(z, backwards), rng.normal(size=(1, 3 * sizes[2])).astype(dtype)
    walk = Walk(lambda graph, *read: graph.gru(*read, *functions, backwards), [u, bias], z.shape)
    h, _ = gru(order, u, bias, *functions)
    check(walk, z, dh, [h, *gru_backward(order, u, bias, dh, *functions)], backwards)

    walk = Walk(lambda graph, *read: graph.gru(*read, None, *functions, backwards), [u], z.shape)
    h, _ = gru(order, u, 0.0, *functions)
    dz, du, _ = gru_backward(order, u, 0.0, dh, *functions)
    check(walk, z, dh, [h, dz, du], backwards)


CELLS: dict[str, tuple[int, Any]] = {
    "simple_rnn": (1, lambda graph, *read: graph.simple_rnn(*read, "tanh", 0.0, False)),
    "lstm": (4, lambda graph, *read: graph.lstm(*read, *FUNCTIONS[0], False)),
    "gru": (3, lambda graph, *read: graph.gru(*read, None, *FUNCTIONS[0], False)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_rows_have_their_bits_in_any_batch(
    isa: str, cell: str, dtype: Any, rng: np.random.Generator
) -> None:
    gates, add = CELLS[cell]
    z, u, _ = drawn(rng, (61, 7, 45), gates, dtype)
    walk = Walk(add, [u], z.shape)
    expected = walk.forward(z)
    for count in (1, 2, 3, 5, 16, 40):
        for first in range(0, 61, count):
            rows = slice(first, first + count)
            np.testing.assert_array_equal(walk.forward(z[rows]), expected[rows])
            np.testing.assert_array_equal(walk.predict(z[rows]), expected[rows])


def test_what_does_not_fit_is_refused() -> None:
    graph = _core.Graph()
    z, u = graph.input("z", 3, 4), graph.parameter("u", 3, 3)
    assert graph.size_of(graph.simple_rnn(z, u, "tanh", 0.0, False)) == (4, 3)
    wrong = [
        ((u, u, "tanh", 0.0), "simple_rnn: u has no row for each sample"),
        ((z, z, "tanh", 0.0), "simple_rnn: z is no parameter"),
        ((z, graph.parameter("w", 3, 4), "tanh", 0.0), "w is 3x4, must be 3x3"),
        ((z, graph.parameter("w", 4, 4), "tanh", 0.0), "w makes 4 columns, z has 3"),
        ((z, u, "leaky_relu", -1.0), "leaky_relu: slope is -1, must not be negative"),
        ((z, u, "softmax", 0.0), "softmax"),
    ]
    for arguments, message in wrong:
        with pytest.raises(ValueError, match=message):
            graph.simple_rnn(*arguments, False)


def test_gates_that_do_not_fit_are_refused() -> None:
    graph = _core.Graph()
    tanh, sigmoid = FUNCTIONS[0]
    z, u = graph.input("z", 12, 4), graph.parameter("u", 3, 12)
    assert graph.size_of(graph.lstm(z, u, tanh, sigmoid, False)) == (4, 3)
    for wrong, message in [
        (("gelu", 0.0), "lstm: gelu has a derivative that does not follow from what comes out"),
        (("step", 0.0), "lstm: step has no useful derivative"),
        (("elu", 0.0), "elu: alpha is 0, must be positive"),
    ]:
        for functions in [(wrong, sigmoid), (tanh, wrong)]:
            with pytest.raises(ValueError, match=message):
                graph.lstm(z, u, *functions, False)
    with pytest.raises(ValueError, match="gru: u is 3x12, must be 3x9"):
        graph.gru(z, u, None, tanh, sigmoid, False)
    narrow, v = graph.input("narrow", 9), graph.parameter("v", 3, 9)
    with pytest.raises(ValueError, match="gru: bias is 1x3, must be 1x9"):
        graph.gru(narrow, v, graph.parameter("bias", 1, 3), tanh, sigmoid, False)
