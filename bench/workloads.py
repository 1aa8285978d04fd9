"""Workloads: the networks and data that every framework is measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Data = tuple[NDArray[Any], ...]
Layer = TypeVar("Layer")

BETA_2 = 0.999
EPSILON = 1e-8

NUMBER = 4  # bytes
LABEL = 8


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

    Networks of other kinds extend it.

    Attributes:
        kind: What a network is, by which runners know its loss.
        family: Whose table it stands in.
        prefix: What its name begins with.
        drawn_tolerance: How far off a loss may be because a step draws numbers, relatively above 1
            and absolutely below; 0: it draws none.
        beta_1: Adam's decay of its mean of gradients.

    Args:
        sizes: Columns of the input, units of each hidden layer, number of classes.
        batch: Samples a training step.
        samples: Samples an epoch, a multiple of `batch`.
        learning_rate: Adam's step size.
    """

    kind: ClassVar[str] = "classifier"
    family: ClassVar[str] = "classifiers"
    prefix: ClassVar[str] = ""
    drawn_tolerance: ClassVar[float] = 0.0
    beta_1: ClassVar[float] = 0.9

    sizes: tuple[int, ...]
    batch: int
    samples: int
    learning_rate: float = 1e-3

    @property
    def name(self) -> str:
        """Sizes and batch, as tables write them."""
        return f"{self.prefix}{'-'.join(self.written_sizes)}, {self.batch}"

    @property
    def written_sizes(self) -> list[str]:
        """Sizes, as a name has them."""
        return list(map(str, self.sizes))

    def quiet(self) -> Self:
        """Return the same work on numbers that make what is drawn count for next to nothing."""
        return self

    @property
    def steps(self) -> int:
        """Training steps an epoch."""
        return self.samples // self.batch

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Inputs and units of each dense layer that is trained."""
        return list(pairwise(self.sizes))

    def chains(self, layers: Sequence[Layer]) -> list[Sequence[Layer]]:
        """Return the layers in chains: ReLU is between the layers of a chain, not at its end."""
        return [layers]

    @property
    def weights(self) -> list[int]:
        """The number of weights of each layer."""
        return [inputs * units for inputs, units in self.layers]

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return sum((inputs + 1) * units for inputs, units in self.layers)

    @property
    def computed(self) -> int:
        """The numbers that a training step computes of a row, and keeps for the way back."""
        return sum(units for _, units in self.layers)

    @property
    def activation_bytes(self) -> int:
        """The size of what one batch leaves in all layers, its inputs included."""
        return NUMBER * self.batch * (self.sizes[0] + self.computed)

    @property
    def data_bytes(self) -> int:
        """The size of inputs and labels."""
        return self.samples * (NUMBER * self.sizes[0] + LABEL)

    def training_cost(self) -> Cost:
        """Return what a training step takes.

        Three products a layer, but two for the first: nobody needs its inputs' gradient. Parameters
        are read forward and, but for the first weights, backward; the update reads and writes
        values and both means of Adam. Activations, and all gradients of them, are written once and
        read twice.
        """
        products = 3 * sum(self.weights) - self.weights[0]
        parameters = 2 * self.parameters - self.weights[0] + 6 * self.parameters
        activations = 3 * self.batch * (self.sizes[0] + 2 * self.computed)
        return Cost(2 * self.batch * products, NUMBER * (parameters + activations))

    def inference_cost(self, rows: int) -> Cost:
        """Return what a call with so many rows takes; activations are written and read once."""
        weights = sum(inputs * units for inputs, units in pairwise(self.sizes))
        parameters = weights + sum(self.sizes[1:])
        numbers = parameters + rows * (2 * sum(self.sizes) - self.sizes[0] - self.sizes[-1])
        return Cost(2 * rows * weights, NUMBER * numbers)

    def data(self) -> Data:
        """Return inputs, standard normal, and the class of each, the largest of random sums."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.samples, self.sizes[0]), dtype=np.float32)
        sums = rng.standard_normal((self.sizes[0], self.sizes[-1]), dtype=np.float32)
        return x, np.argmax(x @ sums, axis=1)

    def inference_inputs(self) -> Floats:
        """Return a batch that is predicted."""
        x: Floats = self.data()[0][: self.batch]
        return x

    def initial_weights(self) -> list[Dense]:
        """Return Glorot's uniform weights, and biases of zero."""
        rng = np.random.default_rng(1)
        layers = []
        for inputs, units in self.layers:
            limit = np.sqrt(6 / (inputs + units))
            weights = rng.uniform(-limit, limit, (inputs, units)).astype(np.float32)
            layers.append(Dense(weights, np.zeros(units, np.float32)))
        return layers

    def predicting_chains(self) -> list[Sequence[Dense]]:
        """Return the initial weights of what predicts."""
        return self.chains(self.initial_weights())


SMALL_STEPS = 1e-4  # at 1e-3 the losses of the wide networks rise to 20 at first, and mean little

TABLE = (
    Workload((4, 16, 16, 3), 16, 50 * 16),
    Workload((64, 100, 10), 32, 50 * 32),
    Workload((784, 128, 10), 32, 50 * 32),
    Workload((784, 512, 512, 10), 128, 50 * 128),
    Workload((784, 2048, 2048, 2048, 10), 512, 8 * 512, SMALL_STEPS),
    Workload((1024, 4096, 4096, 10), 32, 8 * 32, SMALL_STEPS),
)
