"""Autoencoders: networks whose targets are their inputs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np

from ganglion.bench.workloads import NUMBER, Data, Dense, Layer, Workload

QUIET = -15.0  # the logarithm of a variance: noise that counts for next to nothing


@dataclass(frozen=True, slots=True)
class Autoencoder(Workload):
    """A network of ReLU layers and linear outputs, trained by Adam on the mean squared error.

    Args:
        sizes: Columns of the input, units of each hidden layer, of which the middle one is the
            code, and columns of the input again.
    """

    kind: ClassVar[str] = "autoencoder"
    family: ClassVar[str] = "autoencoders"
    prefix: ClassVar[str] = "AE "

    @property
    def depth(self) -> int:
        """The number of layers of the encoder, and so of the decoder."""
        return len(self.sizes) // 2

    @property
    def code(self) -> int:
        """The number of units of the code."""
        return self.sizes[self.depth]

    @property
    def data_bytes(self) -> int:
        """The size of inputs."""
        return self.samples * NUMBER * self.sizes[0]

    def data(self) -> Data:
        """Return inputs: random sums of as many standard normal numbers as the code has units."""
        rng = np.random.default_rng(0)
        numbers = rng.standard_normal((self.samples, self.code), dtype=np.float32)
        factors = rng.standard_normal((self.code, self.sizes[0]), dtype=np.float32)
        return (numbers @ factors / np.float32(np.sqrt(self.code)),)


@dataclass(frozen=True, slots=True)
class VariationalAutoencoder(Autoencoder):
    """Two networks: the encoder gives mean and logarithm of the variance of each unit of the code.

    A code is drawn from that normal distribution anew in each step, and decoded. The loss is the
    mean over rows of half the sum of squared errors, as of a likelihood of variance 1, and of the
    divergence of the code's distribution from the standard normal.

    Args:
        log_variance: Where the logarithms of variances begin: biases of the encoder's last layer.
    """

    kind: ClassVar[str] = "variational"
    prefix: ClassVar[str] = "VAE "
    drawn_tolerance: ClassVar[float] = 1e-2  # four standard deviations; without noise 20 % less

    log_variance: float = 0.0

    def quiet(self) -> Self:
        """Return the same work on codes that begin, and stay for an epoch, next to their means."""
        return replace(self, log_variance=QUIET)

    @property
    def written_sizes(self) -> list[str]:
        """Sizes, with means and logarithms of variances."""
        sizes = list(map(str, self.sizes))
        sizes[self.depth] = f"({self.code}, {self.code})"
        return sizes

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Inputs and units of each dense layer; the encoder's last has means, then logarithms."""
        layers = list(pairwise(self.sizes))
        layers[self.depth - 1] = (self.sizes[self.depth - 1], 2 * self.code)
        return layers

    def chains(self, layers: Sequence[Layer]) -> list[Sequence[Layer]]:
        """Return encoder and decoder."""
        return [layers[: self.depth], layers[self.depth :]]

    @property
    def computed(self) -> int:
        """The numbers that a training step computes of a row, and keeps for the way back."""
        return sum(units for _, units in self.layers) + self.code

    def initial_weights(self) -> list[Dense]:
        """Return Glorot's uniform weights, and biases of zero, or of `log_variance`."""
        layers = Workload.initial_weights(self)
        layers[self.depth - 1].biases[self.code :] = self.log_variance
        return layers

    def predicting_chains(self) -> list[Sequence[Dense]]:
        """Return the initial weights of what predicts: the encoder gives the means alone."""
        layers = self.initial_weights()
        weights, biases = layers[self.depth - 1]
        layers[self.depth - 1] = Dense(weights[:, : self.code].copy(), biases[: self.code])
        return self.chains(layers)


AUTOENCODERS = (
    Autoencoder((64, 128, 32, 128, 64), 128, 50 * 128),
    VariationalAutoencoder((64, 256, 16, 256, 64), 128, 50 * 128),
    Autoencoder((784, 512, 256, 32, 256, 512, 784), 128, 50 * 128),
)
