"""Learning rates that change by a schedule, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import schedules
from ganglion._base.functions import check_takes


def schedule_of(given: Any, rate: float, steps: int, warmup: int = 0) -> schedules.Schedule | None:
    """Return the schedule of the learning rate that is meant, over so many steps; None: none.

    Args:
        given: The parameter `lr_schedule`: a name, a schedule, a function of the step, or None.
        rate: The highest learning rate.
        steps: Those of a fit.
        warmup: Of them those in which the rate rises.

    Raises:
        TypeError: When it is a function that cannot be called with a step.
    """
    if given is None and not warmup:
        return None
    rest = max(1, steps - warmup)
    if given == "cosine":
        given = schedules.CosineDecay(rate, rest)
    elif given == "one_cycle":
        given = schedules.OneCycle(rate, rest)
    elif given is None:
        given = schedules.Constant(rate)
    elif not isinstance(given, schedules.Schedule):
        check_takes("lr_schedule", given, ["step"])
        given = _ByStep(given)
    return schedules.Warmup(given, warmup) if warmup else given


@dataclass(frozen=True)
class _ByStep(schedules.Schedule):
    """A schedule that a function of the step's number gives."""

    function: Callable[[int], float]

    def rates(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the learning rates of `steps`, in the same shape."""
        given = [self._checked(int(step)) for step in np.ravel(steps)]
        return np.reshape(np.array(given, np.float64), np.shape(steps))

    def _checked(self, step: int) -> float:
        rate = self.function(step)
        schedules.check_rate(f"lr_schedule at step {step}", rate)
        return float(rate)
