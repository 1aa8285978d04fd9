"""The multi-layer perceptron: a shorter way to write the most common `Sequential`."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.precision import DType
from ganglion.activations import ActivationFunction
from ganglion.layers import Dense, Dropout, Layer
from ganglion.layers.normalization import Normalization
from ganglion.models.sequential import Sequential


@explained
class MLP(Sequential):
    """Dense layers one after the other: `Sequential`, shorter.

    Args:
        sizes: Columns of the input, units of each hidden layer, units of the output layer.
        activation: Of the hidden layers.
        output_activation: Of the output layer; None for the identity.
        dropout: The part of each hidden layer's outputs zeroed while training, in `[0, 1)`.
        normalization: The first layer, adapted to the inputs; None: they are taken as they are.
        dtype: As `Sequential`'s.
        seed: As `Sequential`'s.
        rescale: As `Sequential`'s.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str | ActivationFunction = "relu",
        output_activation: str | ActivationFunction | None = None,
        dropout: float = 0.0,
        normalization: Normalization | None = None,
        dtype: DType = "float32",
        seed: int = 0,
        rescale: float = 1.0,
    ) -> None:
        checks.listed("sizes", sizes, "whole numbers")
        if len(sizes) < 2:
            raise ValueError(f"sizes must name at least an input and an output, got {list(sizes)}")
        for size in sizes:
            checks.size("sizes", size)
        checks.fraction("dropout", dropout)
        layers: list[Layer] = [] if normalization is None else [normalization]
        for units in sizes[1:-1]:
            layers.append(Dense(units, activation))
            if dropout:
                layers.append(Dropout(dropout))
        layers.append(Dense(sizes[-1], output_activation))
        super().__init__(layers, input_size=sizes[0], dtype=dtype, seed=seed, rescale=rescale)
