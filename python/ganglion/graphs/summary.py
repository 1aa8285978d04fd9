"""The summary of a network: a table of its layers, as Keras users expect it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from ganglion import activations
from ganglion._base.shapes import Shape
from ganglion.activations import ActivationFunction
from ganglion.graphs.architectures import Architecture, Chain
from ganglion.graphs.builders import Builder
from ganglion.graphs.parameters import FROZEN
from ganglion.graphs.wirings import Nested, Wiring, add_steps
from ganglion.layers import (
    Activation,
    Dense,
    Dropout,
    GaussianNoise,
    Layer,
    MaskingNoise,
    Residual,
    SaltAndPepperNoise,
)

Row = tuple[str, ...]


def describe(architecture: Architecture) -> str:
    """Return a table of the layers with their outputs and numbers of parameters.

    Below it are their totals, also of those that training moves, of the frozen ones and of states
    such as running means, and what inputs are multiplied by.
    """
    header: Row = ("Layer", "Output", "Parameters")
    if isinstance(architecture, Wiring):
        header = (*header, "Of")
        rows = _rows_of_wiring(architecture)
    else:
        assert isinstance(architecture, Chain)
        rows = _rows_of_chain(architecture)
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    lines = [_line(row, widths) for row in [header, *rows]]
    return "\n".join([lines[0], rule, *lines[1:], rule, *_totals(architecture)])


def _totals(architecture: Architecture) -> list[str]:
    parameters = architecture.network().parameters
    total = sum(one.size for one in parameters)
    trained = sum(one.size for one in parameters if one.is_trained)
    frozen = sum(one.size for one in parameters if one.group == FROZEN)
    told = [f"Parameters: {total:,}, trained {trained:,}, frozen {frozen:,}"]
    if states := total - trained - frozen:
        told[0] += f", states {states:,}"
    if architecture.rescale != 1:
        told.append(f"Inputs are multiplied by {architecture.rescale:g}")
    return told


def _line(row: Row, widths: Sequence[int]) -> str:
    cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
    cells[2] = f"{row[2]:>{widths[2]}}"
    return "  ".join(cells).rstrip()


def _rows_of_chain(chain: Chain) -> list[Row]:
    builder = Builder()
    x = builder.input("x", chain.input_shapes[0])
    rows: list[Row] = [("Input", _shape(x.shape), "")]
    for number, layer in enumerate(chain.layers):
        known = builder.parameters.size
        (x,) = builder.applied(layer, [x], f"layers.{number}")
        count = builder.parameters.size - known
        rows.append((_name(layer), _shape(x.shape), f"{count:,}"))
    return rows


def _rows_of_wiring(wiring: Wiring) -> list[Row]:
    """Return a row for each input and step.

    A layer that is called again is told as the one that it is; its parameters count there.
    """
    builder = Builder()
    values = [builder.input("x", shape) for shape in wiring.input_shapes]
    several = len(wiring.inputs) > 1
    names = [f"Input {name}" if several else "Input" for name in wiring.inputs.names]
    rows: list[Row] = [
        (name, _shape(value.shape), "", "") for name, value in zip(names, values, strict=True)
    ]
    calls: dict[int, int] = {}  # of each layer the first
    for number, step in enumerate(wiring.steps, 1):
        before, known = len(values), builder.parameters.size
        values = add_steps(builder, wiring.layers, [step], values)
        name = f"{number}. {_name(wiring.layers[step.layer])}"
        first = calls.setdefault(step.layer, number)
        shared = "" if first == number else f", the layer of {first}"
        given = ", ".join(names[value].partition(". ")[0] for value in step.values)
        count = builder.parameters.size - known
        shapes = " ".join(_shape(value.shape) for value in values[before:])
        rows.append((name + shared, shapes, f"{count:,}", given))
        names += [name] * (len(values) - before)
    return rows


def _shape(shape: Shape) -> str:
    return f"(batch, {', '.join(map(str, shape))})"


def _name(layer: Layer) -> str:
    """Return the layer as one would write it, without settings that are the default."""
    if isinstance(layer, Dense):
        settings = [str(layer.units)]
        if layer.activation is not None:
            settings.append(_activation_name(layer.activation))
        if not layer.use_bias:
            settings.append("no bias")
        if not layer.trainable:
            settings.append("frozen")
        return f"Dense({', '.join(settings)})"
    if isinstance(layer, Activation):
        return f"Activation({_activation_name(layer.activation)})"
    if isinstance(layer, Dropout | GaussianNoise | MaskingNoise | SaltAndPepperNoise):
        return f"{type(layer).__name__}({', '.join(_numbers(layer))})"
    if isinstance(layer, Residual):
        inner = [*map(_name, layer.layers), *([] if layer.trainable else ["frozen"])]
        return f"Residual({', '.join(inner)})"
    if isinstance(layer, Nested):
        return "Model" if layer.trainable else "Model(frozen)"
    return f"{type(layer).__name__}{'' if getattr(layer, 'trainable', True) else '(frozen)'}"


def _numbers(layer: Any) -> Iterator[str]:
    """Give a layer's settings, which are numbers."""
    for field in dataclasses.fields(layer):
        value = getattr(layer, field.name)
        if field.default is dataclasses.MISSING:
            yield f"{value:g}"
        elif value != field.default:
            yield f"{field.name}={value:g}"


def _activation_name(activation: str | ActivationFunction) -> str:
    return activations.get(activation).name
