"""Wirings: how the layers of a network lie between its inputs and its outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Self

from ganglion import _core
from ganglion._base import checks, shapes
from ganglion._base.arguments import explained
from ganglion._base.plain_records import UNUSUAL
from ganglion._base.shapes import Shape
from ganglion._base.structures import Structure
from ganglion.graphs.architectures import (
    Architecture,
    Recipe,
    check_layer_count,
    check_taken,
    checked_scales,
    checked_settings,
)
from ganglion.graphs.builders import Builder
from ganglion.graphs.networks import Network
from ganglion.layers import Builder as AnyBuilder
from ganglion.layers import Layer, Value, checked_layers
from ganglion.layers.layer import trainable_field
from ganglion.losses import HiddenLoss, Loss


@dataclass(frozen=True, slots=True)
class Step:
    """A layer that is applied, by its number, to values, by theirs.

    Values are numbered from the inputs on, each output of each step after the others.
    """

    layer: int
    values: Sequence[int]

    def __post_init__(self) -> None:
        checks.count("layer", self.layer)
        checks.listed("values", self.values, "whole numbers")
        for value in self.values:
            checks.count("values", value)
        object.__setattr__(self, "values", tuple(self.values))


@dataclass(frozen=True, slots=True)
class TermStep:
    """A loss of values, by their numbers, that is no output's.

    Args:
        name: What it is reported as.
        loss: Which.
        values: What it is of.
        factor: What it counts.
    """

    name: str
    loss: Loss | HiddenLoss
    values: Sequence[int]
    factor: float = 1.0

    def __post_init__(self) -> None:
        if not checks.is_text(self.name):
            raise TypeError(f"name must be a text, got {checks.shown(self.name)}")
        if not isinstance(self.loss, Loss | HiddenLoss):
            raise TypeError(f"loss must be a record of a loss, got {checks.shown(self.loss)}")
        checks.listed("values", self.values, "whole numbers")
        for value in self.values:
            checks.count("values", value)
        checks.finite("factor", self.factor)
        object.__setattr__(self, "values", tuple(self.values))


@dataclass(frozen=True, slots=True)
class Wiring:
    """Layers, each once, and the steps that apply them; `Model` says what other fields are.

    Args:
        layers: In the order in which they are first applied.
        steps: In an order in which they can run.
        inputs: What the inputs are put together as.
        input_shapes: Of each.
        outputs: What the outputs are put together as.
        output_values: Of each, the value's number.
        dtype: What the network computes in.
        seed: Of everything random.
        rescale: What every input is multiplied by.
        terms: Losses that are no output's.

    Raises:
        TypeError: When a field is of another type.
        ValueError: When it is out of its range, or a name is unknown.
    """

    layers: Sequence[Layer]
    steps: Sequence[Step]
    inputs: Structure
    input_shapes: Sequence[Shape]
    outputs: Structure
    output_values: Sequence[int]
    dtype: str = "float32"
    seed: int = 0
    rescale: float = 1.0
    terms: Sequence[TermStep] = field(default=(), kw_only=True, metadata=UNUSUAL)

    def __post_init__(self) -> None:
        for name in ("steps", "input_shapes", "output_values", "terms"):
            checks.listed(name, getattr(self, name), "parts")
        own = {
            "layers": checked_layers(self.layers),  # a record cannot change, nor what it holds
            "steps": tuple(self.steps),
            "input_shapes": tuple(
                shapes.checked("input_shapes", shape) for shape in self.input_shapes
            ),
            "output_values": tuple(self.output_values),
            "terms": tuple(self.terms),
        }
        for name, value in {**own, **checked_settings(self)}.items():
            object.__setattr__(self, name, value)
        idle = set(range(len(self.layers))) - {step.layer for step in self.steps}
        if idle:
            raise ValueError(f"layers.{min(idle)} is applied by no step")
        check_layer_count(self)

    @property
    def layer_count(self) -> int:
        """How often a layer is applied, those within models too."""
        applied_here = Counter(step.layer for step in self.steps)
        return sum(
            times * layer._layer_count
            for number, layer in enumerate(self.layers)
            if (times := applied_here[number])
        )

    def network(self) -> Network:
        """Put the layers together; no memory is taken for parameters."""
        builder = Builder()
        inputs = {
            name: builder.input(name, shape)
            for name, shape in zip(self.inputs.names, self.input_shapes, strict=True)
        }
        outputs = self.add_to(builder, list(inputs.values()), "")
        network = builder.network(inputs, dict(zip(self.outputs.names, outputs, strict=True)))
        return checked_scales(network, self.rescale)

    def of_shapes(self, input_shapes: Sequence[Shape]) -> Self:
        """Return the same of inputs whose numbers of steps are known."""
        return replace(self, input_shapes=input_shapes)

    @property
    def recipe(self) -> Recipe:
        """How a predictor makes graph, input, of which there is one, and outputs again."""
        return graph_of_wiring, (self,)

    def add_to(self, builder: AnyBuilder, inputs: Sequence[Value], name: str) -> list[Value]:
        """Add the layers, named `name`layers.0 and so on, and return the outputs."""
        check_taken(self.input_shapes, inputs)
        values = add_steps(builder, self.layers, self.steps, inputs, name)
        for term in self.terms:
            of = [values[number] for number in term.values]
            builder.term(term.name, term.loss, of, float(term.factor))
        return [values[number] for number in self.output_values]


def graph_of_wiring(wiring: Wiring) -> tuple[_core.Graph, int, list[int]]:
    """Return a wiring's graph, its only input and its outputs."""
    network = wiring.network()
    return network.graph, network.input, [port.number for port in network.outputs]


def add_steps(
    builder: AnyBuilder,
    layers: Sequence[Layer],
    steps: Sequence[Step],
    inputs: Sequence[Value],
    name: str = "",
) -> list[Value]:
    """Apply layers to a graph's values, and return all values: the inputs, and what comes out."""
    values = list(inputs)
    for step in steps:
        layer, given = layers[step.layer], [values[number] for number in step.values]
        with blaming(layer):
            values += builder.applied(layer, given, f"{name}layers.{step.layer}")
    return values


@contextmanager
def blaming(layer: Layer) -> Iterator[None]:
    """Within it, where a layer is applied, what does not fit is told of the layer."""
    try:
        yield
    except ValueError as error:
        if isinstance(layer, Nested):  # which says itself that it is a model
            raise
        raise ValueError(f"{type(layer).__name__}: {error}") from None


@explained
@dataclass(frozen=True, repr=False)
class Nested(Layer):
    """A model as a layer of another.

    Args:
        architecture: The model's.
        trainable: Whether training moves what is in it.
    """

    architecture: Architecture
    trainable: bool = trainable_field()

    takes_several = True

    def __post_init__(self) -> None:
        checks.flag("trainable", self.trainable)

    @property
    def _is_one_to_one(self) -> bool:
        """Whether the model has one input and one output."""
        return len(self.architecture.inputs) == len(self.architecture.outputs) == 1

    @property
    def _layer_count(self) -> int:
        """How many layers are applied in the model."""
        return self.architecture.layer_count

    def __repr__(self) -> str:
        frozen = "" if self.trainable else ", frozen"
        return f"<a model, layers: {len(self.architecture.layers)}{frozen}>"

    def build(self, builder: AnyBuilder, x: Sequence[Value], name: str) -> list[Value]:
        """Add the model's layers, named after this one."""
        if self.architecture.rescale != 1:
            raise ValueError(
                f"a model whose rescale is {self.architecture.rescale} cannot be a layer: its"
                " inputs are no longer those of the network; make it without, give it the weights"
                " by set_weights, and give rescale to the new model, or scale the data"
            )
        with builder.trained_if(self.trainable):
            return self.architecture.add_to(builder, x, f"{name}.")
