"""What an epoch, or a step, that fails is undone with."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ganglion import _core
from ganglion.schedules import Schedule
from ganglion.training.parametrized import Parametrized

_MOST_STATE = 16 * 2**20  # bytes of optimizer state that are worth a copy each epoch


class Trained(Protocol):
    """What training changes, as an `Objective` has it."""

    model: Parametrized
    state: _core.OptimizerState
    schedule: Schedule


class Snapshot:
    """Room for what training changes, as it was when taken.

    That is the parameters, what the optimizer remembers, and the learning rate. What an optimizer
    remembers of a large network is not copied, unless all shall be put back as a `whole`: it would
    take more memory than the parameters do.
    """

    def __init__(self, objective: Trained, *, whole: bool = False) -> None:
        self._objective = objective
        self._schedule = objective.schedule
        self._steps = objective.state.steps
        blocks = objective.state.blocks
        self._complete = whole or sum(block.nbytes for block in blocks) <= _MOST_STATE
        self._arrays = [objective.model.store.values, *(blocks if self._complete else [])]
        self._copies = [np.empty_like(array) for array in self._arrays]

    def take(self) -> None:
        """Copy it as it is."""
        self._schedule = self._objective.schedule
        self._steps = self._objective.state.steps
        for array, copy in zip(self._arrays, self._copies, strict=True):
            copy[:] = array

    def put_back(self) -> None:
        """Undo what has been done since; an optimizer not copied begins afresh."""
        self._objective.schedule = self._schedule
        state = self._objective.state
        if state.steps != self._steps and not self._complete:
            state.reset()
        elif self._complete:
            state.steps = self._steps
        for array, copy in zip(self._arrays, self._copies, strict=True):
            array[:] = copy
