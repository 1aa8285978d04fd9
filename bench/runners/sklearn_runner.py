"""scikit-learn: `fit`, whose loops run inside; `MLPClassifier` predicts probabilities."""

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_2, EPSILON, Data, Floats, Workload

Estimator = Any  # scikit-learn has no types


def estimator(workload: Workload) -> Estimator:
    """Return an estimator that has seen one batch, so that it has arrays for weights."""
    is_classifier = workload.kind == "classifier"
    model = (MLPClassifier if is_classifier else MLPRegressor)(
        hidden_layer_sizes=workload.sizes[1:-1],
        alpha=0,
        batch_size=workload.batch,
        learning_rate_init=workload.learning_rate,
        beta_1=workload.beta_1,
        beta_2=BETA_2,
        epsilon=EPSILON if is_classifier else epsilon_of_sums(workload),
        n_iter_no_change=10**9,
        warm_start=True,
        random_state=2,
    )
    x, y = (part[: workload.batch] for part in samples(workload))
    if is_classifier:
        model.partial_fit(x, y, classes=np.arange(workload.sizes[-1]))
    else:
        model.partial_fit(x, y)
    set_weights(model, workload)
    return model


def epsilon_of_sums(workload: Workload) -> float:
    """Return what makes Adam's steps those of others on the mean squared error, or nearly so.

    The gradient is that of half the sum over columns, and so `columns / 2` times as large; and the
    mean of its squares is not corrected for its beginning where epsilon is added: what that would
    be in the middle of an epoch is put into epsilon.
    """
    correction: float = np.sqrt(1 - BETA_2 ** (workload.steps / 2))
    return EPSILON * workload.sizes[-1] / 2 * correction


def samples(workload: Workload) -> Data:
    """Return inputs and targets."""
    x, *labels = workload.data()
    return (x, *(labels or [x]))


def set_weights(model: Estimator, workload: Workload) -> None:
    """Set the initial weights."""
    for i, layer in enumerate(workload.initial_weights()):
        model.coefs_[i][:] = layer.weights
        model.intercepts_[i][:] = layer.biases


class Training:
    """An estimator whose fits go on from its weights."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, self._y = samples(workload)
        self._model = estimator(workload)
        self._loss_factor = 1 if workload.kind == "classifier" else 2  # its squared error is halved

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._model, self._workload)

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Fit."""
        self._model.set_params(max_iter=epochs, shuffle=shuffle)
        self._model.fit(self._x, self._y)
        losses: list[float] = self._model.loss_curve_[-epochs:]
        return [self._loss_factor * loss for loss in losses]


def inference(workload: Workload) -> Inference:
    """Return `predict_proba`, or `predict` for values."""
    model = estimator(workload)
    predict = model.predict_proba if workload.kind == "classifier" else model.predict

    def infer(x: Floats) -> Floats:
        outputs: Floats = predict(x)
        return outputs

    return infer


if __name__ == "__main__":
    warnings.simplefilter(
        "ignore", ConvergenceWarning
    )  # max_iter is the number of epochs asked for
    serve(Runner(Training, inference, logits=np.log))
