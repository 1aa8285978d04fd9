"""Architectures: all that a model is but its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganglion._base import checks, precision
from ganglion.graphs.builders import build
from ganglion.graphs.networks import Network
from ganglion.layers import Layer, checked_layers


@dataclass(frozen=True, slots=True)
class Architecture:
    """All that a model is but its parameters; `Sequential` says what the fields are.

    Raises:
        TypeError: When a field is of another type.
        ValueError: When it is out of its range, or a name is unknown.
    """

    layers: Sequence[Layer]
    input_size: int
    dtype: str = "float32"
    seed: int = 0
    rescale: float = 1.0

    def __post_init__(self) -> None:
        checks.size("input_size", self.input_size)
        most = float(np.finfo(precision.get(self.dtype).dtype).max)
        checks.seed("seed", self.seed)
        checks.positive("rescale", self.rescale)
        if self.rescale > most:
            raise ValueError(
                f"rescale must be at most {most:g} in {self.dtype}, got {self.rescale!r}"
            )
        plain = {
            "layers": checked_layers(self.layers),  # a record cannot change, nor what it holds
            "input_size": int(self.input_size),
            "seed": int(self.seed),
            "rescale": float(self.rescale),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    def network(self) -> Network:
        """Put the layers together; no memory is taken for parameters."""
        network = build(self.layers, self.input_size)
        if network.normalization is not None and self.rescale != 1:
            raise ValueError(
                f"rescale is {self.rescale}, must be 1 beside Normalization, which scales the"
                " inputs itself"
            )
        return network
