"""Layers that read a tensor's numbers in another shape, take some of them, or pass them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion._base import checks, shapes
from ganglion._base.arguments import explained
from ganglion.layers.layer import Builder, Layer, Value


@explained
@dataclass(frozen=True, repr=False)
class Flatten(Layer):
    """All numbers of a sample in one row, in their order."""

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Read them so."""
        columns = shapes.columns_of(x.shape)
        if columns is None:
            raise ValueError(
                f"shape {x.shape} has any number of steps, and cannot be flattened: give the input"
                " a number of steps"
            )
        return builder.reshape(x, (columns,))


@explained
@dataclass(frozen=True, repr=False)
class Reshape(Layer):
    """The numbers of a sample, in their order, in another shape.

    Args:
        shape: `(channels,)`, `(positions, channels)` or `(height, width, channels)`.
    """

    shape: Sequence[int]

    def __post_init__(self) -> None:
        checks.listed("shape", self.shape, "whole numbers")
        for size in self.shape:
            checks.size("shape", size)
        if not 1 <= len(self.shape) <= 3:
            raise ValueError(
                "shape must be (channels,), (positions, channels) or (height, width, channels), got"
                f" {self.shape!r}"
            )
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Read them so."""
        return builder.reshape(x, self.shape)


@explained
@dataclass(frozen=True, repr=False)
class Slice(Layer):
    """Some channels, or some positions, of a tensor: also `x[..., 2:5]` and `x[1:3, 2:5]`.

    Args:
        channels: The first, and the one after the last; None: all.
        positions: Likewise; what is taken of one has no positions.
    """

    channels: Sequence[int] | None = None
    positions: Sequence[int] | None = None

    def __post_init__(self) -> None:
        for name in ("channels", "positions"):
            span = getattr(self, name)
            if span is None:
                continue
            checks.listed(name, span, "two whole numbers")
            for end in span:
                checks.count(name, end)
            if len(span) != 2 or span[0] >= span[1]:
                raise ValueError(f"{name} must be a first and a later number, got {span!r}")
            object.__setattr__(self, name, (int(span[0]), int(span[1])))

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Take them."""
        return builder.slice(x, _ends(self.positions), _ends(self.channels))


def _ends(span: Sequence[int] | None) -> tuple[int, int] | None:
    return None if span is None else (span[0], span[1])


@explained
@dataclass(frozen=True, repr=False)
class StopGradient(Layer):
    """A tensor as it is, of which training takes no gradient: what it comes from learns nothing."""

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Pass it on."""
        return builder.stop_gradient(x)
