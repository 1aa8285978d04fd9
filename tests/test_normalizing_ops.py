"""Batch and layer normalization in the core, against the oracle and central differences."""

from typing import Any

import numpy as np
import pytest
from graph_cases import Differentiated, Made, flat
from numpy.typing import NDArray
from reference import assert_close, normalized, normalized_backward
from test_graph_gradients import assert_same

from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

AXIS = {"batch": 0, "layer": 1}
DTYPES = [np.float32, np.float64]
EPSILON = 1e-3
# Parts of vectors and whole ones, few columns and many; rows in a chain, and in several.
SIZES = [(1, 5), (2, 1), (3, 16), (7, 33), (41, 203), (2048, 3), (2049, 17), (5000, 9)]


class Op:
    """One of the two on a table, with a tape; all that it writes is NaN at first.

    Args:
        kind: Which.
        x: Its input, shape `(rows, positions * channels)`.
        positions: Of each row.
        momentum: Of the running moments.
    """

    def __init__(self, kind: str, x: Array, positions: int = 1, momentum: float = 0.9) -> None:
        self.x, self.channels = x, x.shape[1] // positions
        self.graph = graph = _core.Graph()
        self.input = graph.input("x", self.channels, positions)
        weight, bias = (graph.parameter(name, 1, self.channels) for name in ("weight", "bias"))
        if kind == "batch":
            mean, variance = (graph.parameter(name, 1, self.channels, 0, True) for name in "mv")
            self.output = graph.batch_normalization(
                self.input, weight, bias, mean, variance, momentum, EPSILON
            )
        else:
            self.output = graph.layer_normalization(self.input, weight, bias, EPSILON)
        self.core = getattr(_core, x.dtype.name)
        self.store = self.core.ParameterStore(graph)
        self.weight, self.bias, *self.moments = self.store.values.reshape(-1, self.channels)
        self.store.gradients[:] = np.nan
        self.tape = self.core.Tape(
            graph=graph,
            inputs=[self.input],
            outputs=[self.output],
            input_gradients=True,
            store=self.store,
            max_batch=len(x),
            seed=0,
        )

    def forward(self) -> Array:
        y = np.full_like(self.x, np.nan)
        self.tape.forward([self.x], [y], 0)
        return y

    def backward(self, dy: Array) -> tuple[Array, Array, Array]:
        dx = np.full_like(self.x, np.nan)
        self.tape.backward([dy], [dx])
        dweight, dbias, *_ = self.store.gradients.reshape(-1, self.channels)
        return dx, dweight, dbias

    def predict(self) -> Array:
        y = np.full_like(self.x, np.nan)
        predictor = self.core.Predictor(
            graph=self.graph,
            inputs=[self.input],
            outputs=[self.output],
            store=self.store,
            max_batch=max(1, len(self.x) // 3),
        )
        assert predictor.predict([(self.x, 1.0, None)], [y])
        return y


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("rows", "channels"), SIZES)
@pytest.mark.parametrize("kind", AXIS)
def test_values_and_gradients_are_those_of_the_oracle(
    isa: str, kind: str, rows: int, channels: int, dtype: Any, rng: np.random.Generator
) -> None:
    x = rng.normal(3, 2, (rows, channels)).astype(dtype)
    dy = rng.normal(size=x.shape).astype(dtype)
    op, axis = Op(kind, x), AXIS[kind]
    op.weight[:], op.bias[:] = rng.uniform(0.5, 2, (2, channels))
    depth = min(300, x.shape[axis])
    least = np.sqrt(x.var(axis=axis).min() + EPSILON)  # what a row or a column is divided by
    expected = normalized(x, axis, EPSILON) * op.weight + op.bias
    assert_close(op.forward(), expected, family="reduction", depth=depth, scale=4 / least)
    dx, dweight, dbias = op.backward(dy)
    wanted = normalized_backward(x, dy, op.weight, axis, EPSILON)
    assert_close(dx, wanted[0], family="reduction", depth=depth, scale=4 / least**2)
    for sums, of_oracle in [(dweight, wanted[1]), (dbias, wanted[2])]:
        assert_close(sums, of_oracle, family="reduction", depth=rows, scale=np.sqrt(rows))


@pytest.mark.parametrize("kind", AXIS)
def test_what_is_large_and_varies_little_keeps_its_digits(
    isa: str, kind: str, rng: np.random.Generator
) -> None:
    x = rng.normal(1e4, 1, (3000, 40)).astype(np.float32)
    op = Op(kind, x)
    op.weight[:] = 1
    assert np.abs(op.forward() - normalized(x, AXIS[kind], EPSILON)).max() < 1e-5
    dy = rng.normal(size=x.shape).astype(np.float32)
    expected = normalized_backward(x, dy, op.weight, AXIS[kind], EPSILON)
    for gradient, wanted in zip(op.backward(dy), expected, strict=True):
        assert np.abs(gradient - wanted).max() < 1e-5 * max(1, np.abs(wanted).max())


def test_sums_over_a_million_positions_lose_no_digits(isa: str, rng: np.random.Generator) -> None:
    x = rng.normal([1e4, -3, 0], [1, 1e-2, 1e3], (500, 2000, 3)).astype(np.float32)
    op = Op("batch", x.reshape(500, -1), positions=2000, momentum=0.0)
    op.weight[:] = 1
    y = op.forward().reshape(-1, 3)
    rows = x.reshape(-1, 3)
    assert np.abs(y - normalized(rows, 0, EPSILON)).max() < 1e-5
    op.backward(np.ones((500, 6000), np.float32))
    mean, variance = op.moments  # of the batch alone, for the momentum is 0
    np.testing.assert_allclose(mean, rows.mean(axis=0, dtype=np.float64), rtol=1e-7, atol=1e-3)
    np.testing.assert_allclose(variance, rows.var(axis=0, dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(op.store.gradients[3:6], 1e6)  # of the bias


def test_predictions_are_made_by_the_running_moments(isa: str, rng: np.random.Generator) -> None:
    x = rng.normal(1e4, 1, (50, 37)).astype(np.float32)
    op = Op("batch", x)
    op.weight[:], op.bias[:] = rng.uniform(0.5, 2, (2, 37))
    mean, variance = op.moments
    mean[:], variance[:] = rng.normal(1e4, 1, 37), rng.uniform(0.5, 2, 37)
    before = op.store.values.copy()
    deviation = np.sqrt(variance.astype(np.float64) + EPSILON)
    expected = (x.astype(np.float64) - mean) / deviation * op.weight + op.bias
    assert_close(op.predict(), expected, family="reduction")
    np.testing.assert_array_equal(op.store.values, before)


def test_running_moments_move_once_on_the_way_back(rng: np.random.Generator) -> None:
    op = Op("batch", rng.normal(5, 3, (23, 6)))
    mean, variance = op.moments
    variance[:] = 1
    for _ in range(3):
        op.forward()
    np.testing.assert_array_equal(op.moments, np.repeat([[0.0], [1.0]], 6, axis=1))
    op.backward(np.ones_like(op.x))
    np.testing.assert_allclose(mean, 0.1 * op.x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * op.x.var(axis=0), rtol=1e-12)


@pytest.mark.parametrize("kind", AXIS)
def test_a_variance_that_is_too_large_is_no_number(kind: str, rng: np.random.Generator) -> None:
    x = rng.normal(size=(4, 3)).astype(np.float32) * np.float32(1e30)
    assert np.isnan(Op(kind, x).forward()).all()


def test_a_batch_that_fails_moves_nothing_also_when_it_is_run_again() -> None:
    made = Made()
    made.loss(made.dense(made.batch_normalized(made.input(4)), 2, None))
    store = _core.float64.ParameterStore(made.graph)
    store.values[:] = 1
    store.values[-1] = np.inf  # a bias of the last layer
    routine = _core.float64.Routine(
        graph=made.graph,
        feeds=made.feeds,
        heads=made.heads,
        purpose="train",
        store=store,
        optimizer=_core.float64.OptimizerState("sgd", {}, store.values.size),
        max_batch=made.rows,
        seed=0,
    )
    before = store.values.copy()
    ending, _ = _core.float64.Trainer([routine]).run(
        feeds=[None if one is None else (one, 1.0, None) for one in made.data],
        order=None,
        batch_size=made.rows,
        first=0,
        rates=np.ones(1),
    )
    assert ending == "loss_not_finite"
    assert routine.first_bad_tensor() == "w6"
    np.testing.assert_array_equal(store.values, before)


def frozen(made: Made) -> None:
    """What normalizes by moments of group 1 is within what is trained, and trained itself."""
    x = made.dense(made.input(3, positions=2), 4)
    own, moments = (made.weight(1, 4), made.weight(1, 4)), made.moments(4, group=1)
    y = made.graph.batch_normalization(x, *own, *moments, 0.9, 10.0)
    made.loss(made.dense(flat(made, y), 2, None))


def test_gradients_pass_moments_that_are_not_trained() -> None:
    made = Made()
    frozen(made)
    objective = Differentiated(made, groups=[0])
    gradient, differences = objective.gradient(), objective.differences()
    assert_same(gradient[objective.trained], differences[objective.trained])
    states = [slot for slot in made.graph.table.slots if slot[4]]
    for _, rows, cols, _, _, begin in states:  # the running ones are what it goes by
        assert (differences[begin : begin + rows * cols] != 0).all()


def test_parameters_that_do_not_fit_are_refused() -> None:
    graph = _core.Graph()
    x, vector = graph.input("x", 3), graph.parameter("v", 1, 3)
    one, other = (graph.parameter(name, 1, 3, 0, True) for name in ("mean", "variance"))
    wide = graph.parameter("wide", 1, 4, 0, True)
    for wrong, message in [
        ((x, None, None, one, vector, 0.9, 1e-3), "v is a weight, must be a state"),
        ((x, None, None, one, wide, 0.9, 1e-3), "wide is 1x4, must be 1x3"),
        ((x, None, None, one, one, 0.9, 1e-3), "mean cannot be the variance too"),
        ((x, x, None, one, other, 0.9, 1e-3), "x is no parameter"),
        ((vector, None, None, one, other, 0.9, 1e-3), "v is a parameter, must have a row"),
        ((x, None, None, one, other, 1.5, 1e-3), "momentum is 1.5, must be in"),
        ((x, None, None, one, other, 0.9, 0.0), "epsilon is 0, must be positive"),
    ]:
        with pytest.raises(ValueError, match=message):
            graph.batch_normalization(*wrong)
    with pytest.raises(ValueError, match="epsilon is nan"):
        graph.layer_normalization(x, None, None, np.nan)
    with pytest.raises(ValueError, match="wide is 1x4"):
        graph.layer_normalization(x, wide, None, 1e-3)
