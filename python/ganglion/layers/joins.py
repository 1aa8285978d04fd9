"""Layers that make one tensor of several of the same shape, or of the same positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

from ganglion._base.arguments import explained
from ganglion.layers.layer import Builder, Layer, Value


@explained
@dataclass(frozen=True, repr=False)
class Add(Layer):
    """The sum of tensors of one shape: `Add()([a, b])`, or `a + b`."""

    takes_several: ClassVar[bool] = True

    def build(self, builder: Builder, x: Sequence[Value], name: str) -> Value:  # noqa: ARG002
        """Add them up from the first on."""
        return reduce(builder.add, x)


@explained
@dataclass(frozen=True, repr=False)
class Multiply(Layer):
    """The product of tensors of one shape, number by number: `Multiply()([a, b])`, or `a * b`."""

    takes_several: ClassVar[bool] = True

    def build(self, builder: Builder, x: Sequence[Value], name: str) -> Value:  # noqa: ARG002
        """Multiply them from the first on."""
        return reduce(builder.multiply, x)


@explained
@dataclass(frozen=True, repr=False)
class Concatenate(Layer):
    """The channels of tensors beside each other; they have the same positions."""

    takes_several: ClassVar[bool] = True

    def build(self, builder: Builder, x: Sequence[Value], name: str) -> Value:  # noqa: ARG002
        """Put them together."""
        return builder.concatenate(x)
