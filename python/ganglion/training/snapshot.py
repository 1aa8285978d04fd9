"""What an epoch, or a step, that fails is undone with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

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
        blocks = optimizer.state.blocks
        self._is_complete = whole or sum(block.nbytes for block in blocks) <= _MOST_STATE
        self._copies = [np.empty_like(block) for block in blocks] if self._is_complete else []
        self._before = optimizer.memory  # but for its blocks, which are views

    def take(self) -> None:
        self._before = self._optimizer.memory
        for copy, block in zip(self._copies, self._before.blocks, strict=self._is_complete):
            copy[:] = block

    def put_back(self) -> None:
        now, before = self._optimizer.memory, self._before
        if self._is_complete:
            self._optimizer.go_on_from(replace(before, blocks=self._copies))
            return
        self._optimizer.schedule = before.schedule
        if (now.steps, now.summed) != (before.steps, before.summed):
            self._optimizer.state.reset()
