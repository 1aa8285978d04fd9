"""Scales: what a network's numbers are in those of users, and how inputs are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers less a shift, in units of their own: `(x - shift) / unit`.

    Args:
        shift: What is taken away, one number or one a column.
        unit: What is divided by then, positive.
    """

    shift: float | Numbers
    unit: float | Numbers

    @classmethod
    def measured(cls, values: Numbers) -> Self:
        """Return that of a column to mean 0 and deviation 1; one that does not vary is not divided.

        Args:
            values: At least one finite number, shape `(rows,)`.
        """
        if values.min() == values.max():  # rounding may leave such a column a tiny deviation
            return cls(float(values[0]), 1.0)
        return cls(float(values.mean()), float(values.std()) or 1.0)

    def apply(self, values: NDArray[Any]) -> Numbers:
        """Return values in the scale."""
        scaled: Numbers = (values.astype(np.float64) - self.shift) / self.unit
        return scaled

    def undo(self, values: NDArray[Any]) -> Numbers:
        """Return values of the scale as they were: float64, which may be large and vary little."""
        return self.undo_spread(values) + self.shift

    def undo_spread(self, deviations: NDArray[Any]) -> Numbers:
        """Return deviations of the scale as they were."""
        spread: Numbers = deviations.astype(np.float64) * self.unit
        return spread


@dataclass(frozen=True, eq=False, slots=True)  # arrays have no equality to compare by
class InputScale:
    """One factor for all inputs, or for each column what it is moved by and its factor.

    Args:
        factor: What every input is multiplied by.
        columns: What is taken from each column, and what it is multiplied by then, in float64,
            shape `(2, features)`; it takes the place of `factor`.
    """

    factor: float = 1.0
    columns: NDArray[np.float64] | None = None

    def of(self, table: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
        """Return inputs as the network sees them, in its type."""
        if self.columns is None:
            multiplied: NDArray[Any] = np.multiply(table, self.factor, dtype=dtype)
            return multiplied
        shift, factor = self.columns
        scaled: NDArray[Any] = ((table.astype(np.float64) - shift) * factor).astype(dtype)
        return scaled

    def gradient(self, dx: NDArray[Any]) -> NDArray[Any]:
        """Return the gradient of the inputs from that of the scaled ones."""
        factor = self.factor if self.columns is None else self.columns[1]
        return (dx * factor).astype(dx.dtype)


AS_THEY_ARE = InputScale()
