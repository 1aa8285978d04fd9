"""Columns: how one column of a table becomes columns of numbers a network can use."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ganglion.tables.errors import InputError
from ganglion.tables.reading import first_row

LARGEST = 1e150  # the square of a larger number is no double
FARTHEST = 5.0  # deviations from the mean; what lies farther out is moved here
MOST_TEXTS = 100  # texts of one column that get a column of their own
NEARLY_ALL = 0.8  # of a text column's cells: where so many are numbers, all were meant to be


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column of numbers, moved to mean 0 and scaled to standard deviation 1, outliers held in.

    A column that is the same in nearly every row has few, but huge, scaled values. Unbounded they
    cost the bundled digits a point of accuracy, whose outermost pixels are such columns.

    Args:
        name: The column's name in the table.
        median: Stands for a missing number.
        mean: Mean over the training rows.
        scale: Standard deviation over the training rows; 1 for a constant column.
        kind: What the file calls this record.
    """

    name: str
    median: float
    mean: float
    scale: float
    kind: Literal["number"] = "number"

    @classmethod
    def fit(cls, column: "pd.Series[Any]") -> Self:
        """Measure a column, which must hold at least one number."""
        values = numbers(column)
        median = float(np.nanmedian(values))
        values = np.where(np.isnan(values), median, values)
        mean, scale = mean_and_scale(values)
        return cls(name=str(column.name), median=median, mean=mean, scale=scale)

    @property
    def width(self) -> int:
        """Columns the network sees."""
        return 1

    def transform(self, column: "pd.Series[Any]") -> NDArray[np.float32]:
        """Give the scaled column, shape `(rows, 1)`."""
        values = numbers(column)
        values = np.where(np.isnan(values), self.median, values)
        scaled = (values - self.mean) / self.scale
        return np.clip(scaled, -FARTHEST, FARTHEST).astype(np.float32)[:, None]

    def describe(self) -> str:
        """Tell what was measured, in a few words."""
        return f"number, mean {self.mean:.4g}, deviation {self.scale:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """A column of texts, one-hot: a column of 0 and 1 for each text seen in training.

    A missing text is a text of its own where training had one. Texts that training had not, and
    the rarest where there are more than `MOST_TEXTS`, are 0 in every column.

    Args:
        name: The column's name in the table.
        texts: The texts with a column of their own, in its order; None is the missing one.
        kind: What the file calls this record.
    """

    name: str
    texts: tuple[str | None, ...]
    kind: Literal["text"] = "text"

    @classmethod
    def fit(cls, column: "pd.Series[Any]") -> Self:
        """Collect the texts of a column."""
        counts = Counter(texts(column))
        kept = sorted(counts, key=lambda text: (-counts[text], text or ""))[:MOST_TEXTS]
        return cls(name=str(column.name), texts=tuple(sorted(kept, key=lambda text: text or "")))

    @property
    def width(self) -> int:
        """Columns the network sees."""
        return len(self.texts)

    def transform(self, column: "pd.Series[Any]") -> NDArray[np.float32]:
        """Give the one-hot columns, shape `(rows, len(texts))`."""
        places = {text: place for place, text in enumerate(self.texts)}
        found = np.array([places.get(text, -1) for text in texts(column)], dtype=np.int64)
        hits: NDArray[np.bool_] = found[:, None] == np.arange(len(self.texts))
        return hits.astype(np.float32)

    def describe(self) -> str:
        """Tell what was collected, in a few words."""
        shown = ", ".join("(missing)" if text is None else text for text in self.texts[:8])
        return f"text, {len(self.texts)} different: {shown}{', ...' * (len(self.texts) > 8)}"


Column = NumberColumn | TextColumn


def spoiled_numbers(column: "pd.Series[Any]") -> str | None:
    """Tell which cells make a column of numbers one of texts; None where none do."""
    if is_number(column):
        return None
    present = column.notna()
    bad = present & pd.to_numeric(column.astype(object), errors="coerce").isna()
    if not bad.any() or bad.sum() > (1 - NEARLY_ALL) * present.sum():
        return None
    return (
        f"column {column.name!r} is text: {int(bad.sum())} of {int(present.sum())} cells are no"
        f" numbers, first {str(column[bad].iloc[0])!r} in row {first_row(bad)}"
    )


def fit_column(column: "pd.Series[Any]") -> Column:
    """Choose the kind of a column and measure it: numbers and booleans are numbers, the rest text.

    Args:
        column: The training rows of one column.
    """
    if column.isna().all():
        raise InputError(
            f"column {column.name!r} has no value, all rows are missing: "
            f"leave it out with --drop {str(column.name)!r}"
        )
    if types.is_datetime64_any_dtype(column) or types.is_timedelta64_dtype(column):
        raise InputError(
            f"column {column.name!r} holds {column.dtype}: turn it into numbers, "
            f"or leave it out with --drop {str(column.name)!r}"
        )
    return NumberColumn.fit(column) if is_number(column) else TextColumn.fit(column)


def column_from_fields(fields: Mapping[str, Any]) -> Column:
    """Make the record `dataclasses.asdict` took apart."""
    if fields["kind"] == "number":
        return NumberColumn(
            name=str(fields["name"]),
            median=float(fields["median"]),
            mean=float(fields["mean"]),
            scale=float(fields["scale"]),
        )
    if fields["kind"] == "text":
        kept = (None if text is None else str(text) for text in fields["texts"])
        return TextColumn(name=str(fields["name"]), texts=tuple(kept))
    raise ValueError(f"kind of column must be 'number' or 'text', got {fields['kind']!r}")


def is_number(column: "pd.Series[Any]") -> bool:
    """Tell whether a column holds numbers or booleans; a categorical column never does."""
    return types.is_numeric_dtype(column.dtype) and not types.is_complex_dtype(column.dtype)


def numbers(column: "pd.Series[Any]") -> NDArray[np.float64]:
    """Give a column as float64 with NaN for missing; refuse text and what is too large to scale."""
    if not is_number(column):
        converted = pd.to_numeric(column, errors="coerce")
        wrong = converted.isna() & column.notna()
        if wrong.any():
            raise InputError(
                f"column {column.name!r} must hold numbers, "
                f"got {column[wrong].iloc[0]!r} in row {first_row(wrong)}"
            )
        column = converted
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = pd.Series(np.abs(values) > LARGEST, index=column.index)
    if wrong.any():
        raise InputError(
            f"column {column.name!r} must hold numbers below {LARGEST:g} in size, "
            f"got {column[wrong].iloc[0]} in row {first_row(wrong)}"
        )
    return values


def texts(column: "pd.Series[Any]") -> list[str | None]:
    """Give each value as text, None for missing; 3 and 3.0 are the same text."""
    present = column.notna().to_numpy(dtype=bool)
    return [
        (str(value).removesuffix(".0") if isinstance(value, float) else str(value))
        if here
        else None
        for value, here in zip(column.tolist(), present, strict=True)
    ]


def mean_and_scale(values: NDArray[np.float64]) -> tuple[float, float]:
    """Give the mean, and the standard deviation or 1 where all values are the same."""
    if values.min() == values.max():  # rounding may leave such a column a tiny deviation
        return float(values[0]), 1.0
    return float(values.mean()), float(values.std()) or 1.0
