"""Ganglion: `fit` for training, a predictor with memory of the caller's for inference."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import ganglion as gn
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Dense, Floats, Workload


def chain(layers: Sequence[Dense]) -> gn.MLP:
    """Return a network of a chain's sizes."""
    return gn.MLP([len(layers[0].weights), *(layer.biases.size for layer in layers)])


def set_weights(net: gn.Model, layers: Sequence[Dense]) -> None:
    """Set weights and biases."""
    net.set_weights([part for layer in layers for part in layer])


def classifier(chains: Sequence[gn.MLP]) -> gn.Model:
    """Return a network to be compiled with the loss of classes."""
    (net,) = chains
    return net


def autoencoder(chains: Sequence[gn.MLP]) -> gn.Model:
    """Return a network with its loss, which compares with the input as it is."""
    (net,) = chains
    x = gn.Input(net.input_size)
    y = net(x)
    return gn.Model(x, y, losses=gn.losses.SquaredError()(x, y))


def variational(chains: Sequence[gn.MLP]) -> gn.Model:
    """Return encoder and decoder with codes that are drawn between, and both parts of the loss."""
    encoder, decoder = chains
    x = gn.Input(encoder.input_size)
    moments, units = encoder(x), decoder.input_size
    mean, log_variance = moments[:units], moments[units:]
    y = decoder(gn.Sampling()([mean, log_variance]))
    half_sum: Any = encoder.input_size / 2 * gn.losses.SquaredError()(x, y)
    return gn.Model(x, y, losses=[half_sum, gn.losses.NormalKL()([mean, log_variance])])


NETWORKS: dict[str, Callable[[Sequence[gn.MLP]], gn.Model]] = {
    "classifier": classifier,
    "autoencoder": autoencoder,
    "variational": variational,
}


class Training:
    """A compiled model."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, *labels = workload.data()
        self._y = labels[0] if labels else None
        chains = workload.chains(workload.initial_weights())
        self._net = NETWORKS[workload.kind](list(map(chain, chains)))
        optimizer = gn.optimizers.Adam(
            learning_rate=workload.learning_rate, beta_1=BETA_1, beta_2=BETA_2, epsilon=EPSILON
        )
        self._net.compile(optimizer, "cross_entropy" if workload.kind == "classifier" else None)
        self.reset()

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._net, self._workload.initial_weights())

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Fit."""
        batch = self._workload.batch
        history = self._net.fit(
            self._x, self._y, batch_size=batch, epochs=epochs, verbose=0, shuffle=shuffle
        )
        return history.history["loss"]


def inference(workload: Workload) -> Inference:
    """Return a call of the predictor."""
    chains = workload.predicting_chains()
    net = gn.Sequential(list(map(chain, chains)), input_size=workload.sizes[0])
    set_weights(net, [layer for layers in chains for layer in layers])
    predictor = net.predictor()
    outputs = {
        rows: np.empty((rows, workload.sizes[-1]), np.float32) for rows in (1, workload.batch)
    }

    def infer(x: Floats) -> Floats:
        return predictor(x, out=outputs[len(x)])

    return infer


if __name__ == "__main__":
    serve(Runner(Training, inference))
