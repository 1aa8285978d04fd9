"""Locations: where a number is, as messages say it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base.frames import Labels, shown


def first_of(found: NDArray[np.bool_]) -> NDArray[Any] | None:
    """Return the place of the first that is true; None where none is."""
    return np.argwhere(found)[0] if found.any() else None


def at(
    row: int, column: int, columns: int, channels: int | None = None, labels: Labels | None = None
) -> str:
    """Return the row of a number, and where it is in that; see `within_row`."""
    return f"row {row}, {within_row(column, columns, channels, labels)}"


def within_row(
    column: int, columns: int, channels: int | None = None, labels: Labels | None = None
) -> str:
    """Return a number's column; where a row has positions, which one, and its channel there.

    Args:
        column: Its place among all numbers of the row.
        columns: How many they are.
        channels: How many there are at each position; None: there are no positions.
        labels: The names of the columns, if they have any.
    """
    if labels is not None:
        return f"column {shown(labels[column])}"
    if channels is None or columns <= channels:
        return f"column {column}"
    position, channel = divmod(column, channels)
    return f"position {position}" + (f", channel {channel}" if channels > 1 else "")
