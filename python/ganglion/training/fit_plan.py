"""What a fit goes by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ganglion.training.clock import Clock

_RISING = ("val_score",)  # of figures of which the larger is better


def worst(figure: str) -> float:
    """Return what any value of a figure is better than."""
    return -math.inf if rises(figure) else math.inf


def rises(figure: str) -> bool:
    """Return whether the larger of a figure's values is better, or the smaller."""
    return figure in _RISING


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPlan:
    """What decides when a fit ends, and what it keeps; it does not change meanwhile.

    Args:
        epochs: The numbers of those that it runs at most.
        watched: The figures whose best values are remembered.
        goes_by: The one of them that must improve; None: none must.
        best_by: The one of them that is best in the best epoch; None: none.
        tol: By how much a figure must improve to count.
        patience: Epochs without improvement after which it ends.
        keeps_best: Whether it ends with the weights of its best epoch.
        kept: Epochs at most of which figures are kept; None: of all.
        clock: Ends it where its time is over.
    """

    epochs: range
    watched: tuple[str, ...] = ()
    goes_by: str | None = None
    best_by: str | None = None
    tol: float = 0.0
    patience: float = math.inf
    keeps_best: bool = False
    kept: int | None = None
    clock: Clock = field(default_factory=Clock)
