"""Groups of an optimizer that cannot be: what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graph_cases import Made, flat

import ganglion as gn
from ganglion import _core
from ganglion.optimizers import SGD, Group

WIDE = 300  # of 300 x 300 weights the product that makes their gradient steps


def normalized() -> gn.Sequential:
    layers = [gn.Dense(4), gn.BatchNormalization(), gn.Dense(3, trainable=False)]
    return gn.Sequential(layers, input_size=6)


@pytest.mark.parametrize("pattern", ["layers.*.kernel", "layers.1.running_mean", "layers.2.*", "W"])
def test_a_pattern_that_matches_nothing_that_moves_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="matches none of the parameters") as caught:
        normalized().compile(SGD(groups=[Group(pattern)]), "cross_entropy")
    assert str(caught.value) == (
        f"compile: groups: the pattern {pattern!r} matches none of the parameters that the"
        " optimizer moves: ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias']"
    )


def test_a_parameter_in_two_groups_is_refused() -> None:
    said = (
        r"^compile: groups: layers.0.bias must be in one group at most, and the patterns '\*.bias'"
        r" and 'layers.0.\*' match it$"
    )
    with pytest.raises(ValueError, match=said):
        normalized().compile(SGD(groups=[Group("*.bias"), Group("layers.0.*")]), "cross_entropy")


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (lambda: Group(3), TypeError, "pattern must be a text, got 3"),  # type: ignore[arg-type]
        (lambda: Group(""), ValueError, "pattern must not be empty"),
        (lambda: Group("a", learning_rate_factor=-1), ValueError, "learning_rate_factor must be"),
        (lambda: Group("a", weight_decay=-1), ValueError, "weight_decay must be zero or a posit"),
        (lambda: Group("a", lr=1), TypeError, "did you mean 'learning_rate_factor'"),  # type: ignore[call-arg]
        (lambda: SGD(groups=Group("a")), TypeError, "groups must be a list of Group records"),  # type: ignore[arg-type]
        (lambda: SGD(groups=["a"]), TypeError, "groups must hold Group records, got 'a'"),  # type: ignore[list-item]
    ],
)
def test_bad_arguments_are_refused(make: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        make()


@pytest.mark.parametrize("ranges", [[[(0, 5)], [(4, 6)]], [[(0, 9)]], [[(-1, 3)]], [[(3, 2)]]])
def test_the_core_refuses_groups_that_do_not_lie_apart(ranges: Any) -> None:
    with pytest.raises(ValueError, match="of a group are not among 8, or in another one too"):
        _core.float64.OptimizerState("sgd", {}, 8, [(one, 1.0, 0.0) for one in ranges])


def table(made: Made) -> int:
    numbers = made.graph.input("words", 2)
    made.feed(numbers, np.zeros((4, 2)))
    return flat(made, made.graph.embedding(numbers, made.weight(5, 3)))


def large_weight(made: Made) -> int:
    x = made.graph.input("x", WIDE)
    made.feed(x, np.ones((4, WIDE)))
    return made.dense(x, WIDE, None)


@pytest.mark.parametrize("make", [table, large_weight])
def test_the_core_refuses_a_group_of_a_part_of_what_steps_at_once(
    make: Callable[[Made], int],
) -> None:
    made = Made(rows=4)
    made.loss(make(made))
    store = _core.float64.ParameterStore(made.graph)
    groups = [([(0, 6)], 1.0, 0.0)]
    said = rf"optimizer: of parameters 0 to {made.sizes[0]}, which step at once, a group has a part"
    with pytest.raises(ValueError, match=said):
        _core.float64.Routine(
            graph=made.graph,
            feeds=made.feeds,
            heads=made.heads,
            purpose="train",
            store=store,
            optimizer=_core.float64.OptimizerState("sgd", {}, store.values.size, groups),
            max_batch=4,
            seed=0,
            terms=made.terms,
        )
