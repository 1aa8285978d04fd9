"""The loop of every fit, of models and of estimators: epochs, until one is the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Protocol

from numpy.typing import NDArray

from ganglion._base.interrupts import interrupted
from ganglion.callbacks import Logs
from ganglion.training.fit_plan import FitPlan
from ganglion.training.progress import Progress


class Ending(Enum):
    """Why an epoch was the last."""

    ALL_ARE_RUN = auto()
    ASKED_FOR = auto()  # by a listener
    INTERRUPTED = auto()  # by Ctrl-C, in a thread that heeds it
    NOTHING_IMPROVES = auto()
    OUT_OF_TIME = auto()


class Epochs(Protocol):
    """What a fit trains."""

    @property
    def samples(self) -> int:
        """How many there are in an epoch; 0 when that is not known."""

    @property
    def weights(self) -> NDArray[Any]:
        """All that is trained: a view."""

    def run(self, epoch: int) -> Logs:
        """Train for an epoch, by its number, and return its figures; the loss, if it has one."""


class Listener:
    """Base of those who are told how a fit gets on; they may end it."""

    def epoch_begins(self, epoch: int) -> None:
        """Hear that one begins, by its number."""

    def figures_come(self, epoch: int, figures: Logs) -> None:
        """Hear the figures of an epoch, before they are noted; some may be added."""

    def epoch_ends(self, progress: Progress) -> bool:  # noqa: ARG002
        """Hear that an epoch is over, and return whether the fit shall end with it."""
        return False

    def patience_ends(self, plan: FitPlan) -> bool:  # noqa: ARG002
        """Hear that nothing has improved for too long; return whether the fit shall end so."""
        return True


def run(
    plan: FitPlan,
    progress: Progress,
    epochs: Epochs,
    listeners: Sequence[Listener],
    validate: Callable[[], Logs] = dict,
) -> Ending:
    """Run epochs until one is the last, and return why it was.

    Args:
        plan: What the fit goes by.
        progress: How it gets on: the loop writes this record, and nothing else but weights.
        epochs: What it runs.
        listeners: Who is told of it, in this order.
        validate: Gives what figures there are of an epoch beside its own.

    Raises:
        KeyboardInterrupt: On Ctrl-C, also where that is handed on to this thread. What has been
            learnt is kept.
    """
    progress.fit_begins(plan)
    best: NDArray[Any] | None = None
    try:
        for epoch in plan.epochs:
            for listener in listeners:
                listener.epoch_begins(epoch)
            figures = epochs.run(epoch) | validate()
            for listener in listeners:
                listener.figures_come(epoch, figures)
            progress.epoch_ends(figures, epochs.samples, plan)
            if plan.keeps_best and progress.is_best:
                best = epochs.weights.copy()
            ending = ending_after_epoch(plan, progress, listeners)
            if ending is Ending.INTERRUPTED:
                raise KeyboardInterrupt
            if ending is not None:
                return ending
    except KeyboardInterrupt:
        progress.interrupted = True
        raise
    finally:
        if best is not None:
            epochs.weights[:] = best
    return Ending.ALL_ARE_RUN


def ending_after_epoch(
    plan: FitPlan, progress: Progress, listeners: Sequence[Listener]
) -> Ending | None:
    """Tell listeners that an epoch is over; return why it was the last, None where it was not."""
    asked = [listener.epoch_ends(progress) for listener in listeners]  # each is told
    if any(asked):
        return Ending.ASKED_FOR
    if interrupted():
        return Ending.INTERRUPTED
    if progress.waited > plan.patience:
        if all(listener.patience_ends(plan) for listener in listeners):
            return Ending.NOTHING_IMPROVES
        progress.waited = 0
    if plan.clock.ends(progress.epochs, of=len(plan.epochs)):
        return Ending.OUT_OF_TIME
    return None
