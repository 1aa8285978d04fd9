"""What a stochastic fit looks at after each epoch beside its own loss."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from ganglion._base.improvement import improves
from ganglion._base.messages import say
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.scalers import for_loss
from ganglion.estimators.multilayer.scoring import ValidationScore
from ganglion.estimators.multilayer.stochastic import run_in_order
from ganglion.training.data import Dataset

if TYPE_CHECKING:
    from ganglion.estimators.multilayer.base import BaseMLP

_ROWS = 256  # looked at together


def hold_out(estimator: BaseMLP, samples: Dataset) -> tuple[Dataset, Dataset]:
    """Return what is trained on, and what is split off to be looked at: classes count the same.

    Raises:
        ValueError: When the latter is fewer than two samples, or counts nothing.
    """
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
    held_out = samples.rows(test)
    held_out = replace(held_out, weight=held_out.metric_weight)
    if held_out.weight is not None and not held_out.weight.sum() > 0:
        raise ValueError("The weights of the samples held out are all zero: another random_state?")
    return samples.rows(train), held_out


class Validation:
    """Samples that are looked at after each epoch, and the weights that did best on them.

    There are none as long as the fits before did better.
    """

    def __init__(self, estimator: BaseMLP, samples: Dataset) -> None:
        self._estimator = estimator
        self._score = ValidationScore(estimator, samples)
        self._samples = for_loss(estimator, samples)
        self._loss = PenalizedLoss(
            estimator._network, estimator._loss_rule(), 0.0, self._samples, _ROWS, "evaluate"
        )
        self._by_loss = estimator.early_stopping_metric == "loss"
        self._improves = partial(improves, rises=not self._by_loss)
        self.best: NDArray[Any] | None = None
        if estimator.validation_scores_ is None:
            estimator.validation_scores_ = []
            estimator.best_validation_score_ = -np.inf
        if not hasattr(estimator, "validation_loss_curve_"):  # it was scikit-learn's
            estimator.validation_loss_curve_ = []
            estimator.best_validation_loss_ = np.inf

    def look(self) -> bool:
        """Add the score and the loss to the estimator's lists; keep the weights if they lead.

        Return whether the one that `early_stopping_metric` says improves.
        """
        estimator = self._estimator
        score, loss = self._score.value(), self._value()
        value, best = score, estimator.best_validation_score_
        if self._by_loss:
            value, best = loss, estimator.best_validation_loss_
        estimator.validation_scores_.append(score)
        estimator.validation_loss_curve_.append(loss)
        if estimator.verbose:
            say(f"Validation score: {score:f}")
        if self._improves(value, best, least=0.0, reaching=False):
            estimator.best_epoch_ = estimator._epochs_run
            if estimator.early_stopping:
                self.best = estimator._network.store.values.copy()
        if score > estimator.best_validation_score_:  # not where it is NaN
            estimator.best_validation_score_ = score
        if loss < estimator.best_validation_loss_:
            estimator.best_validation_loss_ = loss
        return self._improves(value, best, least=estimator.tol, reaching=True)

    def _value(self) -> float:
        self._loss.reset()
        complete = run_in_order(self._loss, self._samples, _ROWS)
        return self._loss.value() if complete else np.nan
