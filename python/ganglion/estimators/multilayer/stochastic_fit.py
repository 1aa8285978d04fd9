"""The loop of a stochastic fit: epochs until nothing improves, as scikit-learn's estimators go."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from ganglion._base.improvement import improves
from ganglion._base.messages import say, warn
from ganglion.estimators.multilayer.fit_plan import FitPlan
from ganglion.estimators.multilayer.stochastic import Epochs, StochasticOptimizer
from ganglion.estimators.multilayer.validation import Validation
from ganglion.estimators.shared.clock import Clock
from ganglion.estimators.shared.threads import interrupted
from ganglion.training.progress import Progress


class Listener(Protocol):
    """Who is told of each epoch."""

    def iteration_begins(self) -> None:
        """Hear that one begins."""

    def iteration_ends(self, progress: Progress) -> bool:
        """Hear that one is over, and return whether the fit shall end."""


class StochasticFit:
    """A fit of epochs.

    Args:
        plan: What it goes by.
        progress: How it gets on: it writes this record, and nothing else but the weights.
        epochs: What it runs.
        optimizer: What knows the learning rate.
        validation: What is looked at after each epoch; None: nothing.
        weights: All of the network's, shape `(parameters,)`.
    """

    def __init__(
        self,
        plan: FitPlan,
        progress: Progress,
        epochs: Epochs,
        optimizer: StochasticOptimizer,
        validation: Validation | None,
        weights: NDArray[Any],
    ) -> None:
        self._plan = plan
        self._progress = progress
        self._epochs = epochs
        self._optimizer = optimizer
        self._validation = validation
        self._weights = weights
        self._best_weights: NDArray[Any] | None = None  # as long as the fits before did better
        if not plan.stops_early and progress.best_loss is None:
            progress.best_loss = np.inf  # it stopped early before
        if validation is not None and progress.scores is None:
            progress.scores, progress.best_score = [], -np.inf

    def run(self, events: Listener, clock: Clock) -> None:
        """Run epochs until one is the last; Ctrl-C ends them too, with a warning.

        Args:
            events: Who is told of each epoch.
            clock: Ends the fit where its time is over.
        """
        try:
            self._run_epochs(events, clock)
        except KeyboardInterrupt:
            self._progress.interrupted = True
            warn(["Training interrupted by user."])
        if self._best_weights is not None:
            self._weights[:] = self._best_weights

    def _run_epochs(self, events: Listener, clock: Clock) -> None:
        plan, progress, optimizer = self._plan, self._progress, self._optimizer
        progress.epochs = 0
        for _ in range(plan.epochs):
            events.iteration_begins()
            self._run_epoch()
            progress.waited = 0 if self._improves() else progress.waited + 1
            if plan.kept is not None:
                progress.forget_before(plan.kept)
            optimizer.epoch_ends(progress.samples)
            if events.iteration_ends(progress):
                return
            if interrupted():
                raise KeyboardInterrupt
            if progress.waited > plan.patience:
                if optimizer.stops(plan.no_improvement, verbose=plan.verbose):
                    return
                progress.waited = 0
            if clock.ends(progress.epochs, of=plan.epochs):
                _warn_of_end(clock.message(f"{progress.epochs} epochs"))
                return
        if not plan.is_part:
            _warn_of_end(
                f"Maximum iterations ({plan.epochs}) reached and the optimization hasn't"
                " converged yet."
            )

    def _run_epoch(self) -> None:
        loss = self._epochs.run(self._optimizer.rates(self._epochs.steps))
        if not np.isfinite(loss):  # the core stops there; scikit-learn's weights go on as NaN
            self._weights[:] = np.nan
        self._progress.epoch_ends(loss, len(self._epochs))
        if self._plan.verbose:
            say(f"Iteration {self._progress.epochs}, loss = {loss:.8f}")

    def _improves(self) -> bool:
        """Note the epoch's figures; return whether the one that the fit goes by improves."""
        progress = self._progress
        validated = self._validation is not None and self._look_at(self._validation)
        if self._plan.stops_early:
            return validated
        loss, best = progress.loss, progress.best_loss
        assert loss is not None
        assert best is not None
        if loss < best:
            progress.best_loss = loss
            if self._validation is None:
                progress.best_epoch = progress.epochs_in_all
        return improves(loss, best, least=self._plan.tol, rises=False, reaching=True)

    def _look_at(self, validation: Validation) -> bool:
        """Note score and loss; keep the weights if they lead; return whether they improve."""
        plan, progress = self._plan, self._progress
        assert progress.scores is not None
        assert progress.best_score is not None
        score, loss = validation.look()
        value, best = score, progress.best_score
        if plan.by_loss:
            value, best = loss, progress.best_validation_loss
        progress.scores.append(score)
        progress.validation_losses.append(loss)
        if plan.verbose:
            say(f"Validation score: {score:f}")
        better = partial(improves, rises=not plan.by_loss)
        if better(value, best, least=0.0, reaching=False):
            progress.best_epoch = progress.epochs_in_all
            if plan.stops_early:
                self._best_weights = self._weights.copy()
        if score > progress.best_score:  # not where it is NaN
            progress.best_score = score
        if loss < progress.best_validation_loss:
            progress.best_validation_loss = loss
        return better(value, best, least=plan.tol, reaching=True)


def _warn_of_end(what: str) -> None:
    warn([f"Stochastic Optimizer: {what}"], category=ConvergenceWarning)
