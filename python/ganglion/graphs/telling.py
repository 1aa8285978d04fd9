"""Telling: a layer and a shape as they are written in summaries and drawings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ganglion import activations
from ganglion._base.shapes import Shape
from ganglion.activations import ActivationFunction
from ganglion.graphs.wirings import Nested
from ganglion.layers import (
    GRU,
    LSTM,
    Activation,
    Dense,
    Dropout,
    Embedding,
    GaussianNoise,
    KSparse,
    Layer,
    MaskingNoise,
    Residual,
    SaltAndPepperNoise,
    SimpleRNN,
)


def shape_told(shape: Shape) -> str:
    """Return the shape of a batch."""
    return f"(batch, {', '.join(map(str, shape))})"


def layer_told(layer: Layer) -> str:
    """Return the layer as one would write it, without settings that are the default."""
    if isinstance(layer, Dense | SimpleRNN | GRU | LSTM):
        return f"{type(layer).__name__}({', '.join(_settings_of_units(layer))})"
    if isinstance(layer, Activation):
        return f"Activation({_activation_name(layer.activation)})"
    if isinstance(layer, Dropout | GaussianNoise | KSparse | MaskingNoise | SaltAndPepperNoise):
        return f"{type(layer).__name__}({', '.join(_numbers(layer))})"
    if isinstance(layer, Embedding):
        sizes = f"{layer.input_dim}, {layer.output_dim}"
        return f"Embedding({sizes}{'' if layer.trainable else ', frozen'})"
    if isinstance(layer, Residual):
        inner = [*map(layer_told, layer.layers), *([] if layer.trainable else ["frozen"])]
        return f"Residual({', '.join(inner)})"
    if isinstance(layer, Nested):
        return "Model" if layer.trainable else "Model(frozen)"
    return f"{type(layer).__name__}{'' if getattr(layer, 'trainable', True) else '(frozen)'}"


def _settings_of_units(layer: Dense | SimpleRNN | GRU | LSTM) -> Iterator[str]:
    """Give what a layer of units is told by."""
    yield str(layer.units)
    if layer.activation != type(layer).activation:
        yield _activation_name(layer.activation)
    if not isinstance(layer, Dense):
        yield from ["all steps"] if layer.return_sequences else []
        yield from ["backwards"] if layer.go_backwards else []
    if not layer.use_bias:
        yield "no bias"
    if not layer.trainable:
        yield "frozen"


def _numbers(layer: Any) -> Iterator[str]:
    """Give a layer's settings, which are numbers."""
    for field in dataclasses.fields(layer):
        value = getattr(layer, field.name)
        if field.default is dataclasses.MISSING:
            yield f"{value:g}"
        elif value != field.default:
            yield f"{field.name}={value:g}"


def _activation_name(activation: str | ActivationFunction | None) -> str:
    return activations.get(activation).name
