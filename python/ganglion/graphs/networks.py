"""Networks: layers put together as a graph of the core, with what its parameters start from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion import _core
from ganglion._base import checks, precision, shapes
from ganglion._base.arrays import as_array, check_finite
from ganglion._base.computed import computed_once
from ganglion._base.shapes import Shape
from ganglion.graphs.parameters import FROZEN, Kind, Moments, Parameter

PROBABILITIES = ("softmax", "sigmoid")  # the activations whose values are such


@dataclass(frozen=True, eq=False)  # an array has no equality to compare by
class End:
    """An input or an output of a network; what is asked of it in each call is computed once.

    Args:
        name: What users call it.
        number: The graph's value.
        shape: That of a row; None steps are any number.
    """

    name: str
    number: int
    shape: Shape

    @computed_once
    def known_shape(self) -> tuple[int, ...]:
        """That of a row, whose steps must be known."""
        sizes = tuple(size for size in self.shape if size is not None)
        assert len(sizes) == len(self.shape), f"the steps of {self.name} are not known"
        return sizes

    @computed_once
    def columns(self) -> int:
        """Numbers of a row, whose steps must be known."""
        return math.prod(self.known_shape)

    @computed_once
    def channels(self) -> int:
        """Numbers at each position."""
        return shapes.channels_of(self.shape)

    @computed_once
    def least_columns(self) -> int:
        """Numbers of a row, of one step where that may be any number."""
        return shapes.columns_of(self.shape) or self.channels * shapes.ONE_STEP

    @computed_once
    def positions(self) -> int:
        """Steps of a sequence or pixels of an image, whose number must be known; else 1."""
        return self.columns // self.channels


@dataclass(frozen=True, eq=False)
class Port(End):
    """An input of a network.

    Args:
        normalization: What is taken from each number on its way in, and what it is multiplied by
            then, shape `(2, columns)`; None: inputs are not normalized.
        index_count: All are whole numbers from 0 to below it, which number rows of a table, or
            classes; 0: they may be any.
    """

    normalization: NDArray[np.float64] | None = None
    index_count: int = 0


@dataclass(frozen=True, eq=False)
class OutputPort(End):
    """An output of a network.

    Args:
        ending: The name of the activation that it comes out of, though others may follow that leave
            its values: views, dropout, other such values beside them.
        ending_is_last: Whether that could as well come last, after what follows it.
        ending_of_parts: The one of `PROBABILITIES` that all come out of which sums and products
            have made it, though views may follow.
    """

    ending: str = "identity"
    ending_is_last: bool = True
    ending_of_parts: str = "identity"

    @property
    def is_probability(self) -> bool:
        """Whether its values are probabilities."""
        return self.ending in PROBABILITIES


@dataclass(frozen=True, slots=True)
class HiddenTerm:
    """A loss in a network's graph that is no output's.

    Args:
        name: What it is reported as; those of one name are added up.
        number: The graph's value.
        factor: What it counts in the sum that is trained on.
    """

    name: str
    number: int
    factor: float


@dataclass(frozen=True, slots=True)
class Network:
    """A graph with its inputs and outputs, and its parameters in the graph's order.

    Args:
        graph: Of the core.
        inputs: In the order of users.
        outputs: Likewise.
        parameters: In the graph's order.
        ties: The places of layers that are tied, and for each the place of the layer it is tied to.
        terms: Losses that are no output's.
        moments: What is normalized over a batch, a record for each call of a layer that is trained.
    """

    graph: _core.Graph
    inputs: tuple[Port, ...]
    outputs: tuple[OutputPort, ...]
    parameters: tuple[Parameter, ...]
    ties: Mapping[str, str]
    terms: tuple[HiddenTerm, ...] = ()
    moments: tuple[Moments, ...] = ()

    @property
    def input(self) -> int:
        """The only input's number in the graph."""
        (port,) = self.inputs
        return port.number

    @property
    def output(self) -> int:
        """The only output's number in the graph."""
        (port,) = self.outputs
        return port.number

    @property
    def input_size(self) -> int:
        """Columns of the only input."""
        (port,) = self.inputs
        return port.columns

    @property
    def output_size(self) -> int:
        """Columns of the only output."""
        (port,) = self.outputs
        return port.columns

    @property
    def ending(self) -> str:
        """The name of the activation that the only output comes out of."""
        (port,) = self.outputs
        return port.ending

    @property
    def has_known_steps(self) -> bool:
        """Whether the shapes of all inputs are known, and not only with the data."""
        return all(shapes.is_known(port.shape) for port in self.inputs)

    @property
    def trained_groups(self) -> list[int] | None:
        """The groups of parameters that training moves; None: all."""
        groups = {parameter.group for parameter in self.parameters}
        return sorted(groups - {FROZEN}) if FROZEN in groups else None

    def initialize(self, vector: NDArray[Any], seed: int) -> None:
        """Write the first values of all parameters into `vector`, shape `(parameters,)`.

        Raises:
            ValueError: When an initializer gives one that is not finite there.
        """
        taken = precision.get(vector.dtype.name)
        for stream, part in enumerate(self.split(vector)):
            parameter = self.parameters[stream]
            values = parameter.initial_values(seed, stream)
            check_finite(type(parameter.initializer).__name__, parameter.name, values, taken)
            part[:] = values

    def split(self, vector: NDArray[Any]) -> list[NDArray[Any]]:
        """Return each parameter's part of a vector of all, in its shape, not copied."""
        ends = np.cumsum([parameter.size for parameter in self.parameters])
        parts = np.split(vector, ends[:-1])
        return [
            part.reshape(parameter.shape)
            for part, parameter in zip(parts, self.parameters, strict=False)
        ]

    def ranges(self) -> Mapping[str, tuple[int, int]]:
        """Return where in the vector of all parameters each is, by its name."""
        ends = np.cumsum([parameter.size for parameter in self.parameters]).tolist()
        each = zip(self.parameters, ends, strict=True)
        return {parameter.name: (end - parameter.size, end) for parameter, end in each}

    def weight_ranges(self) -> list[tuple[int, int]]:
        """Return where there the matrices are, without vectors."""
        ranges = self.ranges()
        return [ranges[one.name] for one in self.parameters if one.kind is Kind.MATRIX]

    def join(self, weights: Sequence[ArrayLike], dtype: str) -> NDArray[Any]:
        """Return one vector of all parameters: the inverse of `split`.

        Raises:
            TypeError: When something does not hold numbers.
            ValueError: When the number of arrays, or a shape, is another, or a value not finite.
        """
        checks.listed("weights", weights, "arrays")
        if len(weights) != len(self.parameters):
            raise ValueError(
                f"weights holds {len(weights)} arrays, must hold {len(self.parameters)}"
            )
        parts = []
        for given, parameter in zip(weights, self.parameters, strict=True):
            part = as_array("weights", parameter.name, given)
            if part.shape != parameter.shape:
                raise ValueError(
                    f"weights: {parameter.name} has shape {part.shape}, must be {parameter.shape}"
                )
            check_finite("weights", parameter.name, part, precision.get(dtype))
            parts.append(part.ravel())
        return np.concatenate(parts) if parts else np.zeros(0)

    def theta(self, vector: NDArray[Any], j: int) -> NDArray[Any]:
        """Return the j-th weight and its bias as `(fan_out, 1 + fan_in)`: the bias is column 0."""
        named = dict(zip((p.name for p in self.parameters), self.split(vector), strict=True))
        weights = [one for one in self.parameters if one.kind is Kind.MATRIX]
        checks.whole("j", j)
        if not 1 <= j <= len(weights):
            raise ValueError(f"theta: j is {j}, must be from 1 to {len(weights)}")
        name = weights[j - 1].name
        weight = named[name]
        bias = named.get(name.removesuffix("weight") + "bias", np.zeros(weight.shape[1]))
        return np.column_stack([bias, weight.T]).astype(vector.dtype)
