"""Runs a graph's passes on a team, and on teams that one thread plays."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from gradient_cases import SEED, Array, Task

import ganglion as gn
from ganglion import _core
from ganglion.optimizers import Optimizer

TEAMS = [2, 3, 8]
PLAYS = list(itertools.product(TEAMS, _core.play_orders()))
WIDE = 300  # of 300 x 300 weights each product that makes their gradient steps
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}


@contextmanager
def played(members: int, order: str) -> Iterator[_core.PlayedTeams]:
    """Have every team be of so many members, whose parts this thread does in that order."""
    gn.set_num_threads(members)
    _core.set_full_teams(True)
    try:
        with _core.PlayedTeams(order, seed=members) as teams:
            yield teams
    finally:
        _core.set_full_teams(False)
        gn.set_num_threads(None)


def assert_same_in_any_order(fitted: Callable[[], Array]) -> None:
    """Check that a fit has the bits of this thread's alone, in any order of a team's parts."""
    alone = fitted()
    for order in _core.play_orders():
        with played(3, order):
            np.testing.assert_array_equal(fitted(), alone)


def state_of(model: gn.Model) -> _core.OptimizerState:
    """Return what the optimizer of a compiled model remembers."""
    return model._objective("test").state


def assert_same_wherever_weights_step(optimizer: Callable[[float | None], Optimizer]) -> None:
    """Check that a fit has the same bits on any team, and where products step along gradients.

    Args:
        optimizer: Makes one that clips the norm so; one that never clips sweeps all weights.
    """
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, WIDE)), rng.integers(0, 4, 60)
    found = []
    for threads, clipnorm in ((1, None), (4, None), (2, 1e30)):
        model = gn.MLP([WIDE, WIDE, WIDE, 4], activation="tanh")
        model.compile(optimizer(clipnorm), loss="cross_entropy")
        model.gradient_vector[:] = 7
        gn.set_num_threads(threads)
        try:
            model.fit(x, y, batch_size=20, epochs=1, verbose=0)
        finally:
            gn.set_num_threads(None)
        assert (model.gradient_vector == 7).sum() == (0 if clipnorm else 2 * WIDE * WIDE)
        found.append(np.concatenate([model.parameter_vector, *state_of(model).blocks]))
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


class Passes:
    """Training, evaluation and a tape over one graph, on batches of which the last is short.

    Args:
        graph: Without a loss yet.
        x: Its input.
        y: Its output.
        task: What it is trained for.
        samples: How many; a batch is of all but the last seven.
        clipnorm: Of the optimizer; 0: large weights may make their steps in the backward pass.
        dtype: "float32" or "float64".
        input_gradient: Whether the tape makes that of `x` too.
    """

    def __init__(
        self,
        graph: _core.Graph,
        x: int,
        y: int,
        task: Task,
        *,
        samples: int = 40,
        clipnorm: float = 1.0,
        dtype: str = "float64",
        input_gradient: bool = True,
    ) -> None:
        core, rng = getattr(_core, dtype), np.random.default_rng(1)
        inputs, outputs = graph.cols(x), graph.cols(y)
        self._x = rng.normal(size=(samples, inputs))
        self._y = np.asarray(task.targets(rng, samples, outputs), np.float64)
        self._weight = rng.uniform(0.2, 3, (samples, 1))
        self._dy = rng.normal(size=(samples, outputs))
        self._batch = samples - 7
        target, weight = graph.input("y", self._y.shape[1]), graph.input("weight", 1)
        self._store = core.ParameterStore(graph)
        first = rng.normal(size=self._store.values.size) * 0.5 / np.sqrt(inputs)
        self._first = first.astype(self._store.values.dtype)
        settings = ADAM | {"global_clipnorm": clipnorm}
        self._state = core.OptimizerState("adam", settings, self._first.size)
        self._figures = _core.Figures([], outputs)
        of_both: dict[str, Any] = {"graph": graph, "store": self._store, "seed": SEED}
        self._dx = [np.empty_like(self._x, self._first.dtype)] if input_gradient else []
        self._tape = core.Tape(
            inputs=[x],
            outputs=[y],
            input_gradients=input_gradient,
            max_batch=samples,
            **of_both,
        )
        loss = graph.loss(task.name, y, target, weight, task.parameters)
        self._routines = [
            core.Routine(
                feeds=[x, target, weight],
                heads=[(y, loss, 1.0, self._figures)],
                purpose="evaluate" if state is None else "train",
                optimizer=state,
                max_batch=samples - 3,  # what is not filled must not count
                **of_both,
            )
            for state in (self._state, None)
        ]
        self._trainers = [core.Trainer([one]) for one in self._routines]

    def results(self) -> list[bytes]:
        """Return all numbers that come out of a tape, training and evaluation."""
        self._store.values[:] = self._first
        self._state.reset()
        found = [*self._of_tape(), *(part for one in self._trainers for part in self._of(one))]
        assert np.isfinite(self._store.values).all()
        return [numbers.tobytes() for numbers in found]

    def jobs(self, members: int) -> int:
        """Return how often training and evaluation give work to a team."""
        return sum(
            routine.team_costs(rows, members).jobs
            for routine in self._routines
            for rows in (self._batch, len(self._x) - self._batch)
        )

    def _of_tape(self) -> list[Array]:
        dtype = self._store.values.dtype
        x, dy = self._x.astype(dtype), self._dy.astype(dtype)
        y = np.empty_like(dy)
        self._store.gradients[:] = np.nan
        self._tape.forward([x], [y], 0)
        self._tape.backward([dy], self._dx)
        return [y, *self._dx, self._store.gradients.copy()]

    def _of(self, trainer: _core.Trainer) -> list[Array]:
        self._store.gradients[:] = np.nan
        self._figures.reset()
        ending, _ = trainer.run(
            feeds=[(one, 1.0, None) for one in (self._x, self._y, self._weight)],
            order=None,
            batch_size=self._batch,
            first=0,
            rates=np.full(2, 1e-3),
        )
        assert ending == "complete"
        store = self._store
        return [store.values.copy(), store.gradients.copy(), np.array(self._figures.results())]
