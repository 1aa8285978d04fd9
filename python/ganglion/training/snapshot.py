"""What an epoch, or a step, that fails is undone with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganglion import _core
from ganglion.training.parametrized import Parametrized
from ganglion.training.stepping import Stepping

_MOST_STATE = 16 * 2**20  # bytes of optimizer state that are worth a copy each epoch


class Snapshot:
    """Room for what training changes, as it was when taken.

    That is the parameters, what optimizers remember, and the learning rates. What an optimizer
    remembers of a large network is not copied: it would take more memory than the parameters do.

    Args:
        model: Whose parameters are trained.
        optimizers: By what.
        whole: Whether what is large is copied too.
    """

    def __init__(
        self, model: Parametrized, optimizers: Sequence[Stepping], *, whole: bool = False
    ) -> None:
        self._values = model.store.values
        self._copy = np.empty_like(self._values)
        self._optimizers = [_OptimizerSnapshot(one, whole=whole) for one in optimizers]

    def take(self) -> None:
        """Copy it as it is."""
        self._copy[:] = self._values
        for one in self._optimizers:
            one.take()

    def put_back(self) -> None:
        """Undo what has been done since; an optimizer not copied begins afresh."""
        self._values[:] = self._copy
        for one in self._optimizers:
            one.put_back()


class _OptimizerSnapshot:
    """Room for an optimizer's part of it."""

    def __init__(self, optimizer: Stepping, *, whole: bool) -> None:
        self._optimizer = optimizer
        self._schedule = optimizer.schedule
        self._progress = _progress(optimizer.state)
        blocks = optimizer.state.blocks
        self._complete = whole or sum(block.nbytes for block in blocks) <= _MOST_STATE
        self._blocks = blocks if self._complete else []
        self._copies = [np.empty_like(block) for block in self._blocks]

    def take(self) -> None:
        self._schedule = self._optimizer.schedule
        self._progress = _progress(self._optimizer.state)
        for block, copy in zip(self._blocks, self._copies, strict=True):
            copy[:] = block

    def put_back(self) -> None:
        self._optimizer.schedule = self._schedule
        state = self._optimizer.state
        if self._complete:
            state.steps, state.summed = self._progress
        elif _progress(state) != self._progress:
            state.reset()
        for block, copy in zip(self._blocks, self._copies, strict=True):
            block[:] = copy


def _progress(state: _core.OptimizerState) -> tuple[int, int]:
    """Return how many steps it has made, and how many batches of the next one there were."""
    return state.steps, state.summed
