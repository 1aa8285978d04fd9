"""Stochastic fits: what scikit-learn's "adam" and "sgd" do with the loop of all fits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from ganglion._base.messages import say, warn
from ganglion.callbacks import Logs
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.stochastic import StochasticOptimizer
from ganglion.training.clock import Clock
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Ending, Listener
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


class StochasticEpochs(Listener):
    """Epochs in an order that the estimator's random state gives.

    Args:
        loss: What is made small.
        samples: What is trained on.
        batch_size: Rows a step.
        random_state: Shuffles the order of the epoch before; None: the samples stay as they lie.
        optimizer: What knows the learning rate.
        weights: All of the network's, shape `(parameters,)`.
        verbose: Whether to tell how it gets on.
    """

    def __init__(
        self,
        loss: PenalizedLoss,
        samples: Dataset,
        batch_size: int,
        random_state: np.random.RandomState | None,
        optimizer: StochasticOptimizer,
        weights: NDArray[Any],
        *,
        verbose: bool,
    ) -> None:
        self.samples = len(samples)
        self.weights = weights
        self._loss = loss
        self._data = samples
        self._batch_size = batch_size
        self._random_state = random_state
        self._order = np.arange(len(samples), dtype=np.int64)
        self._optimizer = optimizer
        self._verbose = verbose

    def run(self, epoch: int) -> Logs:
        """Train for an epoch and return its loss."""
        if self._random_state is not None:
            shuffled = np.arange(self.samples)
            self._random_state.shuffle(shuffled)
            self._order = self._order[shuffled]
        loss = self._loss.over(self._data, self._batch_size, self._order, self._optimizer.rates)
        if not np.isfinite(loss):  # the core stops there; scikit-learn's weights go on as NaN
            self.weights[:] = np.nan
        if self._verbose:
            say(f"Iteration {epoch + 1}, loss = {loss:.8f}")
        return {"loss": loss}

    def epoch_ends(self, progress: Progress) -> bool:
        """Let the learning rate follow its schedule."""
        self._optimizer.epoch_ends(progress.samples)
        return False

    def patience_ends(self, plan: FitPlan) -> bool:
        """Let the learning rate be smaller, or the fit end."""
        what = "Training loss" if plan.goes_by == "loss" else "Validation score"
        waited = f"{int(plan.patience)} consecutive epochs."
        message = f"{what} did not improve more than tol={plan.tol:f} for {waited}"
        return self._optimizer.stops(message, verbose=self._verbose)


def warn_of_ending(ending: Ending, plan: FitPlan, progress: Progress, *, is_part: bool) -> None:
    """Warn of a fit that did not end because nothing improves any more, as scikit-learn does."""
    if ending is Ending.OUT_OF_TIME:
        what = plan.clock.message(f"{progress.epochs} epochs")
    elif ending is Ending.ALL_ARE_RUN and not is_part:
        what = (
            f"Maximum iterations ({len(plan.epochs)}) reached and the optimization hasn't"
            " converged yet."
        )
    else:
        return
    warn([f"Stochastic Optimizer: {what}"], category=ConvergenceWarning)
