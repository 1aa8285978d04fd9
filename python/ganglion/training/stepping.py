"""Stepping: an optimizer in use, with what it remembers and the rates of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ganglion import optimizers, schedules
from ganglion.optimizers import Optimizer
from ganglion.schedules import Schedule
from ganglion.training.optimizer_groups import core_groups
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import Rates


@dataclass(frozen=True, slots=True)
class Memory:
    """How far an optimizer in use is, beside its settings.

    Args:
        schedule: Of its rates.
        steps: How many it has made.
        summed: Batches since the last step, fewer than make one.
        blocks: What it remembers of the parameters, an array for each kind.
    """

    schedule: Schedule
    steps: int
    summed: int
    blocks: Sequence[NDArray[Any]]

    def copied(self) -> Self:
        """Return the same with arrays of its own."""
        return replace(self, blocks=[np.array(block) for block in self.blocks])


class Stepping:
    """An optimizer of a model's parameters.

    Args:
        optimizer: A record, or the name of one with default settings.
        model: Whose parameters it moves.
        trained: Which groups of these; None: all that training moves.
    """

    def __init__(
        self,
        optimizer: str | Optimizer,
        model: Parametrized,
        trained: Sequence[int] | None = None,
    ) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.schedule = schedules.get(self.optimizer.learning_rate)
        self.state = model.precision.optimizer_state(
            self.optimizer.name,
            self.optimizer.settings(),
            model.store.values.size,
            core_groups(self.optimizer, model.network, trained),
        )

    @property
    def memory(self) -> Memory:
        """How far it is; the blocks are views."""
        state = self.state
        return Memory(self.schedule, state.steps, state.summed, state.blocks)

    def go_on_from(self, memory: Memory) -> None:
        """Be as far as an optimizer with the same settings was."""
        self.schedule = memory.schedule
        self.state.steps, self.state.summed = memory.steps, memory.summed
        for block, kept in zip(self.state.blocks, memory.blocks, strict=True):
            block[:] = kept

    def rates(self, count: int) -> Rates:
        """Return the learning rates of the next `count` batches, each that of its step."""
        if type(self.schedule) is schedules.Constant:  # its rate has been looked at
            return np.full(count, self.schedule.learning_rate, np.float64)
        batches, together = self.state.batches, self.optimizer.batches_a_step
        steps = np.arange(batches, batches + count)
        if together > 1:
            steps //= together
        rates = np.ascontiguousarray(self.schedule.rates(steps), np.float64)
        if rates.shape != steps.shape or not (np.isfinite(rates) & (rates >= 0)).all():
            raise ValueError(
                f"{self.schedule!r} must give {count} rates that are finite and not negative"
            )
        return rates
