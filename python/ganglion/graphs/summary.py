"""The summary of a network: a table of its layers, as Keras users expect it."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion import activations
from ganglion.activations import ActivationFunction
from ganglion.graphs.builders import build
from ganglion.layers import Activation, Dense, Dropout, Layer, Residual


def describe(layers: Sequence[Layer], input_size: int) -> str:
    """Return a table of the layers with their outputs and numbers of parameters."""
    rows = [("Input", f"(batch, {input_size})", "")]
    total, width = 0, input_size
    for layer in layers:
        alone = build([layer], width)
        width = alone.output_size
        count = sum(parameter.size for parameter in alone.parameters)
        total += count
        rows.append((_name(layer), f"(batch, {width})", f"{count:,}"))
    header = ("Layer", "Output", "Parameters")
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(3)]
    rule = "-" * (sum(widths) + 4)
    lines = [
        f"{first:<{widths[0]}}  {second:<{widths[1]}}  {third:>{widths[2]}}".rstrip()
        for first, second, third in [header, *rows]
    ]
    return "\n".join([lines[0], rule, *lines[1:], rule, f"Parameters: {total:,}"])


def _name(layer: Layer) -> str:
    """Return the layer as one would write it, without settings that are the default."""
    if isinstance(layer, Dense):
        settings = [str(layer.units)]
        if layer.activation is not None:
            settings.append(_activation_name(layer.activation))
        if not layer.use_bias:
            settings.append("no bias")
        return f"Dense({', '.join(settings)})"
    if isinstance(layer, Activation):
        return f"Activation({_activation_name(layer.activation)})"
    if isinstance(layer, Dropout):
        return f"Dropout({layer.rate:g})"
    if isinstance(layer, Residual):
        return f"Residual({', '.join(_name(inner) for inner in layer.layers)})"
    return type(layer).__name__


def _activation_name(activation: str | ActivationFunction) -> str:
    return activations.get(activation).name
