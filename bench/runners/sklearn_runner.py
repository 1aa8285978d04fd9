"""scikit-learn: `MLPClassifier.fit`, whose loops run inside; inference gives probabilities."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Floats, Workload


def classifier(workload: Workload) -> MLPClassifier:
    """Return a classifier that has seen one batch, so that it has arrays for weights."""
    model = MLPClassifier(
        hidden_layer_sizes=workload.sizes[1:-1],
        alpha=0,
        batch_size=workload.batch,
        learning_rate_init=workload.learning_rate,
        beta_1=BETA_1,
        beta_2=BETA_2,
        epsilon=EPSILON,
        n_iter_no_change=10**9,
        warm_start=True,
        random_state=2,
    )
    x, y = workload.data()
    classes = np.arange(workload.sizes[-1])
    model.partial_fit(x[: workload.batch], y[: workload.batch], classes=classes)
    set_weights(model, workload)
    return model


def set_weights(model: MLPClassifier, workload: Workload) -> None:
    """Set the initial weights."""
    for i, layer in enumerate(workload.initial_weights()):
        model.coefs_[i][:] = layer.weights
        model.intercepts_[i][:] = layer.biases


class Training:
    """A classifier whose fits go on from its weights."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, self._y = workload.data()
        self._model = classifier(workload)

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._model, self._workload)

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Fit."""
        self._model.set_params(max_iter=epochs, shuffle=shuffle)
        self._model.fit(self._x, self._y)
        losses: list[float] = self._model.loss_curve_[-epochs:]
        return losses


def inference(workload: Workload) -> Inference:
    """Return `predict_proba`."""
    model = classifier(workload)

    def infer(x: Floats) -> Floats:
        probabilities: Floats = model.predict_proba(x)
        return probabilities

    return infer


if __name__ == "__main__":
    warnings.simplefilter(
        "ignore", ConvergenceWarning
    )  # max_iter is the number of epochs asked for
    serve(Runner(Training, inference, logits=np.log))
