"""The score of validation data, by which early stopping may go."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.metrics._scorer import _BaseScorer

from ganglion._base.arrays import Array
from ganglion._base.functions import check_takes, number
from ganglion._base.naming import nearest
from ganglion.estimators.multilayer.outputs import outputs_of
from ganglion.models import Model
from ganglion.training.data import Dataset

_ELSEWHERE = {  # what other packages call it, or `ganglion.metrics`: scorers
    "auc": ("roc_auc",),
    "mae": ("neg_mean_absolute_error",),
    "mse": ("neg_mean_squared_error",),
    "val_loss": ("loss",),
}


def scorer_of(metric: Any) -> Any:
    """Return scikit-learn's scorer that is meant by `early_stopping_metric`, None for our figures.

    Raises:
        TypeError: When it is a function that cannot be called as a scorer.
        ValueError: For a name that is none, with the one that may be meant.
    """
    if metric in ("score", "loss"):
        return None
    names = ["score", "loss", *get_scorer_names()]
    if isinstance(metric, str) and metric not in names:
        meant = nearest(metric, names, _ELSEWHERE)
        hint = f"did you mean {meant!r}? " if meant else ""
        raise ValueError(
            f"early_stopping_metric is {metric!r}, {hint}There are 'score', 'loss' and the names"
            " of sklearn.metrics.get_scorer_names()"
        )
    if not isinstance(metric, str):
        check_takes("early_stopping_metric", metric, ["estimator", "X", "y"])
    return get_scorer(metric)


class Scored(Protocol):
    """What is asked of an estimator, beside what a scorer of scikit-learn's asks."""

    early_stopping_metric: str | Callable[..., float]
    _net: Model
    out_activation_: str

    def _score_of(self, outputs: Array, targets: Array, weight: Array | None) -> float:
        """Return the score of finite outputs."""

    def _labels_of(self, targets: Array) -> Array:
        """Return targets as users give them."""

    def _as_prepared(self, tables: Sequence[Any]) -> Any:
        """Return inputs of which `_of_prepared` makes these tables, that the network is fed."""


class ValidationScore:
    """Scores an estimator's model on samples as `early_stopping_metric` says.

    Args:
        estimator: Whose model.
        samples: What it is scored on, inputs and targets as the network takes them.

    Raises:
        ValueError: When the samples lack a class that the metric needs.
    """

    def __init__(self, estimator: Scored, samples: Dataset) -> None:
        self._estimator = estimator
        self._samples = samples
        self._weight = None if samples.weight is None else samples.weight.ravel()
        self._scorer = scorer_of(estimator.early_stopping_metric)
        if isinstance(self._scorer, _BaseScorer):
            self._scorer = _told_of_classes(self._scorer, estimator, samples.y)
            self._check_classes()

    def value(self) -> float:
        """Return the score; NaN where the outputs are not finite.

        Raises:
            ValueError: When the metric does not give a finite number.
        """
        estimator, tables, y = self._estimator, self._samples.tables, self._samples.y
        outputs = outputs_of(estimator._net, tables, estimator.out_activation_)
        if not np.isfinite(outputs).all():
            return np.nan
        if self._scorer is None:
            return estimator._score_of(outputs, y, self._weight)
        weighted = self._weight is not None and isinstance(self._scorer, _BaseScorer)
        weights = {"sample_weight": self._weight} if weighted else {}  # functions take none
        x = estimator._as_prepared(tables)
        given = self._scorer(_of_prepared(estimator), x, estimator._labels_of(y), **weights)
        score = number("early_stopping_metric must return", given)
        if not np.isfinite(score):
            raise ValueError(f"early_stopping_metric gives {score}, must give a finite number")
        return score

    def _check_classes(self) -> None:
        """Try the scorer before anything is trained, where a class is missing."""
        absent = _absent(self._estimator, self._samples.y)
        if not absent:
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.value()
        except ValueError as error:
            metric = self._estimator.early_stopping_metric
            raise ValueError(
                f"early_stopping_metric {metric!r} needs samples with and without each class, the"
                f" validation data do not have them for {', '.join(map(repr, absent))}: give X_val"
                f" and y_val with all classes, or a larger validation_fraction ({error})"
            ) from error


def _told_of_classes(scorer: Any, estimator: Any, targets: Array) -> Any:
    """Return a scorer that knows which class each column of the probabilities belongs to.

    scikit-learn's take them for those of the samples, of which there may be fewer.
    """
    known = inspect.signature(scorer._score_func).parameters
    classes = getattr(estimator, "classes_", None)
    labels = scorer._response_method == "predict" or targets.shape[1] > 1
    if classes is None or labels or "labels" not in known or "labels" in scorer._kwargs:
        return scorer
    told = copy.copy(scorer)
    told._kwargs = {**scorer._kwargs, "labels": classes}
    return told


def _absent(estimator: Any, targets: Array) -> list[Any]:
    """Return the classes that none of the samples has; of several labels also those all have."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return []
    if targets.shape[1] > 1:
        constant = (targets == targets[0]).all(axis=0)
    else:
        constant = ~np.isin(np.arange(len(classes)), targets)
    return [one.item() if isinstance(one, np.generic) else one for one in classes[constant]]


def _of_prepared(estimator: Any) -> Any:
    """Return the estimator as it is for inputs that are already as the network takes them."""
    kept = {
        name: value
        for name, value in vars(estimator).items()
        if name not in ("scaler_", "feature_names_in_")
    }
    view = object.__new__(type(estimator))
    view.__dict__.update(kept)
    return view
