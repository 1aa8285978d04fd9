"""What an epoch, or a step, that fails is undone with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ganglion._core import OptimizerState, ParameterStore

_MOST_STATE = 16 * 2**20  # bytes of optimizer state that are worth a copy each epoch


class Snapshot:
    """Room for the parameters, and what the optimizer remembers, as they were when taken.

    What an optimizer remembers of a large network is not copied: it would take more memory than the
    parameters do.
    """

    def __init__(self, store: ParameterStore, state: OptimizerState) -> None:
        self._state = state
        self._steps = state.steps
        blocks = state.blocks
        self._complete = sum(block.nbytes for block in blocks) <= _MOST_STATE
        self._arrays = [store.values, *(blocks if self._complete else [])]
        self._copies = [np.empty_like(array) for array in self._arrays]

    def take(self) -> None:
        """Copy them as they are."""
        self._steps = self._state.steps
        for array, copy in zip(self._arrays, self._copies, strict=True):
            copy[:] = array

    def put_back(self) -> None:
        """Undo what has been done to them since; an optimizer not copied begins afresh."""
        if self._state.steps != self._steps and not self._complete:
            self._state.reset()
        elif self._complete:
            self._state.steps = self._steps
        for array, copy in zip(self._arrays, self._copies, strict=True):
            array[:] = copy
