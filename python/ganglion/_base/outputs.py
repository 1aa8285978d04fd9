"""Arrays that users give for outputs to be written into."""

from __future__ import annotations

from typing import Any

import numpy as np


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
