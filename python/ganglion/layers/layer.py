"""What a layer is: a frozen record that adds its ops to a graph, through what builds the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ganglion import _core
from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer


class Builder(Protocol):
    """What a layer may ask for. Values of the graph go by their numbers.

    `ganglion.graphs.builders.Builder` is what answers.
    """

    graph: _core.Graph

    def chain(self, layers: Sequence[Layer], x: int, name: str) -> int:
        """Add layers one after the other, named `name.0`, `name.1`, ..."""

    def affine(
        self, x: int, units: int, name: str, kernel: Initializer, bias: Initializer | None
    ) -> int:
        """Add `x @ W + b`, or `x @ W` without a bias."""

    def normalize(self, x: int, shift: Sequence[float], factor: Sequence[float], layer: str) -> int:
        """Have the inputs read less `shift` times `factor`."""

    def activation(self, x: int, function: ActivationFunction) -> int:
        """Add an activation."""


class Layer(Protocol):
    """What a network is made of."""

    def build(self, builder: Builder, x: int, name: str) -> int:
        """Add the layer's ops and parameters, named after `name`, to the graph.

        Args:
            builder: Holds the graph.
            x: The graph's value that the layer is applied to.
            name: The layer's place in the network, such as "layers.0".

        Returns:
            The value that comes out.
        """
