"""Workloads: the networks and data that every framework is measured on."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

BETA_1, BETA_2 = 0.9, 0.999
EPSILON = 1e-8

NUMBER = 4  # bytes


class Cost(NamedTuple):
    """What a training step or a call cannot do without."""

    flops: int
    bytes: int


class Dense(NamedTuple):
    """What a layer starts from: weights `(inputs, units)` and biases `(units,)`."""

    weights: Floats
    biases: Floats


@dataclass(frozen=True, slots=True)
class Workload:
    """A network of ReLU layers to classify with, trained by Adam on softmax cross-entropy.

    Args:
        sizes: Columns of the input, units of each hidden layer, number of classes.
        batch: Samples a training step.
        samples: Samples an epoch, a multiple of `batch`.
        learning_rate: Adam's step size.
    """

    sizes: tuple[int, ...]
    batch: int
    samples: int
    learning_rate: float = 1e-3

    @property
    def name(self) -> str:
        """Sizes and batch, as tables write them."""
        return f"{'-'.join(map(str, self.sizes))}, {self.batch}"

    @property
    def steps(self) -> int:
        """Training steps an epoch."""
        return self.samples // self.batch

    @property
    def weights(self) -> list[int]:
        """The number of weights of each layer."""
        return [inputs * units for inputs, units in pairwise(self.sizes)]

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return sum(self.weights) + sum(self.sizes[1:])

    @property
    def activation_bytes(self) -> int:
        """The size of what one batch leaves in all layers, its inputs included."""
        return NUMBER * self.batch * sum(self.sizes)

    @property
    def data_bytes(self) -> int:
        """The size of inputs and labels."""
        return self.samples * (NUMBER * self.sizes[0] + 8)

    def training_cost(self) -> Cost:
        """Return what a training step takes.

        Three products a layer, but two for the first: nobody needs its inputs' gradient. Parameters
        are read forward and, but for the first weights, backward; the update reads and writes
        values and both means of Adam. Activations, and all gradients of them, are written once and
        read twice.
        """
        products = 3 * sum(self.weights) - self.weights[0]
        parameters = 2 * self.parameters - self.weights[0] + 6 * self.parameters
        inputs, *others = self.sizes
        activations = 3 * self.batch * (inputs + 2 * sum(others))
        return Cost(2 * self.batch * products, NUMBER * (parameters + activations))

    def inference_cost(self, rows: int) -> Cost:
        """Return what a call with so many rows takes; activations are written and read once."""
        numbers = self.parameters + rows * (2 * sum(self.sizes) - self.sizes[0] - self.sizes[-1])
        return Cost(2 * rows * sum(self.weights), NUMBER * numbers)

    def data(self) -> tuple[Floats, Integers]:
        """Return inputs, standard normal, and the class of each, the largest of random sums."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.samples, self.sizes[0]), dtype=np.float32)
        sums = rng.standard_normal((self.sizes[0], self.sizes[-1]), dtype=np.float32)
        return x, np.argmax(x @ sums, axis=1)

    def initial_weights(self) -> list[Dense]:
        """Return Glorot's uniform weights, and biases of zero."""
        rng = np.random.default_rng(1)
        layers = []
        for inputs, units in pairwise(self.sizes):
            limit = np.sqrt(6 / (inputs + units))
            weights = rng.uniform(-limit, limit, (inputs, units)).astype(np.float32)
            layers.append(Dense(weights, np.zeros(units, np.float32)))
        return layers


SMALL_STEPS = 1e-4  # at 1e-3 the losses of the wide networks rise to 20 at first, and mean little

TABLE = (
    Workload((4, 16, 16, 3), 16, 50 * 16),
    Workload((64, 100, 10), 32, 50 * 32),
    Workload((784, 128, 10), 32, 50 * 32),
    Workload((784, 512, 512, 10), 128, 50 * 128),
    Workload((784, 2048, 2048, 2048, 10), 512, 8 * 512, SMALL_STEPS),
    Workload((1024, 4096, 4096, 10), 32, 8 * 32, SMALL_STEPS),
)


def chosen(names: Iterable[str]) -> list[Workload]:
    """Return the workloads of the table with these indices, from 0, or names; of none, all.

    Raises:
        ValueError: When there is no such workload.
    """
    known = {str(index): workload for index, workload in enumerate(TABLE)}
    known |= {workload.name: workload for workload in TABLE}
    picked = []
    for name in names:
        if name not in known:
            raise ValueError(f"there is no workload {name!r}, there are {'; '.join(known)}")
        picked.append(known[name])
    return picked or list(TABLE)
