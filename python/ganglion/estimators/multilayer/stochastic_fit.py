"""The loop of a stochastic fit: epochs until nothing improves, as scikit-learn's estimators go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ganglion._base.improvement import improves
from ganglion._base.messages import say, warn
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.scalers import for_loss
from ganglion.estimators.multilayer.stochastic import Epochs, StochasticOptimizer, settings_of
from ganglion.estimators.multilayer.validation import Validation, hold_out
from ganglion.estimators.shared.threads import interrupted
from ganglion.training.data import Dataset

if TYPE_CHECKING:
    from ganglion.estimators.multilayer.base import BaseMLP
    from ganglion.estimators.shared.callback_support import FitEvents
    from ganglion.estimators.shared.clock import Clock


def run(
    estimator: BaseMLP,
    samples: Dataset,
    validation: Dataset | None,
    events: FitEvents,
    clock: Clock,
    *,
    once: bool,
) -> None:
    """Train an estimator's network, and keep its attributes up to date.

    Args:
        estimator: Whose network.
        samples: What to train on.
        validation: What to look at after each epoch; None: a hold-out if it stops early by one.
        events: What is told of each epoch.
        clock: Ends the fit where its time is over.
        once: Whether to train for one epoch only.
    """
    if validation is None and estimator.early_stopping:
        samples, validation = hold_out(estimator, samples)
    if not estimator.early_stopping and estimator.best_loss_ is None:
        estimator.best_loss_ = np.inf  # it stopped early before
    batch_size = _batch_size(estimator, len(samples))
    optimizer = _optimizer(estimator, -(-len(samples) // batch_size), goes_on=once)
    trained_on = for_loss(estimator, samples)
    loss = PenalizedLoss(
        estimator._network,
        estimator._loss_rule(),
        estimator.alpha,
        trained_on,
        batch_size,
        "train",
        optimizer.state,
    )
    epochs = Epochs(
        loss, trained_on, batch_size, estimator._random_state if estimator.shuffle else None
    )
    watched = None if validation is None else Validation(estimator, validation)
    try:
        _run_epochs(estimator, epochs, watched, events, clock, once=once)
    except KeyboardInterrupt:
        estimator.interrupted_ = True
        warn(["Training interrupted by user."])
    if watched is not None and watched.best is not None:
        estimator._network.store.values[:] = watched.best


def _batch_size(estimator: BaseMLP, count: int) -> int:
    if estimator.batch_size == "auto":
        return min(200, count)
    if estimator.batch_size > count:
        warn(["Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"])
    return int(np.clip(estimator.batch_size, 1, count))


def _optimizer(estimator: BaseMLP, steps: int, *, goes_on: bool) -> StochasticOptimizer:
    """Return the estimator's optimizer: the one it has where that goes on, else a new one."""
    before: StochasticOptimizer | None = getattr(estimator, "_optimizer", None)
    if before is None or not goes_on:
        made = StochasticOptimizer(estimator._network, settings_of(estimator), steps)
        if before is not None and estimator.warm_start and estimator.keep_optimizer_state:
            made.go_on_from(before)
        estimator._optimizer = made
    estimator._optimizer.bind(estimator._network)
    return estimator._optimizer


def _run_epochs(
    estimator: BaseMLP,
    epochs: Epochs,
    validation: Validation | None,
    events: FitEvents,
    clock: Clock,
    *,
    once: bool,
) -> None:
    optimizer = estimator._optimizer
    most = 1 if once else estimator.max_iter
    estimator.n_iter_ = 0
    for _ in range(most):
        events.iteration_begins()
        _run_epoch(estimator, epochs)
        stays = not _improves(estimator, validation)
        estimator._no_improvement_count = estimator._no_improvement_count + 1 if stays else 0
        _shorten_history(estimator)
        optimizer.epoch_ends(estimator.t_)
        if events.iteration_ends():
            return
        if interrupted():
            raise KeyboardInterrupt
        if estimator._no_improvement_count > estimator.n_iter_no_change:
            if optimizer.stops(_no_improvement(estimator), verbose=bool(estimator.verbose)):
                return
            estimator._no_improvement_count = 0
        if clock.ends(estimator.n_iter_, of=most):
            _warn_of_end(clock.message(f"{estimator.n_iter_} epochs"))
            return
    if not once:
        _warn_of_end(
            f"Maximum iterations ({estimator.max_iter}) reached and the optimization hasn't"
            " converged yet."
        )


def _warn_of_end(what: str) -> None:
    warn([f"Stochastic Optimizer: {what}"], category=ConvergenceWarning)


def _run_epoch(estimator: BaseMLP, epochs: Epochs) -> None:
    loss = epochs.run(estimator._optimizer.rates(epochs.steps))
    if not np.isfinite(loss):  # the core stops there; scikit-learn's weights go on as NaN
        estimator._network.store.values[:] = np.nan
    estimator.n_iter_ += 1
    estimator._epochs_run = getattr(estimator, "_epochs_run", 0) + 1
    estimator.t_ += len(epochs)
    estimator.loss_ = loss
    estimator.loss_curve_.append(loss)
    if estimator.verbose:
        say(f"Iteration {estimator.n_iter_}, loss = {loss:.8f}")


def _improves(estimator: BaseMLP, validation: Validation | None) -> bool:
    """Note the epoch's figures; return whether the one that the fit goes by improves."""
    validated = validation is not None and validation.look()
    if estimator.early_stopping:
        return validated
    loss, best = estimator.loss_, estimator.best_loss_
    if loss < best:
        estimator.best_loss_ = loss
        if validation is None:
            estimator.best_epoch_ = estimator._epochs_run
    return improves(loss, best, least=estimator.tol, rises=False, reaching=True)


def _shorten_history(estimator: BaseMLP) -> None:
    """Forget what is older than the last `max_history` epochs."""
    if estimator.max_history is not None:
        for name in ("loss_curve_", "validation_scores_", "validation_loss_curve_"):
            del (getattr(estimator, name, None) or [])[: -estimator.max_history]


def _no_improvement(estimator: BaseMLP) -> str:
    what = "Validation score" if estimator.early_stopping else "Training loss"
    return (
        f"{what} did not improve more than tol={estimator.tol:f} for"
        f" {estimator.n_iter_no_change:d} consecutive epochs."
    )
