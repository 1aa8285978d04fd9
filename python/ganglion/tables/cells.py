"""Cells: one column of a table as it was read, before anything is made of it."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

# What other programs write for a missing value; the empty cell is one wherever it stands.
MISSING = (
    *("NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN"),
    *("NULL", "Null", "null", "None", "none"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column of a table, as it was read.

    Args:
        values: The cells; their index tells the rows, from 0.
        decimal: The decimal mark of the texts; None where the table does not tell.
        missing: Words that stand for a missing value; None: those usual in the field.
        typed: Whether the table says of its columns what they hold, so that texts are meant so.
    """

    values: "pd.Series[Any]"
    decimal: str | None = None
    missing: tuple[str, ...] | None = None
    typed: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def name(self) -> str:
        """The column's name."""
        return str(self.values.name)

    @property
    def spelled(self) -> bool:
        """Whether the cells are texts, which spell what they mean, and not numbers or the like."""
        dtype = self.values.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            dtype = dtype.categories.dtype
        if types.is_object_dtype(dtype):
            return types.infer_dtype(self.values, skipna=True) in ("string", "empty")
        return types.is_string_dtype(dtype)

    def rows(self, chosen: NDArray[Any] | slice) -> Self:
        """Return some of the rows, by place or by mask."""
        return replace(self, values=self.values.iloc[chosen])

    def texts(self) -> NDArray[np.object_]:
        """Give each cell as text without the blanks around it, "" for an empty one.

        What is no text is written as a reader would: 3 and 3.0 alike.
        """
        if self.spelled:
            values = self.values.astype(object)
            stripped = values.str.strip() if values.notna().any() else values
            return stripped.where(stripped.notna(), "").to_numpy(dtype=object)
        present = self.values.notna().to_numpy(dtype=bool)
        texts = np.array([written(value) for value in self.values.tolist()], dtype=object)
        return np.where(present, texts, "")

    def first(self, wrong: NDArray[np.bool_]) -> str:
        """Name the first of the cells that are meant, and its row as a reader counts, from 1."""
        place = int(np.flatnonzero(wrong)[0])
        return f"{written(self.values.iloc[place])!r} in row {self.row(wrong)}"

    def row(self, wrong: NDArray[np.bool_]) -> int:
        """Give the row of the first of the cells that are meant: from 1, without the header."""
        return int(self.values.index[int(np.flatnonzero(wrong)[0])]) + 1


def written(value: object) -> str:
    """Write a cell."""
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return str(value).strip()
