"""Inputs: what networks are fed must be finite, and an index where it says which row is meant."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ganglion._base.arrays import Array, as_array, check_finite, found_at
from ganglion._base.frames import Labels, is_sparse, labels_of
from ganglion._base.locations import at
from ganglion._base.precision import Precision
from ganglion._base.scaling import InputScale


def check_inputs(
    call: str,
    name: str,
    array: Any,
    precision: Precision,
    scale: InputScale,
    labels: Labels | None = None,
    channels: int | None = None,
    index_count: int = 0,
) -> None:
    """Refuse what `check_finite` does, and what is no index where it should be one.

    Args:
        call: As for `check_finite`, and so are the others.
        name: The argument.
        array: The numbers, which are looked at as a network of the precision reads them.
        precision: What they must fit into.
        scale: How they are scaled.
        labels: The names of the columns.
        channels: How many columns there are at each position.
        index_count: All must be whole numbers from 0 to below it; 0: they may be any.
    """
    check_finite(call, name, array, precision, scale, labels, channels)
    if not index_count:
        return
    numbers = array.data if is_sparse(array) else array  # what is not there is 0, an index
    place = precision.first_no_index(numbers, index_count, scale.factor, scale.columns)
    if place is None:
        return
    value, place = found_at(array, place)
    where = at(*place, array.shape[-1], channels, labels)
    rule = f"must be a whole number from 0 to {index_count - 1}"
    raise ValueError(f"{call}: {name} has {value} at {where}, {rule}")


def refuse_inputs(
    call: str,
    name: str,
    array: Any,
    precision: Precision,
    scale: InputScale,
    labels: Labels | None,
    channels: int | None,
    index_count: int,
    ending: str,
) -> NoReturn:
    """Refuse, as `check_inputs` does, what the core has found to be wrong.

    It may have changed since: then nobody can say any more where that was.

    Args:
        call: As for `check_inputs`, and so are the others.
        name: The argument.
        array: The numbers.
        precision: What they must fit into.
        scale: How they are scaled.
        labels: The names of the columns.
        channels: How many columns there are at each position.
        index_count: What they must be below; 0: they may be any.
        ending: What the core has found, by its name.
    """
    check_inputs(call, name, array, precision, scale, labels, channels, index_count)
    refuse_read(call, name, ending)


def as_rows(call: str, x: Any, columns: int, dtype: Any) -> Array:
    """Return inputs as an array of a type, shape `(rows, columns)`, or `(columns,)` of one row.

    Raises:
        TypeError: When x does not hold numbers.
        ValueError: When its shape does not fit.
    """
    array = as_array(call, "x", x)
    given = _in_rows(array)
    if given.ndim == 0 or given.shape[-1] != columns:
        hint = "; for one sample pass x[None]" if given.size == columns else ""
        raise ValueError(
            f"{call}: x has shape {array.shape}, must be (rows, {columns}) or ({columns},){hint}"
        )
    with np.errstate(over="ignore"):  # what is too large is told when it is found
        return np.asarray(given, dtype)


def refuse_rows(
    call: str,
    x: Any,
    precision: Precision,
    scale: InputScale,
    channels: int | None,
    index_count: int,
    *,
    no_index: bool,
) -> NoReturn:
    """Refuse, as `refuse_inputs` does, inputs of which `as_rows` has made an array."""
    table = np.atleast_2d(_in_rows(as_array(call, "x", x)))
    found = "no_index" if no_index else "data_not_finite"
    refuse_inputs(call, "x", table, precision, scale, labels_of(x), channels, index_count, found)


def _in_rows(array: Array) -> Array:
    """Return images and the like with the numbers of each in a row."""
    return array if array.ndim < 3 else array.reshape(len(array), -1)


def refuse_read(call: str, name: str, ending: str) -> NoReturn:
    """Refuse inputs by what the core has found to be wrong, where nobody can say any more where."""
    what = "no index" if ending == "no_index" else "not finite"
    refuse_changed(call, f"{name} was {what}")


def refuse_changed(call: str, what: str) -> NoReturn:
    """Refuse data that the core has found to be wrong, and that no longer are.

    Args:
        call: The function that was called.
        what: What they were, for the message.
    """
    raise ValueError(f"{call}: {what} when it was read, and has changed since")
