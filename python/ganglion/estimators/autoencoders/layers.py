"""The layers of an autoencoder: those before the code, and those after it, in mirror image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from ganglion.estimators.shared.hidden_layers import Activation
from ganglion.initializers import Constant
from ganglion.layers import Dense, Layer, Tied

Tensor = Any


def chained(layers: Sequence[Layer], x: Tensor) -> Tensor:
    """Return what comes out of layers that are called one after the other."""
    return reduce(lambda tensor, layer: layer(tensor), layers, x)


def hidden(sizes: Sequence[int], activations: Sequence[Activation]) -> list[Dense]:
    """Return the hidden layers before a code."""
    return [Dense(units, one) for units, one in zip(sizes, activations, strict=True)]


def mirrored(
    sizes: Sequence[int],
    activations: Sequence[Activation],
    features: int,
    output_activation: Activation | None,
) -> list[Dense]:
    """Return the layers after a code."""
    return [*hidden(sizes[::-1], activations[::-1]), Dense(features, output_activation)]


def tied(encoder: Sequence[Dense], decoder: Sequence[Dense]) -> list[Tied]:
    """Return the layers after a code with the kernels of those before it, transposed."""
    return [
        Tied(first, last.activation) for first, last in zip(encoder[::-1], decoder, strict=True)
    ]


def learnt_number(x: Tensor, columns: int) -> Tensor:
    """Return a number that is learnt, and does not depend on the sample, in so many columns.

    It is the bias of a layer whose input is 0; it begins as 0.
    """
    zero = Dense(1, use_bias=False, kernel_initializer="zeros", trainable=False)(x)
    ones = Dense(columns, use_bias=False, kernel_initializer=Constant(1.0), trainable=False)
    return ones(Dense(1)(zero))
