"""Chains: layers one after the other, put together as a network."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion import _core
from ganglion._base import shapes
from ganglion.graphs.builders import Builder
from ganglion.graphs.networks import Network
from ganglion.layers import Layer

Size = int | Sequence[int | None]
"""Columns of an input; `(steps, features)`, whose steps may be None; or those of an image."""


def build(layers: Sequence[Layer], input_size: Size) -> Network:
    """Put layers together for inputs of such a size."""
    builder = Builder()
    x = builder.input("x", shapes.checked("input_size", input_size))
    y = builder.chain(layers, x, "layers")
    return builder.network({"input": x}, {"output": y})


def graph_of(layers: Sequence[Layer], input_size: Size) -> tuple[_core.Graph, int, int]:
    """Return the graph of layers, its input and its output: how a predictor is made again."""
    network = build(layers, input_size)
    return network.graph, network.input, network.output
