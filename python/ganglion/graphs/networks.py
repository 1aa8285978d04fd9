"""Networks: layers put together as a graph of the core, with what its parameters start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion import _core
from ganglion._base import checks, precision
from ganglion._base.arrays import as_array, check_finite
from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer
from ganglion.layers import Layer, checked_layers


@dataclass(frozen=True, slots=True)
class Architecture:
    """All that a model is but its parameters; `Sequential` says what the fields are.

    Raises:
        TypeError: When a field is of another type.
        ValueError: When it is out of its range, or a name is unknown.
    """

    layers: Sequence[Layer]
    input_size: int
    dtype: str = "float32"
    seed: int = 0
    rescale: float = 1.0

    def __post_init__(self) -> None:
        checks.size("input_size", self.input_size)
        most = float(np.finfo(precision.get(self.dtype).dtype).max)
        checks.seed("seed", self.seed)
        checks.positive("rescale", self.rescale)
        if self.rescale > most:
            raise ValueError(
                f"rescale must be at most {most:g} in {self.dtype}, got {self.rescale!r}"
            )
        plain = {
            "layers": checked_layers(self.layers),  # a record cannot change, nor what it holds
            "input_size": int(self.input_size),
            "seed": int(self.seed),
            "rescale": float(self.rescale),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    def network(self) -> Network:
        """Put the layers together; no memory is taken for parameters."""
        network = build(self.layers, self.input_size)
        if network.normalization is not None and self.rescale != 1:
            raise ValueError(
                f"rescale is {self.rescale}, must be 1 beside Normalization, which scales the"
                " inputs itself"
            )
        return network


@dataclass(frozen=True, slots=True)
class Parameter:
    """A weight `(fan_in, fan_out)`, or a bias, whose shape is `(fan_out,)`."""

    name: str
    fan_in: int
    fan_out: int
    is_bias: bool
    initializer: Initializer

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape users see."""
        return (self.fan_out,) if self.is_bias else (self.fan_in, self.fan_out)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return self.fan_out if self.is_bias else self.fan_in * self.fan_out

    def initial_values(self, seed: int, stream: int) -> NDArray[np.float64]:
        """Return the first values, in the parameter's shape."""
        if not self.is_bias:
            return self.initializer.values(self.fan_in, self.fan_out, seed, stream)
        return self.initializer.values(1, self.fan_out, seed, stream).ravel()


@dataclass(frozen=True, slots=True)
class Network:
    """A graph with one input and one output, and its parameters in the graph's order.

    `normalization` is what is taken from each input on its way in, and what it is multiplied by
    then, shape `(2, inputs)`; None: inputs are not normalized. `ending` names the activation that
    the output comes out of.
    """

    graph: _core.Graph
    input: int
    output: int
    parameters: tuple[Parameter, ...]
    normalization: NDArray[np.float64] | None = None
    ending: str = "identity"

    @property
    def input_size(self) -> int:
        """Columns of the input."""
        return self.graph.cols(self.input)

    @property
    def output_size(self) -> int:
        """Columns of the output."""
        return self.graph.cols(self.output)

    def initialize(self, vector: NDArray[Any], seed: int) -> None:
        """Write the first values of all parameters into `vector`, shape `(parameters,)`."""
        for stream, part in enumerate(self.split(vector)):
            part[:] = self.parameters[stream].initial_values(seed, stream)

    def split(self, vector: NDArray[Any]) -> list[NDArray[Any]]:
        """Return each parameter's part of a vector of all, in its shape, not copied."""
        ends = np.cumsum([parameter.size for parameter in self.parameters])
        parts = np.split(vector, ends[:-1])
        return [
            part.reshape(parameter.shape)
            for part, parameter in zip(parts, self.parameters, strict=False)
        ]

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
        weights = [parameter for parameter in self.parameters if not parameter.is_bias]
        checks.whole("j", j)
        if not 1 <= j <= len(weights):
            raise ValueError(f"theta: j is {j}, must be from 1 to {len(weights)}")
        name = weights[j - 1].name
        weight = named[name]
        bias = named.get(name.removesuffix("weight") + "bias", np.zeros(weight.shape[1]))
        return np.column_stack([bias, weight.T]).astype(vector.dtype)


class Builder:
    """Collects the ops and parameters that layers add."""

    def __init__(self, input_size: int) -> None:
        self.graph = _core.Graph()
        self.input = self.graph.input("x", input_size)
        self.parameters: list[Parameter] = []
        self.normalization: NDArray[np.float64] | None = None
        self._activated: dict[int, str] = {}  # values that come out of an activation, and its name

    def chain(self, layers: Sequence[Layer], x: int, name: str) -> int:
        """Add layers one after the other, named `name.0`, `name.1`, ..."""
        for i, layer in enumerate(layers):
            self.graph.set_layer(f"{name}.{i}")
            x = layer.build(self, x, f"{name}.{i}")
        return x

    def affine(
        self, x: int, units: int, name: str, kernel: Initializer, bias: Initializer | None
    ) -> int:
        """Add `x @ W + b`, or `x @ W` without a bias."""
        fan_in = self.graph.cols(x)
        weight_value = self._parameter(f"{name}.weight", fan_in, units, False, kernel)
        bias_value = None
        if bias is not None:
            bias_value = self._parameter(f"{name}.bias", fan_in, units, True, bias)
        return self.graph.affine(x, weight_value, bias_value)

    def normalize(self, x: int, shift: Sequence[float], factor: Sequence[float], layer: str) -> int:
        """Have the inputs read less `shift` times `factor`: that adds nothing to the graph."""
        if x != self.input or self.normalization is not None:
            raise ValueError(f"{layer}: Normalization must be the first layer of a network")
        features = self.graph.cols(x)
        if len(shift) != features:
            raise ValueError(
                f"{layer}: Normalization has {len(shift)} features, the input has {features}"
            )
        self.normalization = np.array([shift, factor])
        return x

    def activation(self, x: int, function: ActivationFunction) -> int:
        """Add an activation; the identity adds nothing."""
        if function.name == "identity":
            return x
        if function.name == "softmax":
            y = self.graph.softmax(x)
        else:
            y = self.graph.activation(x, function.name, function.alpha)
        self._activated[y] = function.name
        return y

    def ending(self, y: int) -> str:
        """Return the name of the activation that a value comes out of."""
        return self._activated.get(y, "identity")

    def _parameter(
        self, name: str, fan_in: int, fan_out: int, is_bias: bool, initializer: Initializer
    ) -> int:
        self.parameters.append(Parameter(name, fan_in, fan_out, is_bias, initializer))
        return self.graph.parameter(name, 1 if is_bias else fan_in, fan_out)


def build(layers: Sequence[Layer], input_size: int) -> Network:
    """Put layers together for inputs of `input_size` columns."""
    builder = Builder(input_size)
    y = builder.chain(layers, builder.input, "layers")
    return Network(
        builder.graph,
        builder.input,
        y,
        tuple(builder.parameters),
        builder.normalization,
        builder.ending(y),
    )


def graph_of(layers: Sequence[Layer], input_size: int) -> tuple[_core.Graph, int, int]:
    """Return the graph of layers, its input and its output: how a predictor is made again."""
    network = build(layers, input_size)
    return network.graph, network.input, network.output
