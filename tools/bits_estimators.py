"""The estimators of bits.py."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from bits_data import CLASSES, LABELS, NUMBERS, WEIGHTS, YES, Array, Fits, Results, X

from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor


def results_of(estimator: Any) -> Results:
    """Return what it has learned, and what it predicts."""
    names = ("coefs_", "intercepts_", "coef_", "intercept_", "loss_curve_", "validation_scores_")
    learned = {name: getattr(estimator, name, None) for name in names}
    answers = [name for name in ("predict", "predict_proba") if hasattr(estimator, name)]
    return {name: of for name, of in learned.items() if of is not None} | {
        name: [getattr(estimator, name)(X)] for name in answers
    }


def learned(estimator: Any, y: Array = LABELS, fits: int = 1, **options: Any) -> Results:
    """Fit it to all rows, once or again."""
    for _ in range(fits):
        estimator.fit(X, y, **options)
    return results_of(estimator)


def learned_in_parts(estimator: Any, y: Array = LABELS, **options: Any) -> Results:
    """Fit it to some rows after the others."""
    for rows in (slice(0, 40), slice(40, 90), slice(20, 60)):
        estimator.partial_fit(X[rows], y[rows], **options)
    return results_of(estimator)


def estimators() -> Fits:
    """Return all of them."""
    mlp = partial(MLPClassifier, 9, max_iter=6, random_state=0)
    regressor = partial(MLPRegressor, hidden_layer_sizes=9, max_iter=6, random_state=0)
    perceptron = partial(Perceptron, max_iter=9, random_state=0)
    classes = np.arange(CLASSES)
    return {
        "adam": partial(learned, mlp(alpha=0.1, dropout=0.2), sample_weight=WEIGHTS),
        "sgd": partial(learned, mlp(solver="sgd", learning_rate="adaptive", clip_norm=1.0)),
        "sgd invscaling": partial(learned, mlp(solver="sgd", learning_rate="invscaling")),
        "lbfgs": partial(learned, mlp(solver="lbfgs", activation="tanh", alpha=1.0)),
        "early stopping": partial(learned, mlp(early_stopping=True, batch_size=16)),
        "warm start": partial(learned, mlp(warm_start=True, keep_optimizer_state=True), fits=2),
        "partial fit": partial(learned_in_parts, mlp(), classes=classes),
        "class weights": partial(learned, mlp(class_weight="balanced")),
        "schedule": partial(learned, mlp(lr_schedule="one_cycle", weight_decay=0.01)),
        "two classes": partial(learned, mlp(alpha=0.1), y=LABELS > 0),
        "several labels": partial(learned, mlp(standardize=True), y=YES),
        "large weights, penalty": partial(
            learned, MLPClassifier((300, 300), max_iter=2, alpha=0.1, random_state=0)
        ),
        "several targets": partial(learned, regressor(alpha=0.1), y=NUMBERS),
        "regression by lbfgs": partial(learned, regressor(solver="lbfgs"), y=NUMBERS),
        "regression by sgd": partial(learned, regressor(solver="sgd"), y=NUMBERS[:, 0]),
        "poisson": partial(learned, regressor(loss="poisson"), y=LABELS, sample_weight=WEIGHTS),
        "quantiles": partial(
            learned, regressor(loss="quantile", quantile=[0.1, 0.9]), y=NUMBERS[:, 0]
        ),
        "gaussian": partial(
            learned, regressor(loss="gaussian", standardize_target=True), y=NUMBERS[:, 0]
        ),
        "partial regression": partial(learned_in_parts, regressor(), y=NUMBERS),
        "perceptron": partial(learned, perceptron(), sample_weight=WEIGHTS),
        "perceptron, elasticnet": partial(learned, perceptron(penalty="elasticnet", eta0=0.5)),
        "perceptron, early stopping": partial(learned, perceptron(early_stopping=True)),
        "perceptron, warm start": partial(
            learned, perceptron(warm_start=True, class_weight="balanced"), fits=2
        ),
        "perceptron in parts": partial(learned_in_parts, perceptron(), classes=classes),
    }
