"""How inputs are scaled on their way into a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


@dataclass(frozen=True, slots=True)
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
