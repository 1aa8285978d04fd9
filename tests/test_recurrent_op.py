"""Recurrent cells in the core, against the oracle, in outputs that are NaN before."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close
from reference_recurrent import simple_rnn, simple_rnn_backward

from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

DTYPES = [np.float32, np.float64]
# Rows, steps, units: parts of vectors and tiles, and whole ones.
SIZES = [(1, 1, 1), (3, 2, 5), (7, 9, 16), (41, 3, 33), (1, 30, 64), (70, 5, 130)]


class Walk:
    """A cell on a tape; all that it writes is NaN at first."""

    def __init__(self, u: Array, sizes: tuple[int, int, int], activation: str, back: bool) -> None:
        self.rows, steps, units = sizes
        self.graph = graph = _core.Graph()
        self.z = graph.input("z", units, steps)
        parameter = graph.parameter("u", *u.shape)
        self.h = graph.simple_rnn(self.z, parameter, activation, 0.7, back)
        self.core: Any = getattr(_core, u.dtype.name)
        self.store = self.core.ParameterStore(graph)
        self.store.values[:] = u.ravel()
        self.store.gradients[:] = np.nan
        self.tape = self.core.Tape(
            graph=graph,
            inputs=[self.z],
            outputs=[self.h],
            input_gradients=True,
            store=self.store,
            max_batch=self.rows + 3,
            seed=0,
        )

    def forward(self, z: Array) -> Array:
        h = np.full((len(z), z[0].size), np.nan, z.dtype)
        self.tape.forward([z.reshape(len(z), -1)], [h], 0)
        return h.reshape(z.shape)

    def backward(self, dh: Array) -> tuple[Array, Array]:
        dz = np.full((len(dh), dh[0].size), np.nan, dh.dtype)
        self.tape.backward([dh.reshape(len(dh), -1)], [dz])
        units = dh.shape[2]
        return dz.reshape(dh.shape), self.store.gradients.reshape(units, units)

    def predict(self, z: Array) -> Array:
        predictor = self.core.Predictor(
            graph=self.graph, inputs=[self.z], outputs=[self.h], store=self.store, max_batch=9
        )
        h = np.full((len(z), z[0].size), np.nan, z.dtype)
        predictor.predict([(z.reshape(len(z), -1), 1.0, None)], [h])
        return h.reshape(z.shape)


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
    rows, steps, units = sizes
    u = (rng.normal(size=(units, units)) / np.sqrt(units) / 2).astype(dtype)
    z, dh = (rng.normal(size=sizes).astype(dtype) for _ in range(2))
    order = slice(None, None, -1 if backwards else 1)
    walk = Walk(u, sizes, activation, backwards)
    expected, _ = simple_rnn(z[:, order], u, activation, 0.7)
    h = walk.forward(z)
    assert_close(h, expected, family="reduction", depth=units * steps)
    np.testing.assert_array_equal(walk.predict(z), h)
    dz, du = walk.backward(dh)
    expected_dz, expected_du = simple_rnn_backward(z[:, order], u, dh, activation, 0.7)
    assert_close(dz[:, order], expected_dz, family="reduction", depth=units * steps)
    depth, scale = rows * steps + units * steps, np.sqrt(rows * steps)
    assert_close(du, expected_du, family="reduction", depth=depth, scale=scale)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_have_their_bits_in_any_batch_and_on_any_team(
    isa: str, dtype: Any, rng: np.random.Generator
) -> None:
    sizes = (61, 7, 45)
    u = (rng.normal(size=(45, 45)) / 7).astype(dtype)
    z = rng.normal(size=sizes).astype(dtype)
    walk = Walk(u, sizes, "tanh", False)
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
