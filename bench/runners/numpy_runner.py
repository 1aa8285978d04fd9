"""NumPy: forward, backward and Adam by hand, all in place."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


class Chain:
    """Dense layers with ReLU between, and places for their gradients."""

    def __init__(self, layers: Sequence[Dense], gradients: Sequence[Dense]) -> None:
        self._layers = layers
        self._gradients = gradients
        self._inputs: list[Floats] = []  # of each layer

    def forward(self, x: Floats) -> Floats:
        """Return the last layer's values."""
        *hidden, last = self._layers
        self._inputs = [x]
        for layer in hidden:
            z = self._inputs[-1] @ layer.weights
            z += layer.biases
            self._inputs.append(np.maximum(z, 0, out=z))
        y: Floats = self._inputs[-1] @ last.weights
        y += last.biases
        return y

    def backward(self, dz: Floats) -> Floats:
        """Write the layers' gradients, and return that of the first layer's values."""
        for i in reversed(range(len(self._layers))):
            np.matmul(self._inputs[i].T, dz, out=self._gradients[i].weights)
            np.sum(dz, axis=0, out=self._gradients[i].biases)
            if i:
                dz = dz @ self._layers[i].weights.T
                dz *= self._inputs[i] > 0
        return dz

    def input_gradient(self, dz: Floats) -> Floats:
        """Return the inputs' gradient, of that of the first layer's values."""
        dx: Floats = dz @ self._layers[0].weights.T
        return dx


class Training:
    """Layers as views of one vector of parameters, so that Adam is one sweep."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._data = workload.data()
        self._rng = np.random.default_rng(2)
        self._values = np.empty(workload.parameters, np.float32)
        self._gradients = np.empty_like(self._values)
        self._mean = np.zeros_like(self._values)
        self._square = np.zeros_like(self._values)
        self._scratch = np.empty_like(self._values)
        layers, gradients = (
            workload.chains(views(vector, workload)) for vector in (self._values, self._gradients)
        )
        self._chains = list(map(Chain, layers, gradients))
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
        pass_of = PASSES[self._workload.kind]
        total = 0.0
        for first in range(0, samples, batch):
            rows = order[first : first + batch]
            total += pass_of(self._chains, self._rng, *[part[rows] for part in self._data])
            self._adam()
        return total / self._workload.steps

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


def views(vector: NDArray[Any], workload: Workload) -> list[Dense]:
    """Return the layers' parts of a vector of all parameters."""
    layers, first = [], 0
    for inputs, units in workload.layers:
        middle, last = first + inputs * units, first + inputs * units + units
        layers.append(Dense(vector[first:middle].reshape(inputs, units), vector[middle:last]))
        first = last
    return layers


Pass = Callable[..., float]  # of chains, a generator and a batch; it leaves gradients


def classify(chains: Sequence[Chain], _: np.random.Generator, x: Floats, y: Integers) -> float:
    """Return the mean of softmax cross-entropy."""
    (chain,) = chains
    logits = chain.forward(x)
    rows = np.arange(len(y))
    logits -= logits.max(axis=1, keepdims=True)
    chosen = logits[rows, y]
    np.exp(logits, out=logits)
    sums = logits.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(sums[:, 0]) - chosen))
    logits /= sums
    logits[rows, y] -= 1
    logits /= len(y)
    chain.backward(logits)
    return loss


def reconstruct(chains: Sequence[Chain], _: np.random.Generator, x: Floats) -> float:
    """Return the mean squared error."""
    (chain,) = chains
    errors = chain.forward(x)
    errors -= x
    loss = float(np.vdot(errors, errors)) / errors.size
    errors *= 2 / errors.size
    chain.backward(errors)
    return loss


def reconstruct_draws(chains: Sequence[Chain], rng: np.random.Generator, x: Floats) -> float:
    """Return half the sum of squared errors and the divergence, of codes that are drawn."""
    encoder, decoder = chains
    moments = encoder.forward(x)
    mean, log_variance = np.hsplit(moments, 2)
    deviation = np.exp(log_variance / 2)
    variance = deviation * deviation
    noise = rng.standard_normal(mean.shape, dtype=np.float32)
    noise *= deviation
    errors = decoder.forward(mean + noise)
    errors -= x
    divergence = float(np.sum(mean * mean + variance - 1 - log_variance))
    loss = (float(np.vdot(errors, errors)) + divergence) / (2 * len(x))
    errors /= len(x)
    code_gradient = decoder.input_gradient(decoder.backward(errors))
    mean /= len(x)
    mean += code_gradient
    variance -= 1
    variance /= 2 * len(x)
    np.multiply(code_gradient, noise, out=log_variance)
    log_variance /= 2
    log_variance += variance
    encoder.backward(moments)  # which holds the gradients of both now
    return loss


PASSES: dict[str, Pass] = {
    "classifier": classify,
    "autoencoder": reconstruct,
    "variational": reconstruct_draws,
}


def inference(workload: Workload) -> Inference:
    """Return chains of products."""
    chains = workload.predicting_chains()

    def infer(x: Floats) -> Floats:
        for *hidden, last in chains:
            for layer in hidden:
                x = x @ layer.weights
                x += layer.biases
                np.maximum(x, 0, out=x)
            x = x @ last.weights
            x += last.biases
        return x

    return infer


if __name__ == "__main__":
    serve(Runner(Training, inference))
