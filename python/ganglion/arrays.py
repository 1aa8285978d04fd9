"""Arrays as users bring them, seen as what the core can read; copied only where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion.precision import Precision

Array = NDArray[Any]


def as_array(call: str, name: str, values: ArrayLike) -> Array:
    """Return `values` as an array of numbers the core can read, copying only what it cannot.

    Raises:
        TypeError: When it does not hold numbers.
        ValueError: When its rows differ in length.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{call}: {name} must have rows of one length: {error}") from error
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{call}: {name} has type {array.dtype}, must hold numbers or bools")
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        return array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def as_inputs(call: str, x: ArrayLike, features: int) -> Array:
    """Return the inputs as a table of shape `(samples, features)`.

    Raises:
        TypeError: When `x` does not hold numbers.
        ValueError: When its shape does not fit.
    """
    array = as_array(call, "X", x)
    if array.ndim < 2:
        raise ValueError(
            f"{call}: X has shape {array.shape}, must be (samples, {features});"
            " for one sample pass x[None]"
        )
    if len(array) == 0:
        raise ValueError(f"{call}: X has shape {array.shape}: there are no samples")
    table = array.reshape(len(array), -1)  # images and the like: the columns one after the other
    if table.shape[1] != features:
        raise ValueError(f"{call}: X has {table.shape[1]} columns, the network takes {features}")
    return table


def check_finite(call: str, name: str, array: Array, precision: Precision, scale: float) -> None:
    """Refuse NaN, infinity and what is too large, with the first row and column."""
    place = precision.first_not_finite(array, scale)
    if place is not None:
        row, column = place
        value = array[row, column] if array.ndim == 2 else array[row]
        rule = f", too large for {precision.dtype}" if np.isfinite(value) else ""
        raise ValueError(f"{call}: {name} has {value} at row {row}, column {column}{rule}")
