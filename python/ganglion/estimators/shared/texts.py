"""Text among numbers: its cell is told, where scikit-learn says only that it is no number."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base.frames import columns_of, is_sparse, labels_of, shown

_OF_CONVERSION = ("convert", "numeric", "float")  # in what NumPy and scikit-learn say of text


@contextmanager
def text_told(X: Any) -> Iterator[None]:
    """Name the column and the first value where inputs are refused that hold text or dates."""
    with _told(
        X, "X has {value} at row {row}, column {column}, must hold numbers: encode it first"
    ):
        yield


@contextmanager
def text_in_targets_told(y: Any) -> Iterator[None]:
    """Name the first text or date where targets are refused that must be numbers."""
    with _told(
        y, "a regressor predicts numbers, y has {value} at row {row} (classes: MLPClassifier)"
    ):
        yield


@contextmanager
def _told(table: Any, what: str) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        failed = isinstance(error, TypeError) or any(word in str(error) for word in _OF_CONVERSION)
        place = _first_text(table) if failed else None
        if place is None:
            raise
        row, column, value = place
        said = what.format(value=repr(value), row=row, column=shown(column))
        raised = TypeError if isinstance(error, TypeError) else ValueError
        raise raised(f"{said} ({error})") from error


def _first_text(table: Any) -> tuple[int, Hashable, Any] | None:
    """Return row, column and value of the first text or date in the first column that has one."""
    for label, values in [] if is_sparse(table) else _columns(table):
        if values.dtype.kind not in "fiub":
            for row, value in enumerate(values.astype(object)):
                if _is_text(value):
                    return row, label, value
    return None


def _columns(table: Any) -> list[tuple[Hashable, NDArray[Any]]]:
    """Return the columns of a table, or a single one, with their names or numbers."""
    named = columns_of(table)
    if named is not None:
        return [(label, np.asarray(column)) for label, column in named]
    array = np.asarray(table) if hasattr(table, "__array__") else np.asarray(table, dtype=object)
    columns = array.T if array.ndim == 2 else [array] if array.ndim == 1 else []
    return list(zip(labels_of(table) or range(len(columns)), columns, strict=True))


def _is_text(value: Any) -> bool:
    """Tell whether it is a text that is no number, or a date."""
    if isinstance(value, str | bytes):
        try:
            float(value)
        except ValueError:
            return True
    return isinstance(value, date | np.datetime64)
