"""What a stochastic fit goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPlan:
    """The parameters that decide when a stochastic fit ends; they do not change meanwhile.

    Args:
        epochs: How many at most.
        is_part: Whether it is one epoch of many calls, and more are to come.
        stops_early: Whether it goes by validation samples, and keeps the weights of the best epoch.
        by_loss: Whether by their loss, and not by their score.
        tol: By how much a figure must improve to count.
        patience: Epochs without improvement after which it ends.
        kept: Epochs at most of which figures are kept; None: of all.
        verbose: Whether it tells how it gets on.
    """

    epochs: int
    is_part: bool
    stops_early: bool
    by_loss: bool
    tol: float
    patience: float
    kept: int | None
    verbose: bool

    @classmethod
    def of(cls, estimator: Any, *, is_part: bool) -> Self:
        """Return what an estimator's parameters say."""
        return cls(
            epochs=1 if is_part else estimator.max_iter,
            is_part=is_part,
            stops_early=estimator.early_stopping,
            by_loss=estimator.early_stopping_metric == "loss",
            tol=estimator.tol,
            patience=estimator.n_iter_no_change,
            kept=estimator.max_history,
            verbose=bool(estimator.verbose),
        )

    @property
    def no_improvement(self) -> str:
        """What to say where nothing has improved for so long."""
        what = "Validation score" if self.stops_early else "Training loss"
        waited = f"{int(self.patience)} consecutive epochs."
        return f"{what} did not improve more than tol={self.tol:f} for {waited}"
