"""Functions of the caller's: whether they can be called as they will be, and what they return."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from ganglion._base.arrays import Array
from ganglion._base.checks import shown

_MOST_SHOWN = 4  # parts of a list


def name_of(function: Any) -> str:
    """Return what a function is called; one that is part of another, or an object, has no name."""
    inner = getattr(function, "func", function)  # of functools.partial
    return str(getattr(inner, "__name__", type(inner).__name__))


def check_takes(what: str, function: Any, arguments: Sequence[str]) -> None:
    """Refuse what cannot be called with so many arguments, one after the other.

    Args:
        what: What it is and is called, for messages.
        function: The caller's.
        arguments: What each is.

    Raises:
        TypeError: When it is no function, or takes others; of some that are compiled nobody knows.
    """
    wanted = f"({', '.join(arguments)})"
    if not callable(function):
        raise TypeError(f"{what} must be a function of {wanted}, got {shown(function)}")
    try:
        signature = inspect.signature(function)
    except ValueError:
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        taken = ", ".join(signature.parameters)
        raise TypeError(f"{what} takes ({taken}), must take {wanted}: {error}") from None


def read_only(array: Array) -> Array:
    """Return a view to give to a function: what is read after it lies in the same memory."""
    view = array.view()
    view.setflags(write=False)
    return view


def number(rule: str, answer: object) -> float:
    """Return what should be one number: Python's, or an array of no axes, not masked.

    Args:
        rule: How the message begins: "metrics: share must return".
        answer: What has been returned.

    Raises:
        TypeError: When it is something else.
    """
    if isinstance(answer, Real | Decimal):
        return float(answer)
    if hasattr(answer, "__array__") and not np.ma.is_masked(answer):
        array = np.asarray(answer)
        if array.ndim == 0 and array.dtype.kind in "fiub":
            return float(array)
    raise TypeError(f"{rule} one number, got {described(answer)}")


def described(answer: object) -> str:
    """Return what a function has returned as messages tell it: of an array the shape."""
    if hasattr(answer, "__array__") and np.ndim(answer):
        return f"an array of shape {np.shape(answer)}"
    if isinstance(answer, list | tuple) and 0 < len(answer) <= _MOST_SHOWN:
        parts = ", ".join(map(described, answer))
        return f"a {type(answer).__name__} of {parts}"
    return shown(answer)
