"""Layers that are random while training."""

from __future__ import annotations

from dataclasses import dataclass

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.layers.layer import Builder, Layer, Value


@explained
@dataclass(frozen=True, repr=False)
class Dropout(Layer):
    """While training, zero a random part of the inputs and scale the rest up to make good for it.

    Args:
        rate: The part, in `[0, 1)`.
    """

    rate: float

    def __post_init__(self) -> None:
        checks.fraction("rate", self.rate)

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002  (it has no parameters)
        """Add the dropout."""
        return builder.dropout(x, float(self.rate))
