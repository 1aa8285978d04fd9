"""Arrays as users bring them, seen as what the core can read; copied only where it cannot."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base.frames import Labels, columns_of, is_sparse, plain, shown
from ganglion._base.locations import at
from ganglion._base.precision import Precision
from ganglion._base.scaling import AS_THEY_ARE, InputScale
from ganglion._base.shapes import Shape, takes
from ganglion._base.shapes import columns_of as columns_of_shape

Array = NDArray[Any]

_UNFOLDED = 2**22  # numbers of a sparse matrix that are in an array at once


def as_array(call: str, name: str, values: ArrayLike) -> Array:
    """Return `values` as an array of numbers the core can read, copying only what it cannot.

    Frames are read column by column, so that numbers of several types and bools go together.

    Raises:
        TypeError: When it does not hold numbers.
        ValueError: When its rows differ in length, or an entry is masked.
    """
    given: Any = values
    if is_sparse(given):
        given = given.toarray()
    columns = columns_of(given)
    if columns is None:
        return _numbers(call, name, given)
    read = [_numbers(call, name, column, label) for label, column in columns]
    return np.column_stack(read) if read else np.empty((len(given), 0))


def as_samples(call: str, x: ArrayLike, features: int | None) -> Any:
    """Return the inputs as a table of shape `(samples, features)`: an array or a sparse matrix.

    With None it may have any number of features.

    A sparse matrix is SciPy's, made of rows; `unfolded` makes an array of all or some of them.

    Raises:
        TypeError: When `x` does not hold numbers.
        ValueError: When its shape does not fit.
    """
    given: Any = x
    if is_sparse(given):
        _check_type(call, "X", given.dtype, None)
        array = given.tocsr()
    else:
        array = as_array(call, "X", given)
    return _as_table(call, array, features)


def _as_table(call: str, array: Any, features: int | None) -> Any:
    """Return an array, or a sparse matrix, of samples in the shape `(samples, features)`."""
    if array.ndim < 2:
        raise ValueError(
            f"{call}: X has shape {array.shape}, must be (samples, {features or 'features'});"
            " for one sample pass x[None]"
        )
    samples = array.shape[0]
    if samples == 0:
        raise ValueError(f"{call}: X has shape {array.shape}: there are no samples")
    if array.ndim > 2:  # images and the like: the columns one after the other
        array = array.reshape(samples, -1)
    if features is not None and array.shape[1] != features:
        one = samples * array.shape[1] == features  # such as an image
        hint = "; for one sample pass x[None]" if one else ""
        raise ValueError(
            f"{call}: X has {array.shape[1]} columns, the network takes {features}{hint}"
        )
    return array


def as_shaped(call: str, x: ArrayLike, shape: Shape) -> Any:
    """Return the inputs as `as_samples` does, those of a sample of such a shape in a row.

    Of a known shape they may lie in a row already; where there are steps of any number, samples
    have the shape.
    """
    given: Any = x
    columns = columns_of_shape(shape)
    if is_sparse(given):
        if columns is None:
            raise TypeError(
                f"{call}: X is a sparse matrix, whose rows do not tell steps: unfold it"
            )
        return as_samples(call, given, columns)
    array = as_array(call, "X", given)
    in_rows = columns is not None and array.ndim <= 2
    if 0 in array.shape[1:]:
        raise ValueError(f"{call}: X has shape {array.shape}: samples have no numbers")
    sample = array.shape[1:]
    if len(shape) > 1 and not in_rows and not (takes(shape, sample) or takes(shape, (*sample, 1))):
        wanted = ", ".join("steps" if size is None else str(size) for size in shape)
        raise ValueError(f"{call}: X has shape {array.shape}, must be (samples, {wanted})")
    return _as_table(call, array, columns)


def as_inputs(call: str, x: ArrayLike, features: int) -> Array:
    """Return the inputs as an array of shape `(samples, features)`; raises as `as_samples`."""
    return unfolded(as_samples(call, x, features))


def unfolded(table: Any) -> Array:
    """Return a table that may be a sparse matrix as an array."""
    array: Array = table.toarray() if is_sparse(table) else table
    return array


def rows_at_once(table: Any, multiple: int = 1) -> int:
    """Return how many rows of a table are worked on at once: all, but of a sparse matrix some.

    Args:
        table: An array, or a sparse matrix.
        multiple: What the number is a multiple of, when it is not all.
    """
    if not is_sparse(table):
        return len(table)
    columns = max(1, int(table.shape[1]))
    return max(1, _UNFOLDED // (multiple * columns)) * multiple


def check_finite(
    call: str,
    name: str,
    array: Any,
    precision: Precision,
    scale: InputScale = AS_THEY_ARE,
    labels: Labels | None = None,
    channels: int | None = None,
) -> None:
    """Refuse NaN, infinity and what is too large, with where the first is.

    Args:
        call: The function that was called, for the message.
        name: The argument, for the message.
        array: Numbers of shape `(rows,)` or `(rows, columns)`, or a sparse matrix made of rows.
        precision: What the numbers must fit into.
        scale: How they are scaled.
        labels: The names of the columns, if they have any.
        channels: How many columns there are at each position, if rows have such.
    """
    if is_sparse(array) and scale.columns is not None:  # zeros are moved too
        array = array.toarray()
    numbers = array.data if is_sparse(array) else array
    place = precision.first_not_finite(numbers, scale.factor, scale.columns)
    if place is None:
        return
    value, place = found_at(array, place)
    where = at(*place, array.shape[-1], channels, labels)
    rule = f", too large for {precision.dtype}" if np.isfinite(value) else ""
    raise ValueError(f"{call}: {name} has {value} at {where}{rule}")


def found_at(array: Any, place: tuple[int, int]) -> tuple[Any, tuple[int, int]]:
    """Return a number and its row and column, by its place among those that lie in memory."""
    first, second = place
    if not is_sparse(array):
        return (array[first, second] if array.ndim == 2 else array[first]), place
    row = int(np.searchsorted(array.indptr, first, "right")) - 1
    return array.data[first], (row, int(array.indices[first]))


def _numbers(call: str, name: str, values: Any, label: Hashable | None = None) -> Array:
    """Return values, or those of the column named `label`, as an array the core can read."""
    array = values if type(values) is np.ndarray else _as_plain(call, name, values, label)
    if array.dtype.kind == "O":
        return _of_objects(call, name, array, label)
    _check_type(call, name, array.dtype, label)
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        return array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _as_plain(call: str, name: str, values: Any, label: Hashable | None) -> Array:
    """Return values as an array of whatever type, unless some are masked."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        place = np.argwhere(np.ma.getmaskarray(values))[0]
        where = _place(place, values.shape, label)
        raise ValueError(
            f"{call}: {name} is masked at {where}: fill it in (x.filled(value)), or leave its row"
            " out"
        )
    if isinstance(values, Mapping):  # a dictionary, an archive of NumPy's, a group of an HDF5 file
        raise TypeError(
            f"{call}: {name} is a {type(values).__name__}, must be an array of numbers or bools"
        )
    try:
        return np.asarray(plain(values))
    except ValueError as error:
        raise ValueError(f"{call}: {name} must have rows of one length: {error}") from error


def _check_type(call: str, name: str, dtype: np.dtype[Any], label: Hashable | None) -> None:
    if dtype.kind not in "fiub":
        where = "" if label is None else f" in column {shown(label)}"
        raise TypeError(f"{call}: {name} has type {dtype}{where}, must hold numbers or bools")


def _of_objects(call: str, name: str, array: Array, label: Hashable | None) -> Array:
    """Return an array of Python's objects, if they are numbers, as one of numbers."""
    if array.ndim == 0:
        given = type(array.item()).__name__
        raise TypeError(f"{call}: {name} is a {given}, must be an array of numbers or bools")
    for place, value in np.ndenumerate(array):
        if not isinstance(value, Real | Decimal | np.bool_):
            where = _place(place, array.shape, label)
            raise TypeError(f"{call}: {name} has {value!r} at {where}, must hold numbers or bools")
    try:
        return array.astype(np.float64)
    except OverflowError as error:
        raise ValueError(f"{call}: {name} has a number too large for float64") from error


def _place(place: Any, shape: Sequence[int], label: Hashable | None) -> str:
    """Say where an entry of an array is; the column of a frame by its name."""
    row = int(place[0])
    if label is not None:
        return at(row, 0, 1, labels=(label,))
    if len(place) == 1:
        return f"row {row}"
    channels = shape[-1] if len(shape) > 2 else None
    column = int(np.ravel_multi_index(tuple(place[1:]), tuple(shape[1:])))
    return at(row, column, math.prod(shape[1:]), channels)
