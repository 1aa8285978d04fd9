"""Stochastic fits: what scikit-learn's "adam" and "sgd" do with the loop of all fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base.messages import say
from ganglion.callbacks import Logs
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.stochastic import StochasticOptimizer
from ganglion.training.clock import Clock
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Listener
from ganglion.training.progress import Progress


def plan_of(estimator: Any, clock: Clock, *, validates: bool, is_part: bool) -> FitPlan:
    """Return what an estimator's parameters say.

    Args:
        estimator: Whose.
        clock: Ends the fit where its time is over.
        validates: Whether validation samples are looked at.
        is_part: Whether it is one epoch of many calls, and more are to come.
    """
    by_loss = estimator.early_stopping_metric == "loss"
    of_validation = ("val_loss", "val_score") if validates else ()
    best_by = "loss" if not validates else "val_loss" if by_loss else "val_score"
    early = estimator.early_stopping
    return FitPlan(
        epochs=range(1 if is_part else estimator.max_iter),
        watched=of_validation if early else ("loss", *of_validation),
        goes_by=best_by if early else "loss",
        best_by=best_by,
        tol=estimator.tol,
        patience=estimator.n_iter_no_change,
        keeps_best=early,
        kept=estimator.max_history,
        clock=clock,
    )


@dataclass(slots=True, kw_only=True)
class StochasticEpochs(Listener):
    """Epochs in an order that the estimator's random state gives.

    Args:
        loss: What is made small.
        data: What is trained on.
        batch_size: Rows a step.
        random_state: Shuffles the order of the epoch before; None: the samples stay as they lie.
        optimizer: What knows the learning rate.
        weights: All of the network's, shape `(parameters,)`.
        verbose: Whether to tell how it gets on.
    """

    loss: PenalizedLoss
    data: Dataset
    batch_size: int
    random_state: np.random.RandomState | None
    optimizer: StochasticOptimizer
    weights: NDArray[Any]
    verbose: bool
    _order: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._order = np.arange(self.samples, dtype=np.int64)

    @property
    def samples(self) -> int:
        """How many there are in an epoch."""
        return len(self.data)

    def run(self, epoch: int) -> Logs:
        """Train for an epoch and return its loss."""
        if self.random_state is not None:
            shuffled = np.arange(self.samples)
            self.random_state.shuffle(shuffled)
            self._order = self._order[shuffled]
        loss = self.loss.over(self.data, self.batch_size, self._order, self.optimizer.rates)
        if not np.isfinite(loss):  # the core stops there; scikit-learn's weights go on as NaN
            self.weights[:] = np.nan
        if self.verbose:
            say(f"Iteration {epoch + 1}, loss = {loss:.8f}")
        return {"loss": loss}

    def epoch_ends(self, progress: Progress) -> bool:
        """Let the learning rate follow its schedule."""
        self.optimizer.epoch_ends(progress.samples)
        return False

    def patience_ends(self, plan: FitPlan) -> bool:
        """Let the learning rate be smaller, or the fit end."""
        what = "Training loss" if plan.goes_by == "loss" else "Validation score"
        waited = f"{int(plan.patience)} consecutive epochs."
        message = f"{what} did not improve more than tol={plan.tol:f} for {waited}"
        return self.optimizer.stops(message, verbose=self.verbose)
