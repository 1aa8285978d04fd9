"""Tables of other packages, known by what they can do: none of those packages is imported."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

Labels = tuple[Hashable, ...]
"""The names of a table's columns, for messages."""


def columns_of(table: Any) -> list[tuple[Hashable, Any]] | None:
    """Return a frame's columns with their names; None for what is no frame, or one array already.

    Frames are those of pandas and polars and the tables of pyarrow, and what behaves like them.
    """
    if isinstance(table, np.ndarray):
        return None
    if hasattr(table, "iter_columns"):  # polars
        return [(column.name, column) for column in table.iter_columns()]
    if hasattr(table, "itercolumns"):  # pyarrow
        return list(zip(table.column_names, table.itercolumns(), strict=True))
    if not (hasattr(table, "items") and hasattr(table, "columns")):
        return None
    types = set(getattr(table, "dtypes", ()))
    if len(types) == 1 and isinstance(types.pop(), np.dtype):
        return None
    return list(table.items())


def labels_of(table: Any) -> Labels | None:
    """Return the names of a frame's columns; None for what is no frame."""
    if isinstance(table, np.ndarray):
        return None
    names: Iterable[Hashable] | None = None
    if hasattr(table, "itercolumns"):
        names = table.column_names
    elif hasattr(table, "iter_columns") or (hasattr(table, "items") and hasattr(table, "columns")):
        names = table.columns
    return None if names is None else tuple(names)


def shown(label: Hashable) -> str:
    """Return a column's name as messages show it: text in quotes, numbers as they are."""
    return repr(label) if isinstance(label, str) else str(label)


def plain(column: Any) -> Any:
    """Return a column that NumPy can read: missing numbers of pandas' own types become NaN."""
    kind = getattr(getattr(column, "dtype", None), "kind", "")
    if kind and kind in "fiub" and not isinstance(column.dtype, np.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return column


def is_sparse(table: Any) -> bool:
    """Is it one of SciPy's sparse matrices or arrays?"""
    return not isinstance(table, np.ndarray) and hasattr(table, "tocsr")
