"""Schedules: the learning rate of every step, as a function of the step's number from 0."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganglion._base import attributes, checks
from ganglion._base.arguments import explained

Steps = NDArray[np.int64]
Rates = NDArray[np.float64]


@dataclass(frozen=True)
class Schedule(ABC):
    """Base of the schedules: a record that gives each step its learning rate."""

    def __post_init__(self) -> None:
        checks.fields(self, _RULES)

    @abstractmethod
    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""

    def __call__(self, step: int) -> float:
        """Return the learning rate of one step."""
        return float(self.rates(np.array(step)))


def check_rate(name: str, value: object) -> None:
    """Check that `value` is a schedule or a learning rate: zero or positive, and finite."""
    if isinstance(value, Schedule):
        return
    if callable(value) and not isinstance(value, type):
        raise TypeError(
            f"{name} must be a number or a record of gn.schedules, got a function,"
            f" {checks.shown(value)}: gn.callbacks.LearningRateScheduler takes one, of the epoch"
        )
    checks.non_negative(name, value)


_RULES: Mapping[str, checks.Rule] = {
    "learning_rate": checks.non_negative,
    "initial_learning_rate": checks.non_negative,
    "max_learning_rate": checks.non_negative,
    "start_learning_rate": checks.non_negative,
    "after": check_rate,
    "decay_steps": checks.positive_count,
    "total_steps": checks.positive_count,
    "warmup_steps": checks.positive_count,
    "decay_rate": checks.positive,
    "start_factor": checks.positive,
    "final_factor": checks.positive,
    "alpha": checks.unit_interval,
    "warmup_fraction": checks.fraction,
    "staircase": checks.flag,
}


@explained
@dataclass(frozen=True)
class Constant(Schedule):
    """The same learning rate at every step.

    Args:
        learning_rate: The rate, zero or positive.
    """

    learning_rate: float

    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""
        return np.full(steps.shape, self.learning_rate, np.float64)


@explained
@dataclass(frozen=True)
class StepDecay(Schedule):
    """A stair: the rate is multiplied by `decay_rate` after every `decay_steps` steps.

    Args:
        initial_learning_rate: The rate of the first stair, zero or positive.
        decay_steps: Steps on each stair.
        decay_rate: Factor from one stair to the next, positive.
    """

    initial_learning_rate: float
    decay_steps: int
    _: KW_ONLY
    decay_rate: float = 0.1

    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""
        return self.initial_learning_rate * np.power(self.decay_rate, steps // self.decay_steps)


@explained
@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """The rate `initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: The rate of the first step, zero or positive.
        decay_steps: Steps over which the rate is multiplied by `decay_rate` once.
        decay_rate: Factor over `decay_steps` steps, positive.
        staircase: Whether the exponent is rounded down to a whole number.
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    _: KW_ONLY
    staircase: bool = False

    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""
        exponents = steps / self.decay_steps
        if self.staircase:
            exponents = np.floor(exponents)
        return self.initial_learning_rate * np.power(self.decay_rate, exponents)


@explained
@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Half a cosine from `initial_learning_rate` down to `alpha` times it, and flat after that.

    Args:
        initial_learning_rate: The rate of the first step, zero or positive.
        decay_steps: Steps until the lowest rate.
        alpha: The lowest rate as a part of the first, in `[0, 1]`.
    """

    initial_learning_rate: float
    decay_steps: int
    _: KW_ONLY
    alpha: float = 0.0

    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""
        height = 1 - np.minimum(steps, self.decay_steps) / self.decay_steps
        lowest = self.alpha * self.initial_learning_rate
        return _cosine_rise(lowest, self.initial_learning_rate, height)


@explained
@dataclass(frozen=True)
class OneCycle(Schedule):
    """Half a cosine up to `max_learning_rate`, then half a cosine down far below the start.

    The shape is that of PyTorch's `OneCycleLR`; after `total_steps` the last rate is kept.

    Args:
        max_learning_rate: The highest rate, zero or positive.
        total_steps: Steps of the whole cycle.
        warmup_fraction: Part of the steps that go up, in `[0, 1)`.
        start_factor: The first rate is `max_learning_rate / start_factor`.
        final_factor: The last rate is the first divided by `final_factor`.
    """

    max_learning_rate: float
    total_steps: int
    _: KW_ONLY
    warmup_fraction: float = 0.3
    start_factor: float = 25.0
    final_factor: float = 1e4

    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""
        last = self.total_steps - 1
        top = self.warmup_fraction * self.total_steps - 1  # as PyTorch: may fall before step 0
        rising = steps < top
        up = steps / max(top, 1.0)  # read only where it rises: for a top before 1, at step 0
        down = (last - np.minimum(steps, last)) / (last - top)
        start = self.max_learning_rate / self.start_factor
        lowest = np.where(rising, start, start / self.final_factor)
        return _cosine_rise(lowest, self.max_learning_rate, np.where(rising, up, down))


@explained
@dataclass(frozen=True)
class Warmup(Schedule):
    """A straight line from `start_learning_rate` up to another schedule, which then begins.

    Args:
        after: The rate or schedule that follows; it counts its steps from the end of the warm-up.
        warmup_steps: Steps of the warm-up.
        start_learning_rate: The rate of the first step, zero or positive.
    """

    after: float | Schedule
    warmup_steps: int
    _: KW_ONLY
    start_learning_rate: float = 0.0

    def rates(self, steps: Steps) -> Rates:
        """Return the learning rates of `steps`, in the same shape."""
        after = get(self.after)
        slope = (after(0) - self.start_learning_rate) / self.warmup_steps
        line = self.start_learning_rate + slope * steps
        rest = after.rates(np.maximum(steps - self.warmup_steps, 0))
        return np.where(steps < self.warmup_steps, line, rest)


SCHEDULES = (Constant, StepDecay, ExponentialDecay, CosineDecay, OneCycle, Warmup)


def get(spec: float | Schedule) -> Schedule:
    """Return the schedule that `spec` stands for: a number is a constant rate."""
    return spec if isinstance(spec, Schedule) else Constant(spec)


def _cosine_rise(lowest: float | Rates, highest: float, height: Rates) -> Rates:
    """Return `lowest` where `height` is 0, `highest` where it is 1, half a cosine between."""
    return lowest + (highest - lowest) * (1 - np.cos(np.pi * height)) / 2


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
