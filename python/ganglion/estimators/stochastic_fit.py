"""The loop of a stochastic fit: epochs until nothing improves, as scikit-learn's estimators go."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from ganglion.data import Dataset
from ganglion.estimators.loss import PenalizedLoss
from ganglion.estimators.stochastic import Epochs, run_in_order
from ganglion.messages import say

if TYPE_CHECKING:
    from ganglion.estimators.base import BaseMLP

_ROWS = 256  # of what is validated on, looked at together


def run(estimator: BaseMLP, samples: Dataset, validation: Dataset | None, *, once: bool) -> None:
    """Train an estimator's network, and keep its attributes up to date.

    Args:
        estimator: Whose network.
        samples: What to train on.
        validation: What to look at after each epoch; None: a hold-out if it stops early by one.
        once: Whether to train for one epoch only.
    """
    if validation is None and estimator.early_stopping:
        samples, validation = _hold_out(estimator, samples)
    batch_size = _batch_size(estimator, len(samples))
    network, optimizer = estimator._network, estimator._optimizer
    loss = PenalizedLoss(
        network, estimator.loss, estimator.alpha, samples, batch_size, "train", optimizer.state
    )
    epochs = Epochs(
        loss, samples, batch_size, estimator._random_state if estimator.shuffle else None
    )
    watched = None if validation is None else _Validation(estimator, validation)
    try:
        _run_epochs(estimator, epochs, len(samples), watched, once=once)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=5)
    if watched is not None and watched.best is not None and estimator.early_stopping:
        network.store.values[:] = watched.best


def _batch_size(estimator: BaseMLP, count: int) -> int:
    if estimator.batch_size == "auto":
        return min(200, count)
    if estimator.batch_size > count:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=6,
        )
    return int(np.clip(estimator.batch_size, 1, count))


def _hold_out(estimator: BaseMLP, samples: Dataset) -> tuple[Dataset, Dataset]:
    """Split off what is validated on."""
    train, test = train_test_split(
        np.arange(len(samples)),
        random_state=estimator._random_state,
        test_size=estimator.validation_fraction,
        stratify=estimator._stratify(samples.y),
    )
    if len(test) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your"
            " dataset."
        )
    return samples.rows(train), samples.rows(test)


def _run_epochs(
    estimator: BaseMLP,
    epochs: Epochs,
    count: int,
    validation: _Validation | None,
    *,
    once: bool,
) -> None:
    optimizer = estimator._optimizer
    verbose = bool(estimator.verbose)
    estimator.n_iter_ = 0
    for _ in range(1 if once else estimator.max_iter):
        loss = epochs.run(optimizer.learning_rate)
        if not np.isfinite(loss):  # the core stops there; scikit-learn's weights go on as NaN
            estimator._network.store.values[:] = np.nan
        estimator.n_iter_ += 1
        estimator.t_ += count
        estimator.loss_ = loss
        estimator.loss_curve_.append(loss)
        if verbose:
            say(f"Iteration {estimator.n_iter_}, loss = {loss:.8f}")
        if validation is not None:
            validation.look()
        if not estimator.early_stopping:
            _note_loss(estimator, loss)
        optimizer.epoch_ends(estimator.t_)
        if estimator._no_improvement_count > estimator.n_iter_no_change:
            if optimizer.stops(_no_improvement(estimator), verbose=verbose):
                return
            estimator._no_improvement_count = 0
    if not once:
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the"
            " optimization hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=6,
        )


def _note_loss(estimator: BaseMLP, loss: float) -> None:
    stays = loss > estimator.best_loss_ - estimator.tol
    estimator._no_improvement_count = estimator._no_improvement_count + 1 if stays else 0
    estimator.best_loss_ = min(estimator.best_loss_, loss)


class _Validation:
    """Dataset that are looked at after each epoch, and the weights that did best on them.

    There are none as long as the fits before did better.
    """

    def __init__(self, estimator: BaseMLP, samples: Dataset) -> None:
        self._estimator = estimator
        self._samples = samples
        self._weight = None if samples.weight is None else samples.weight.ravel()
        self._loss = PenalizedLoss(
            estimator._network, estimator.loss, 0.0, samples, _ROWS, "evaluate"
        )
        self.best: NDArray[Any] | None = None
        if estimator.validation_scores_ is None:
            estimator.validation_scores_ = []
            estimator.best_validation_score_ = -np.inf
        if not hasattr(estimator, "validation_loss_curve_"):  # it was scikit-learn's
            estimator.validation_loss_curve_ = []

    def look(self) -> None:
        """Add the score and the loss to the estimator's lists; keep the weights if they lead."""
        estimator = self._estimator
        outputs = estimator._network.outputs(self._samples.x)
        finite = bool(np.isfinite(outputs).all())
        score = estimator._score_of(outputs, self._samples.y, self._weight) if finite else np.nan
        estimator.validation_scores_.append(score)
        estimator.validation_loss_curve_.append(self._value())
        if estimator.verbose:
            say(f"Validation score: {score:f}")
        if estimator.early_stopping:
            stays = score < estimator.best_validation_score_ + estimator.tol
            estimator._no_improvement_count = estimator._no_improvement_count + 1 if stays else 0
        if score > estimator.best_validation_score_:
            estimator.best_validation_score_ = score
            self.best = estimator._network.store.values.copy()

    def _value(self) -> float:
        self._loss.reset()
        complete = run_in_order(self._loss, self._samples, _ROWS)
        return self._loss.value() if complete else np.nan


def _no_improvement(estimator: BaseMLP) -> str:
    what = "Validation score" if estimator.early_stopping else "Training loss"
    return (
        f"{what} did not improve more than tol={estimator.tol:f} for"
        f" {estimator.n_iter_no_change:d} consecutive epochs."
    )
