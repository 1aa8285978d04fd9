"""Adversarial networks: a generator and a discriminator, each trained in its turn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np

from ganglion.bench.workloads import NUMBER, Cost, Data, Dense, Floats, Layer, Workload

QUIET = 1e-6  # the deviation of noise that counts for next to nothing
APART = 0.1  # and of biases beside it: they, and no longer the noise, say which units are active


@dataclass(frozen=True, slots=True)
class Adversaries(Workload):
    """A generator of linear outputs, and a discriminator with one logit, of as wide ReLU layers.

    A training step is one of the discriminator, on a batch and as many generated rows, and one of
    the generator, on noise that is drawn anew, each by an Adam of its own. The losses are the sum
    of the discriminator's mean cross-entropies of real and of generated rows, and the mean of
    -log D(G(noise)).

    Args:
        sizes: Columns of the noise, units of each hidden layer of both, columns of a sample.
        noise: The standard deviation of the noise.
        biases: And of the generator's first biases.
    """

    kind: ClassVar[str] = "adversaries"
    family: ClassVar[str] = "adversarial networks"
    prefix: ClassVar[str] = "GAN "
    drawn_tolerance: ClassVar[float] = 3e-2  # five standard deviations; without noise 4 % off
    beta_1: ClassVar[float] = 0.5

    noise: float = 1.0
    biases: float = 0.0

    def quiet(self) -> Self:
        """Return the same work on next to no noise."""
        return replace(self, noise=QUIET, biases=APART)

    @property
    def judging_sizes(self) -> tuple[int, ...]:
        """The sizes of the discriminator, as `sizes` are those of the generator."""
        return (self.sizes[-1], *self.sizes[1:-1], 1)

    @property
    def name(self) -> str:
        """Sizes of both and batch, as tables write them."""
        making, judging = ("-".join(map(str, sizes)) for sizes in (self.sizes, self.judging_sizes))
        return f"{self.prefix}{making} and {judging}, {self.batch}"

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Inputs and units of each dense layer, the generator's first."""
        return [*pairwise(self.sizes), *pairwise(self.judging_sizes)]

    def chains(self, layers: Sequence[Layer]) -> list[Sequence[Layer]]:
        """Return generator and discriminator."""
        depth = len(self.sizes) - 1
        return [layers[:depth], layers[depth:]]

    @property
    def data_bytes(self) -> int:
        """The size of the samples."""
        return self.samples * NUMBER * self.sizes[-1]

    def training_cost(self) -> Cost:
        """Return what a training step takes.

        The discriminator's: generated rows, and of twice as many rows three products a layer, but
        two for the first. The generator's: three a layer, but two for the first, and behind it the
        discriminator's values and their gradients. The rest is as in networks of one loss.
        """
        made, judged = (
            sum(a * b for a, b in pairwise(s)) for s in (self.sizes, self.judging_sizes)
        )
        first_made, first_judged = self.sizes[0] * self.sizes[1], self.sizes[-1] * self.sizes[1]
        products = 4 * made - first_made + 8 * judged - 2 * first_judged
        units_made, units_judged = sum(self.sizes[1:]), sum(self.judging_sizes[1:])
        parameters = 3 * (made + units_made) - first_made
        parameters += 4 * (judged + units_judged) - first_judged
        parameters += 6 * self.parameters
        of_row = 2 * self.sizes[0] + 3 * units_made + self.sizes[-1] + 6 * units_judged
        return Cost(2 * self.batch * products, NUMBER * (parameters + 3 * self.batch * of_row))

    def data(self) -> Data:
        """Return samples: random sums of as many standard normal numbers as the noise has."""
        factors = np.random.default_rng(0).standard_normal(
            (self.sizes[0], self.sizes[-1]), dtype=np.float32
        )
        return (
            _normal(1, self.samples, self.sizes[0]) @ factors / np.float32(np.sqrt(self.sizes[0])),
        )

    def inference_inputs(self) -> Floats:
        """Return noise."""
        return _normal(2, self.batch, self.sizes[0])

    def initial_weights(self) -> list[Dense]:
        """Return Glorot's uniform weights, and biases of zero, or of normal numbers."""
        layers = Workload.initial_weights(self)
        for seed, layer in enumerate(self.chains(layers)[0]):
            layer.biases[:] = np.float32(self.biases) * _normal(seed, 1, layer.biases.size)[0]
        return layers

    def predicting_chains(self) -> list[Sequence[Dense]]:
        """Return the initial weights of the generator."""
        return self.chains(self.initial_weights())[:1]


def _normal(seed: int, rows: int, columns: int) -> Floats:
    return np.random.default_rng(seed).standard_normal((rows, columns), dtype=np.float32)


SMALL_STEPS = 2e-4  # as Radford et al. (2016)

ADVERSARIES = (
    Adversaries((2, 128, 128, 2), 128, 50 * 128, SMALL_STEPS),
    Adversaries((64, 256, 256, 784), 64, 50 * 64, SMALL_STEPS),
)
