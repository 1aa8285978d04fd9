"""Arrays that users give for outputs to be written into."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_written(call: str, out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Refuse what `check_out` does, and what cannot be written into row by row.

    Raises:
        ValueError: With what it is, and must be.
    """
    check_out(call, out, shape, dtype)
    if not out.flags.writeable:
        raise ValueError(f"{call}: out is read-only")
    in_rows = out.strides[-1] == out.itemsize or shape[-1] == 1
    whole = out.strides[0] % out.itemsize == 0 and out.flags.aligned
    if out.size and not (in_rows and whole):
        raise ValueError(f"{call}: out must have contiguous rows, each a whole number apart")


def check_out(call: str, out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Refuse what is no array of such a shape and type.

    Raises:
        ValueError: With what it is, and must be.
    """
    if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != dtype:
        raise ValueError(
            f"{call}: out is {type(out).__name__} of shape {np.shape(out)}, must be an array"
            f" of shape {shape} and type {dtype}"
        )
