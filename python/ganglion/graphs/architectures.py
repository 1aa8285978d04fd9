"""Architectures: all that a model is but its parameters; here those of layers in a chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from ganglion import _core
from ganglion._base import checks, precision, shapes
from ganglion._base.shapes import Shape
from ganglion._base.structures import Structure
from ganglion.graphs.chains import Size, build, graph_of
from ganglion.graphs.networks import Network
from ganglion.layers import Builder as AnyBuilder
from ganglion.layers import Layer, Value, checked_layers

Recipe = tuple[Callable[..., tuple[_core.Graph, int, int | list[int]]], tuple[Any, ...]]

_MOST_LAYERS = 100_000  # of a network; models within models may double them at each level

ONE_INPUT, ONE_OUTPUT = Structure("one", ("input",)), Structure("one", ("output",))


class Architecture(Protocol):
    """What is asked of any architecture."""

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers, each once."""

    @property
    def dtype(self) -> str:
        """What the model computes in."""

    @property
    def seed(self) -> int:
        """The seed of everything random."""

    @property
    def rescale(self) -> float:
        """What every input is multiplied by."""

    @property
    def inputs(self) -> Structure:
        """What the inputs are put together as."""

    @property
    def outputs(self) -> Structure:
        """And the outputs."""

    @property
    def input_shapes(self) -> Sequence[Shape]:
        """The shape of each input; steps that are None are any number."""

    def of_shapes(self, input_shapes: Sequence[Shape]) -> Self:
        """Return the same of inputs whose numbers of steps are known."""

    @property
    def layer_count(self) -> int:
        """How often a layer is applied, those within models too."""

    def network(self) -> Network:
        """Put the layers together; no memory is taken for parameters."""

    @property
    def recipe(self) -> Recipe:
        """How a predictor makes graph, input, of which there is one, and outputs again."""

    def add_to(self, builder: AnyBuilder, inputs: Sequence[Value], name: str) -> list[Value]:
        """Add the layers to a graph, their names beginning with `name`; return the outputs."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers one after the other; `Sequential` says what the fields are.

    Raises:
        TypeError: When a field is of another type.
        ValueError: When it is out of its range, or a name is unknown.
    """

    layers: Sequence[Layer]
    input_size: Size
    dtype: str = "float32"
    seed: int = 0
    rescale: float = 1.0

    def __post_init__(self) -> None:
        size = shapes.as_size(shapes.checked("input_size", self.input_size))
        # a record cannot change, nor what it holds
        own = {"layers": checked_layers(self.layers), "input_size": size}
        for name, value in {**own, **checked_settings(self)}.items():
            object.__setattr__(self, name, value)
        check_layer_count(self)

    @property
    def inputs(self) -> Structure:
        """What the inputs are put together as: there is one."""
        return ONE_INPUT

    @property
    def outputs(self) -> Structure:
        """And the outputs, of which there is one too."""
        return ONE_OUTPUT

    @property
    def input_shapes(self) -> Sequence[Shape]:
        """The shape of the input."""
        return [shapes.checked("input_size", self.input_size)]

    def of_shapes(self, input_shapes: Sequence[Shape]) -> Self:
        """Return the same of an input whose number of steps is known."""
        (shape,) = input_shapes
        return replace(self, input_size=shapes.as_size(shape))

    @property
    def layer_count(self) -> int:
        """How often a layer is applied, those within models too."""
        return sum(layer._layer_count for layer in self.layers)

    def network(self) -> Network:
        """Put the layers together; no memory is taken for parameters."""
        return checked_scales(build(self.layers, self.input_size), self.rescale)

    @property
    def recipe(self) -> Recipe:
        """How a predictor makes the graph again."""
        return graph_of, (self.layers, self.input_size)

    def add_to(self, builder: AnyBuilder, inputs: Sequence[Value], name: str) -> list[Value]:
        """Add the layers to a graph, their names beginning with `name`; return the output."""
        check_taken(self.input_shapes, inputs)
        return [builder.chain(self.layers, inputs[0], f"{name}layers")]


def check_taken(input_shapes: Sequence[Shape], inputs: Sequence[Value]) -> None:
    """Refuse values that a model whose inputs have such shapes does not take."""
    for shape, x in zip(input_shapes, inputs, strict=True):
        if not shapes.takes(shape, x.shape):
            raise ValueError(f"a model takes shape {shape}, got {x.shape}")


def check_layer_count(architecture: Architecture) -> None:
    """Refuse more layers than there is a use for."""
    if architecture.layer_count > _MOST_LAYERS:
        raise ValueError(
            f"the network has {architecture.layer_count} layers, must have at most {_MOST_LAYERS}"
        )


def checked_settings(architecture: Any) -> dict[str, Any]:
    """Check what any architecture has beside its layers, and return it in Python's numbers."""
    most = float(np.finfo(precision.get(architecture.dtype).dtype).max)
    checks.seed("seed", architecture.seed)
    checks.positive("rescale", architecture.rescale)
    if architecture.rescale > most:
        raise ValueError(
            f"rescale must be at most {most:g} in {architecture.dtype}, got"
            f" {architecture.rescale!r}"
        )
    return {"seed": int(architecture.seed), "rescale": float(architecture.rescale)}


def checked_scales(network: Network, rescale: float) -> Network:
    """Return the network, whose inputs are not scaled twice."""
    if rescale != 1 and any(port.normalization is not None for port in network.inputs):
        raise ValueError(
            f"rescale is {rescale}, must be 1 beside Normalization, which scales the inputs itself"
        )
    numbers = next((port.name for port in network.inputs if port.index_count), None)
    if rescale != 1 and numbers is not None:
        raise ValueError(
            f"rescale is {rescale}, must be 1: {numbers} holds the numbers of rows or classes"
        )
    return network
