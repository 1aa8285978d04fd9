"""Rows of a table in the core, against the oracle."""

from typing import Any

import numpy as np
import pytest
from embedding_cases import numbers
from graph_cases import Differentiated, Made
from numpy.typing import NDArray
from reference import assert_close, rows_backward, rows_of
from test_graph_gradients import assert_same

from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

DTYPES = [np.float32, np.float64]
# Batch, numbers of a row, rows and channels of the table: parts of vectors and whole ones.
SIZES = [(1, 1, 1, 1), (3, 2, 5, 7), (7, 5, 3, 16), (41, 3, 100, 33), (6, 700, 9, 8)]


class Op:
    """Rows of a table on a tape; all that it writes is NaN at first."""

    def __init__(self, table: Array, batch: int, count: int) -> None:
        self.graph = graph = _core.Graph()
        self.input = graph.input("x", count)
        self.rows, self.channels = table.shape
        self.output = graph.embedding(self.input, graph.parameter("table", *table.shape))
        self.core: Any = getattr(_core, table.dtype.name)
        self.store = self.core.ParameterStore(graph)
        self.store.values[:] = table.ravel()
        self.store.gradients[:] = np.nan
        self.tape = self.core.Tape(
            graph=graph,
            inputs=[self.input],
            outputs=[self.output],
            input_gradients=True,
            store=self.store,
            max_batch=batch,
            seed=0,
        )

    def forward(self, x: Array) -> Array:
        y = np.full((len(x), x.shape[1] * self.channels), np.nan, x.dtype)
        self.tape.forward([x], [y], 0)
        return y.reshape(-1, self.channels)

    def backward(self, dy: Array, dx: Array) -> Array:
        self.tape.backward([dy.reshape(len(dx), -1)], [dx])
        gradients: Array = self.store.gradients
        return gradients.reshape(self.rows, self.channels)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", SIZES)
def test_values_and_gradients_are_those_of_the_oracle(
    isa: str, sizes: tuple[int, int, int, int], dtype: Any, rng: np.random.Generator
) -> None:
    batch, count, rows, channels = sizes
    table = rng.normal(size=(rows, channels)).astype(dtype)
    x = rng.integers(0, rows, (batch, count)).astype(dtype)
    op = Op(table, batch, count)
    assert_close(op.forward(x), rows_of(table, x), family="exact")
    dy, dx = rng.normal(size=(batch * count, channels)).astype(dtype), np.full_like(x, np.nan)
    depth = int(np.bincount(x.astype(int).ravel()).max())
    gradient = op.backward(dy, dx)
    assert_close(gradient, rows_backward(x, dy, rows), family="reduction", depth=depth)
    np.testing.assert_array_equal(dx, 0)  # numbers of rows have none


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_came_of_a_row_is_added_up_in_order(
    isa: str, dtype: Any, rng: np.random.Generator
) -> None:
    x = rng.integers(0, 4, (50, 9)).astype(dtype)
    dy = (rng.normal(size=(450, 21)) * 10 ** rng.uniform(-6, 6, (450, 1))).astype(dtype)
    op = Op(np.zeros((4, 21), dtype), 50, 9)
    op.forward(x)
    expected = np.zeros((4, 21), dtype)
    np.add.at(expected, x.astype(int).ravel(), dy)
    np.testing.assert_array_equal(op.backward(dy, x.copy()), expected)


@pytest.mark.parametrize("trained", [0, 1])
def test_a_table_that_is_not_trained_has_no_gradient(trained: int) -> None:
    made = Made()
    table = made.weight(5, 3, group=1)
    y = made.graph.embedding(numbers(made, 2, 5), table)
    made.loss(made.dense(y, 2, None, group=0))
    objective = Differentiated(made, groups=[trained])
    is_table = np.arange(objective.store.values.size) < 15
    gradient, differences = objective.gradient(), objective.differences()
    of_trained = is_table if trained else ~is_table
    assert_same(gradient[of_trained], differences[of_trained])
    assert np.isnan(gradient[~of_trained]).all()  # nothing has been written there


def test_what_does_not_fit_is_refused() -> None:
    graph = _core.Graph()
    x, table = graph.input("x", 3), graph.parameter("table", 4, 2)
    hidden = graph.embedding(x, table)
    assert graph.size_of(hidden) == (3, 2)
    assert graph.index_count(x) == 4
    assert graph.index_count(hidden) == 0
    with pytest.raises(ValueError, match="embedding: embedding is no input: rows of a table are"):
        graph.embedding(hidden, table)
    with pytest.raises(ValueError, match="embedding: x is no parameter"):
        graph.embedding(x, x)
    with pytest.raises(ValueError, match="16777217 rows, must have at most 16777216"):
        graph.embedding(x, graph.parameter("large", 2**24 + 1, 1))
    wide = graph.input("wide", 2**50)
    with pytest.raises(ValueError, match="1125899906842624 numbers a row, thick 1024 for each"):
        graph.embedding(wide, graph.parameter("thick", 1, 1024))


def test_the_smallest_of_several_tables_counts() -> None:
    graph = _core.Graph()
    x = graph.input("x", 3)
    for rows in (9, 4, 7):
        graph.embedding(x, graph.parameter("table", rows, 2))
    assert graph.index_count(x) == 4


FIRST_WRONG = [
    (np.array([[0, 1], [3, 4], [-1, 0]], np.int8), (1, 1)),
    (np.array([[0, 1], [3, 3], [-1, 0]], np.int64), (2, 0)),
    (np.array([[0, 1.5]]), (0, 1)),
    (np.array([[0, np.nan]]), (0, 1)),
    (np.array([[np.inf, -np.inf]]), (0, 0)),
    (np.array([[True, False]]), None),
    (np.array([[3, 2]], np.uint64), None),
    (np.array([[2**24, 0], [2**63, 0]], np.uint64), (0, 0)),
]


@pytest.mark.parametrize("core", [_core.float32, _core.float64])
@pytest.mark.parametrize(("x", "place"), FIRST_WRONG)
def test_the_first_that_is_no_index_is_found(
    core: Any, x: Array, place: tuple[int, int] | None
) -> None:
    assert core.first_no_index(x, 4, 1.0) == place
    assert core.first_no_index(np.asfortranarray(x), 4, 1.0) == place


def test_all_numbers_of_the_largest_table_are_told_apart() -> None:
    most = 2**24
    last = np.array([[most - 1]])
    assert _core.float32.first_no_index(last, most, 1.0) is None
    for wrong in (most, most + 1, 2**40):
        assert _core.float32.first_no_index(np.array([[wrong]]), most, 1.0) == (0, 0)
