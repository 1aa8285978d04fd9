"""Shapes of what flows through a network, for one sample.

They are `(channels,)`, `(steps, channels)` or `(height, width, channels)`: all but the last are the
positions, row by row. None steps are any number of them, which is known with the data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ganglion._base import checks

Shape = tuple[int | None, ...]
Span = tuple[int, int]  # from a first one to before a last one

ONE_STEP = 1  # what stands for any number of steps where nothing depends on it


def checked(name: str, size: Any) -> Shape:
    """Return the shape that an input's size stands for.

    Raises:
        TypeError: When a part of it is no whole number.
        ValueError: When it has too many parts, or one is out of its range.
    """
    sizes = tuple(size) if isinstance(size, list | tuple) else (size,)
    if not 1 <= len(sizes) <= 3:
        raise ValueError(
            f"{name} must be columns, (steps, features) or (height, width, channels), got"
            f" {checks.shown(size)}"
        )
    for place, one in enumerate(sizes):
        if one is None and len(sizes) == 2 and place == 0:
            continue
        if one is None:
            raise ValueError(
                f"{name} is {checks.shown(size)}: only a number of steps may be None, as in"
                " (None, features)"
            )
        checks.size(name, one)
    return tuple(None if one is None else int(one) for one in sizes)


def is_known(shape: Shape) -> bool:
    """Tell whether the number of steps is known."""
    return None not in shape


def channels_of(shape: Shape) -> int:
    """Return how many numbers there are at each position."""
    channels = shape[-1]
    assert channels is not None
    return channels


def positions_of(shape: Shape) -> int | None:
    """Return how many positions there are; None: any number."""
    return None if None in shape[:-1] else math.prod(size or 0 for size in shape[:-1])


@lru_cache(1024)  # asked in each call
def columns_of(shape: Shape) -> int | None:
    """Return how many numbers a sample has; None: any number."""
    positions = positions_of(shape)
    return None if positions is None else positions * channels_of(shape)


def with_columns(shape: Shape, columns: int) -> Shape:
    """Return the shape of a sample of so many numbers: it says how many steps any number is."""
    if is_known(shape):
        return shape
    return (columns // channels_of(shape), channels_of(shape))


def takes(shape: Shape, given: Shape) -> bool:
    """Tell whether what has a shape may be given for another, whose steps may be any number."""
    return len(shape) == len(given) and all(
        size in (None, other) for size, other in zip(shape, given, strict=True)
    )


def sliced(shape: Shape, positions: Span | None, channels: Span | None) -> Shape:
    """Return the shape of some positions and channels; of one position it has no positions.

    Raises:
        ValueError: When they are not among those of the shape, or these are not in one line.
    """
    if positions is not None and len(shape) == 3:
        raise ValueError(
            f"positions of an image, of shape {shape}, lie in rows and columns, and are not taken"
            " from one to another: Reshape it to (positions, channels) before"
        )
    count = positions_of(shape)
    if positions is not None and count is None:
        raise ValueError(
            f"shape {shape} has any number of steps, of which none can be taken by its number"
        )
    for what, span, among in [
        ("positions", positions, count),
        ("channels", channels, channels_of(shape)),
    ]:
        if span is not None and not 0 <= span[0] < span[1] <= (among or 0):
            raise ValueError(f"{what} {span[0]} to {span[1]} are not among the {among} of {shape}")
    first = shape[:-1] if positions is None else _steps(positions)
    return (*first, channels_of(shape) if channels is None else channels[1] - channels[0])


def _steps(span: Span) -> Shape:
    return () if span[1] - span[0] == 1 else (span[1] - span[0],)


def side_by_side(parts: Sequence[Shape]) -> Shape:
    """Return the shape of what is put together channel after channel.

    Raises:
        ValueError: When positions are not the same.
    """
    for part in parts:
        if part[:-1] != parts[0][:-1]:
            raise ValueError(
                f"shapes {parts[0]} and {part} cannot be put beside each other: they must have the"
                " same positions"
            )
    return (*parts[0][:-1], sum(map(channels_of, parts)))


def check_reshaped(shape: Shape, wanted: Sequence[int]) -> None:
    """Refuse a shape that does not have as many numbers.

    Raises:
        ValueError: When it has not, or their number is not known.
    """
    columns = columns_of(shape)
    if columns is None:
        raise ValueError(
            f"shape {shape} has any number of steps, and cannot be {tuple(wanted)}: give the input"
            " a number of steps"
        )
    if math.prod(wanted) != columns:
        raise ValueError(f"shape {shape} has {columns} numbers, cannot be {tuple(wanted)}")


def as_size(shape: Shape) -> int | Shape:
    """Return a shape as users write it: columns alone are a number."""
    return channels_of(shape) if len(shape) == 1 else shape
