"""Builders: layers put together as a graph of the core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion.activations import ActivationFunction
from ganglion.graphs.networks import Network, Parameter
from ganglion.initializers import Initializer
from ganglion.layers import Layer


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
