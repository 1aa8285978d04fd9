"""Sketches: a network as boxes, each with those that it takes what comes out of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion._base.shapes import Shape
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.builders import Builder
from ganglion.graphs.telling import layer_told, shape_told
from ganglion.graphs.wirings import Nested, Step, Wiring
from ganglion.layers import Layer, Value


@dataclass(frozen=True, slots=True)
class Box:
    """An input, or a layer where it is applied.

    Args:
        text: What it is.
        place: Its name in the network.
        shapes: Of what comes out.
        sources: The boxes that it takes something from, by their numbers, all before its own.
    """

    text: str
    place: str
    shapes: tuple[str, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Out:
    """A value, and the box that it comes out of."""

    value: Value
    box: int


def sketched(architecture: Architecture, *, expand_nested: bool) -> list[Box]:
    """Return the boxes of a network, each after those that it takes something from.

    Args:
        architecture: The network's.
        expand_nested: Whether the layers of models within it are boxes; else each model is one.
    """
    boxes: list[Box] = []
    shapes = architecture.input_shapes
    for name, shape in zip(architecture.inputs.names, shapes, strict=True):
        boxes.append(Box("Input", name, (shape_told(shape),), ()))
    _add(boxes, architecture, shapes, range(len(boxes)), "", expand_nested)
    return boxes


def _add(
    boxes: list[Box],
    architecture: Architecture,
    shapes: Sequence[Shape],
    sources: Sequence[int],
    name: str,
    expand_nested: bool,
) -> list[int]:
    """Add the boxes of a network's layers, and return those that its outputs come out of.

    Args:
        boxes: Those that there are.
        architecture: The network's.
        shapes: Of what goes in.
        sources: Where each of that comes from.
        name: What the layers' places begin with.
        expand_nested: As above.
    """
    builder = Builder()
    outs = [
        _Out(builder.input("x", shape), source)
        for shape, source in zip(shapes, sources, strict=True)
    ]
    steps, ends = _steps_of(architecture)
    for step in steps:
        layer, given = architecture.layers[step.layer], [outs[number] for number in step.values]
        place = f"layers.{step.layer}"
        values = builder.applied(layer, [out.value for out in given], place)
        sources = [out.box for out in given]
        if isinstance(layer, Nested) and expand_nested:
            taken = [out.value.shape for out in given]
            found = _add(boxes, layer.architecture, taken, sources, f"{name}{place}.", True)
        else:
            boxes.append(_box(layer, f"{name}{place}", values, sources))
            found = [len(boxes) - 1] * len(values)
        outs += map(_Out, values, found)
    return [outs[number].box for number in ends]


def _box(layer: Layer, place: str, values: Sequence[Value], sources: Sequence[int]) -> Box:
    shapes = tuple(shape_told(value.shape) for value in values)
    return Box(layer_told(layer), place, shapes, tuple(dict.fromkeys(sources)))


def _steps_of(architecture: Architecture) -> tuple[Sequence[Step], Sequence[int]]:
    """Return the steps of a network, in a chain one a layer, and the values that come out."""
    if isinstance(architecture, Wiring):
        return architecture.steps, architecture.output_values
    count = len(architecture.layers)
    return [Step(number, [number]) for number in range(count)], [count]
