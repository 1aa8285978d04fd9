"""Stepping: an optimizer in use, with what it remembers and the rates of its steps."""

from __future__ import annotations

import numpy as np

from ganglion import optimizers, schedules
from ganglion.optimizers import Optimizer
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import Rates


class Stepping:
    """An optimizer of a model's parameters.

    Args:
        optimizer: A record, or the name of one with default settings.
        model: Whose parameters it moves, or some of them.
    """

    def __init__(self, optimizer: str | Optimizer, model: Parametrized) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.schedule = schedules.get(self.optimizer.learning_rate)
        self.state = model.precision.optimizer_state(
            self.optimizer.name, self.optimizer.settings(), model.store.values.size
        )

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
