"""Graphs of any shape: gradients against central differences, in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from embedding_cases import EMBEDDING_CASES
from graph_cases import CASES, Array, Differentiated, Made
from random_graphs import anything
from recurrent_cases import RECURRENT_CASES
from term_cases import TERM_CASES


def assert_same(gradient: Array, differences: Array) -> None:
    scale = np.maximum(1, np.abs(differences))
    np.testing.assert_array_less(np.abs(gradient - differences) / scale, 1e-6)


@pytest.mark.parametrize(
    "make",
    [*CASES, *TERM_CASES, *EMBEDDING_CASES, *RECURRENT_CASES],
    ids=lambda make: make.__name__,
)
def test_gradients_are_those_of_central_differences(make: Callable[[Made], None]) -> None:
    made = Made()
    make(made)
    objective = Differentiated(made)
    gradient, trained = objective.gradient(), objective.trained
    assert_same(gradient[trained], objective.differences()[trained])
    assert np.isnan(gradient[~trained]).all()  # nothing has been written there


@pytest.mark.parametrize("seed", range(60))
def test_gradients_of_any_graph_are_those_of_central_differences(seed: int) -> None:
    made = Made(rows=3)
    anything(made, seed)
    objective = Differentiated(made)
    if objective.store.values.size:
        assert_same(np.nan_to_num(objective.gradient()), objective.differences())


def in_groups(made: Made) -> None:
    """A layer of group 1 between two of group 0."""
    hidden = made.dense(made.dense(made.input(4), 5, group=0), 5, group=1)
    made.loss(made.dense(hidden, 2, None, group=0))


@pytest.mark.parametrize("trained", [0, 1])
def test_a_group_that_is_not_trained_has_no_gradient(trained: int) -> None:
    made = Made()
    in_groups(made)
    objective = Differentiated(made, groups=[trained])
    group = np.repeat([0, 0, 1, 1, 0, 0], made.sizes)
    gradient, differences = objective.gradient(), objective.differences()
    assert_same(gradient[group == trained], differences[group == trained])
    assert np.isnan(gradient[group != trained]).all()  # nothing has been written there


def test_a_bias_is_trained_where_its_weight_is_not() -> None:
    made = Made()
    x = made.input(3)
    weight, bias = made.weight(3, 2, group=0), made.weight(1, 2, group=1)
    made.loss(made.graph.affine(x, weight, bias))
    objective = Differentiated(made, groups=[1])
    gradient, differences = objective.gradient(), objective.differences()
    assert_same(gradient[6:], differences[6:])
    assert np.isnan(gradient[:6]).all()


def test_a_state_is_read_and_not_trained() -> None:
    made = Made()
    graph, x = made.graph, made.input(3)
    state = graph.slot(graph.table.add("state", 3, 4, state=True))
    made.sizes.append(12)
    made.loss(made.dense(graph.affine(x, state, None), 2))
    objective = Differentiated(made)
    gradient, differences = objective.gradient(), objective.differences()
    assert_same(gradient[12:], differences[12:])
    assert np.isnan(gradient[:12]).all()
    assert (differences[:12] != 0).any()


def test_no_gradient_passes_a_stop() -> None:
    made = Made()
    hidden = made.dense(made.input(3), 4)
    made.loss(made.graph.multiply(made.graph.stop_gradient(hidden), made.dense(hidden, 4)))
    stopped = Differentiated(made)
    constant = Made()  # the same with what is behind the stop as an input
    x = constant.input(3)
    hidden = constant.dense(x, 4)
    value = stopped.store.values[:16]
    constant.feed(
        constant.graph.input("constant", 4),
        np.tanh(made.data[0] @ value[:12].reshape(3, 4) + value[12:]),
    )
    constant.loss(constant.graph.multiply(constant.feeds[-1], constant.dense(hidden, 4)))
    constant.data[0] = made.data[0]
    constant.data[2] = made.data[1]
    free = Differentiated(constant)
    free.store.values[:] = stopped.store.values
    np.testing.assert_allclose(stopped.gradient(), free.gradient(), rtol=1e-12)


def test_a_gradient_may_be_given_by_another_value() -> None:
    made = Made()
    graph, x = made.graph, made.input(3)
    hidden, given = made.dense(x, 4, None), made.input(4)
    made.loss(graph.give_gradient(hidden, given))
    gradient = Differentiated(made).gradient()
    data: list[Any] = made.data
    expected = [data[0].T @ data[1], data[1].sum(axis=0)]
    np.testing.assert_allclose(gradient, np.concatenate([part.ravel() for part in expected]))
