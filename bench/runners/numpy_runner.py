"""NumPy: forward, backward and Adam by hand, all in place."""

import numpy as np

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import (
    BETA_1,
    BETA_2,
    EPSILON,
    Dense,
    Floats,
    Integers,
    Workload,
)


class Training:
    """Layers as views of one vector of parameters, so that Adam is one sweep."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, self._y = workload.data()
        self._rng = np.random.default_rng(2)
        self._values = np.empty(workload.parameters, np.float32)
        self._gradients = np.empty_like(self._values)
        self._mean = np.zeros_like(self._values)
        self._square = np.zeros_like(self._values)
        self._scratch = np.empty_like(self._values)
        self._layers = views(self._values, workload)
        self._layer_gradients = views(self._gradients, workload)
        self._steps = 0
        self.reset()

    def reset(self) -> None:
        """Set the initial weights."""
        initial = self._workload.initial_weights()
        self._values[:] = np.concatenate([part.ravel() for layer in initial for part in layer])

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        return [self._epoch(shuffle) for _ in range(epochs)]

    def _epoch(self, shuffle: bool) -> float:
        samples, batch = self._workload.samples, self._workload.batch
        order = self._rng.permutation(samples) if shuffle else np.arange(samples)
        total = 0.0
        for first in range(0, samples, batch):
            rows = order[first : first + batch]
            total += self._step(self._x[rows], self._y[rows])
        return total / self._workload.steps

    def _step(self, x: Floats, y: Integers) -> float:
        activations = [x]
        for layer in self._layers[:-1]:
            z = activations[-1] @ layer.weights
            z += layer.biases
            activations.append(np.maximum(z, 0, out=z))
        dz = activations[-1] @ self._layers[-1].weights
        dz += self._layers[-1].biases
        loss = softmax_cross_entropy(dz, y)
        for i in reversed(range(len(self._layers))):
            np.matmul(activations[i].T, dz, out=self._layer_gradients[i].weights)
            np.sum(dz, axis=0, out=self._layer_gradients[i].biases)
            if i:
                dz = dz @ self._layers[i].weights.T
                dz *= activations[i] > 0
        self._adam()
        return loss

    def _adam(self) -> None:
        self._steps += 1
        gradients, scratch = self._gradients, self._scratch
        self._mean *= BETA_1
        self._mean += np.multiply(gradients, 1 - BETA_1, out=scratch)
        np.multiply(gradients, gradients, out=scratch)
        scratch *= 1 - BETA_2
        self._square *= BETA_2
        self._square += scratch
        np.sqrt(self._square, out=scratch)
        correction = float(np.sqrt(1 - BETA_2**self._steps))
        scratch += EPSILON * correction
        np.divide(self._mean, scratch, out=scratch)
        scratch *= self._workload.learning_rate * correction / (1 - BETA_1**self._steps)
        self._values -= scratch


def views(vector: Floats, workload: Workload) -> list[Dense]:
    """Return the layers' parts of a vector of all parameters."""
    layers, first = [], 0
    for inputs, units in zip(workload.sizes, workload.sizes[1:], strict=False):
        middle, last = first + inputs * units, first + inputs * units + units
        layers.append(Dense(vector[first:middle].reshape(inputs, units), vector[middle:last]))
        first = last
    return layers


def softmax_cross_entropy(logits: Floats, y: Integers) -> float:
    """Return the mean loss, and turn the logits to its gradient."""
    rows = np.arange(len(y))
    logits -= logits.max(axis=1, keepdims=True)
    chosen = logits[rows, y]
    np.exp(logits, out=logits)
    sums = logits.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(sums[:, 0]) - chosen))
    logits /= sums
    logits[rows, y] -= 1
    logits /= len(y)
    return loss


def inference(workload: Workload) -> Inference:
    """Return a chain of products."""
    *hidden, last = workload.initial_weights()

    def infer(x: Floats) -> Floats:
        for layer in hidden:
            x = x @ layer.weights
            x += layer.biases
            np.maximum(x, 0, out=x)
        y: Floats = x @ last.weights
        y += last.biases
        return y

    return infer


if __name__ == "__main__":
    serve(Runner(Training, inference))
