"""Trials of learning rates: a few steps, each with a higher one, which are undone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice, repeat
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganglion._base import pyplots
from ganglion.training.objectives import Objective
from ganglion.training.passes import BatchNotFiniteError, LossNotFiniteError, Part, Rates
from ganglion.training.snapshot import Snapshot
from ganglion.training.sources import Source

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KEPT = 0.9  # of the mean of losses so far, in each step


@dataclass(frozen=True, eq=False)
class LearningRateCurve:
    """What `gn.find_learning_rate` has found: losses of batches over rates that rise.

    Attributes:
        learning_rates: The rates, shape `(steps,)`; fewer than asked for where the loss grew too
            large.
        losses: Of each step's batch, before its update, shape `(steps,)`.
    """

    learning_rates: NDArray[np.float64]
    losses: NDArray[np.float64]

    def __repr__(self) -> str:
        """Return how many rates were tried, and which is suggested."""
        first, last = (f"{rate:.3g}" for rate in self.learning_rates[[0, -1]])
        rate = self.suggestion
        told = "none is suggested" if rate is None else f"suggestion {rate:.3g}"
        return f"<LearningRateCurve of {len(self.losses)} rates, {first} to {last}, {told}>"

    @property
    def smoothed_losses(self) -> NDArray[np.float64]:
        """The losses' mean so far at each step, `(steps,)`: the weight of each fades with steps."""
        return np.array(list(_means(self.losses)))

    @property
    def suggestion(self) -> float | None:
        """The rate about which the loss falls most steeply; None: it does not.

        That is the middle of the fifth of all rates over which a line through the losses falls
        most, before the smoothed loss is least.
        """
        reach = max(2, len(self.losses) // 10)
        falling = self.losses[: int(self.smoothed_losses.argmin()) + 1]
        if len(falling) <= 2 * reach:
            return None
        slopes = np.correlate(falling, np.arange(-reach, reach + 1.0))  # but for a factor
        steepest = int(slopes.argmin())
        return float(self.learning_rates[reach + steepest]) if slopes[steepest] < 0 else None

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the losses over the rates, the suggestion marked, and return the axes.

        Args:
            ax: Where to draw; None makes axes.

        Raises:
            TypeError: When `ax` is no axes of matplotlib's.
        """
        pyplot = pyplots.pyplot()
        pyplots.check_axes(ax, "plot().figure.savefig(path)")
        axes: Axes = pyplot.subplots(layout="constrained")[1] if ax is None else ax
        axes.semilogx(self.learning_rates, self.losses, ".", alpha=0.3, label="loss of a batch")
        axes.semilogx(self.learning_rates, self.smoothed_losses, label="smoothed")
        if self.suggestion is not None:
            axes.axvline(self.suggestion, color="gray", linestyle=":", label="suggestion")
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.legend()
        return axes


def tried(
    call: str, objective: Objective, source: Source, rates: Rates, too_large: float
) -> LearningRateCurve:
    """Take a step at each rate, and put everything back.

    Args:
        call: The function that was called, for messages.
        objective: What is trained for.
        source: Gives the batches; gone over as often as there are rates for.
        rates: In the order in which they are tried.
        too_large: How many times the least smoothed loss ends the trial, more than 1.

    Raises:
        RuntimeError: While another call uses the model; nothing has been touched.
        LossNotFiniteError: When that of the very first batch is not finite.
    """
    losses: list[float] = []
    with objective.model.store.access.training(call):
        before = Snapshot(objective.model, [objective], whole=True)
        before.take()
        try:
            least = math.inf
            for mean in _means(_noted(_losses(call, objective, source, rates), losses)):
                least = min(least, mean)
                if mean - least > (too_large - 1) * abs(least):
                    break
        finally:
            before.put_back()
    if not losses:
        raise LossNotFiniteError(f"{call}: the loss of the first batch, or its step, is not finite")
    return LearningRateCurve(rates[: len(losses)], np.array(losses))


def _losses(call: str, objective: Objective, source: Source, rates: Rates) -> Iterator[float]:
    """Give the loss of each step, that of all its batches, until one is not finite."""
    batches = _batches(source)
    for rate in rates:
        missing = objective.optimizer.batches_a_step - objective.state.summed
        try:
            losses = [
                objective.training.run_part(call, part, np.full(1, rate))["loss"]
                for part in islice(batches, missing)
            ]
        except BatchNotFiniteError:
            return
        yield float(np.mean(losses))


def _noted(values: Iterable[float], into: list[float]) -> Iterator[float]:
    """Give values, each once it stands in a list."""
    for value in values:
        into.append(value)
        yield value


def _batches(source: Source) -> Iterator[Part]:
    """Give batches one by one, epoch after epoch."""
    for epoch in count():
        yield from source.parts(epoch, repeat(1))


def _means(losses: Iterable[float]) -> Iterator[float]:
    """Give the mean of the losses up to each, the later ones counting more."""
    total = 0.0
    for number, loss in enumerate(losses, 1):
        total = _KEPT * total + (1 - _KEPT) * loss
        yield total / -math.expm1(number * math.log(_KEPT))
