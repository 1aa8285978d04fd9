"""Forward, backward and Adam by hand, all in place."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion.bench.workloads import BETA_2, EPSILON, Dense, Floats, Integers, Workload


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
                dz = self._back_through(i, dz)
        return dz

    def backward_to_inputs(self, dz: Floats) -> Floats:
        """Return the inputs' gradient, and leave the layers' as they are."""
        for i in reversed(range(1, len(self._layers))):
            dz = self._back_through(i, dz)
        return self.input_gradient(dz)

    def _back_through(self, i: int, dz: Floats) -> Floats:
        """Return the gradient of the values of the layer before this one."""
        dz = dz @ self._layers[i].weights.T
        dz *= self._inputs[i] > 0
        return dz

    def input_gradient(self, dz: Floats) -> Floats:
        """Return the inputs' gradient, of that of the first layer's values."""
        dx: Floats = dz @ self._layers[0].weights.T
        return dx


class Adam:
    """One sweep over a vector of parameters.

    Args:
        values: The parameters.
        gradients: Theirs.
        workload: Says the learning rate and the like.
    """

    def __init__(self, values: Floats, gradients: Floats, workload: Workload) -> None:
        self._values, self._gradients, self._workload = values, gradients, workload
        self._mean = np.zeros_like(values)
        self._square = np.zeros_like(values)
        self._scratch = np.empty_like(values)
        self._steps = 0

    def step(self) -> None:
        """Move the parameters."""
        self._steps += 1
        beta_1 = self._workload.beta_1
        gradients, scratch = self._gradients, self._scratch
        self._mean *= beta_1
        self._mean += np.multiply(gradients, 1 - beta_1, out=scratch)
        np.multiply(gradients, gradients, out=scratch)
        scratch *= 1 - BETA_2
        self._square *= BETA_2
        self._square += scratch
        np.sqrt(self._square, out=scratch)
        correction = float(np.sqrt(1 - BETA_2**self._steps))
        scratch += EPSILON * correction
        np.divide(self._mean, scratch, out=scratch)
        scratch *= self._workload.learning_rate * correction / (1 - beta_1**self._steps)
        self._values -= scratch


class Training:
    """Layers as views of one vector of parameters, so that Adam is one sweep of each optimizer."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._data = workload.data()
        self._rng = np.random.default_rng(2)
        self._values = np.empty(workload.parameters, np.float32)
        self._gradients = np.empty_like(self._values)
        layers, gradients = (
            workload.chains(views(vector, workload)) for vector in (self._values, self._gradients)
        )
        self._chains = list(map(Chain, layers, gradients))
        self._optimizers = self._new_optimizers()
        self.reset()

    def _new_optimizers(self) -> list[Adam]:
        return [Adam(self._values, self._gradients, self._workload)]

    def reset(self) -> None:
        """Set the initial weights."""
        initial = self._workload.initial_weights()
        self._values[:] = np.concatenate([part.ravel() for layer in initial for part in layer])

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        return [loss for _ in range(epochs) for loss in self._epoch(shuffle)]

    def _epoch(self, shuffle: bool) -> list[float]:
        samples, batch = self._workload.samples, self._workload.batch
        order = self._rng.permutation(samples) if shuffle else np.arange(samples)
        losses = []
        for first in range(0, samples, batch):
            rows = order[first : first + batch]
            losses.append(self._step(*[part[rows] for part in self._data]))
        means: list[float] = np.mean(losses, axis=0).tolist()
        return means

    def _step(self, *batch: Any) -> list[float]:
        """Take a step, and return its losses."""
        (optimizer,) = self._optimizers
        loss = PASSES[self._workload.kind](self._chains, self._rng, *batch)
        optimizer.step()
        return [loss]


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
