"""The summary of a network: a table of its layers, as Keras users expect it."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion.graphs.architectures import Architecture, Chain
from ganglion.graphs.builders import Builder
from ganglion.graphs.networks import Network
from ganglion.graphs.parameters import FROZEN
from ganglion.graphs.telling import layer_told, shape_told
from ganglion.graphs.wirings import Wiring, add_steps

Row = tuple[str, ...]
Counted = tuple[str, float]  # a loss, and what it counts in the sum


def describe(architecture: Architecture, losses: Sequence[Counted] = ()) -> str:
    """Return a table of the layers with their outputs and numbers of parameters.

    Below it are their totals, also of those that training moves, of the frozen ones and of states
    such as running means, what inputs are multiplied by, and the losses that training adds up:
    those of outputs, which are given, and the network's own.
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
    network = architecture.network()
    told = [*_totals(network, architecture.rescale), *_minimised(network, losses)]
    return "\n".join([lines[0], rule, *lines[1:], rule, *told])


def _totals(network: Network, rescale: float) -> list[str]:
    parameters = network.parameters
    total = sum(one.size for one in parameters)
    trained = sum(one.size for one in parameters if one.is_trained)
    frozen = sum(one.size for one in parameters if one.group == FROZEN)
    told = [f"Parameters: {total:,}, trained {trained:,}, frozen {frozen:,}"]
    if states := total - trained - frozen:
        told[0] += f", states {states:,}"
    if rescale != 1:
        told.append(f"Inputs are multiplied by {rescale:g}")
    return told


def _minimised(network: Network, losses: Sequence[Counted]) -> list[str]:
    """Return the losses that are added up, each with what it counts; of those alike one."""
    counted = dict.fromkeys([*losses, *((term.name, term.factor) for term in network.terms)])
    told = [name if factor == 1 else f"{factor:g} * {name}" for name, factor in counted]
    return [f"Minimised: {' + '.join(told)}"] if told else []


def _line(row: Row, widths: Sequence[int]) -> str:
    cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
    cells[2] = f"{row[2]:>{widths[2]}}"
    return "  ".join(cells).rstrip()


def _rows_of_chain(chain: Chain) -> list[Row]:
    builder = Builder()
    x = builder.input("x", chain.input_shapes[0])
    rows: list[Row] = [("Input", shape_told(x.shape), "")]
    for number, layer in enumerate(chain.layers):
        known = builder.parameters.size
        (x,) = builder.applied(layer, [x], f"layers.{number}")
        count = builder.parameters.size - known
        rows.append((layer_told(layer), shape_told(x.shape), f"{count:,}"))
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
        (name, shape_told(value.shape), "", "") for name, value in zip(names, values, strict=True)
    ]
    calls: dict[int, int] = {}  # of each layer the first
    for number, step in enumerate(wiring.steps, 1):
        before, known = len(values), builder.parameters.size
        values = add_steps(builder, wiring.layers, [step], values)
        name = f"{number}. {layer_told(wiring.layers[step.layer])}"
        first = calls.setdefault(step.layer, number)
        shared = "" if first == number else f", the layer of {first}"
        given = ", ".join(names[value].partition(". ")[0] for value in step.values)
        count = builder.parameters.size - known
        shapes = " ".join(shape_told(value.shape) for value in values[before:])
        rows.append((name + shared, shapes, f"{count:,}", given))
        names += [name] * (len(values) - before)
    return rows
