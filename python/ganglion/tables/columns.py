"""Columns: how one column of a table becomes columns of numbers a network can use."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganglion.tables import fields as file
from ganglion.tables.cells import Cells
from ganglion.tables.date_format import DateFormat
from ganglion.tables.errors import InputError
from ganglion.tables.fields import LARGEST
from ganglion.tables.formats import Format
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.scales import BoundedScale
from ganglion.tables.text_columns import MOST_ROWS, EmbeddedColumn, TextColumn
from ganglion.tables.text_format import TextFormat
from ganglion.tables.wording import plain

MOST_TEXTS = 100  # texts of one column that get a column of their own; more have vectors
DATE_PARTS = ("days", "year", "month", "day", "weekday", "hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column of numbers, scaled.

    Args:
        name: The column's name in the table.
        format: How its numbers are written.
        scaling: How they are scaled.
        kind: What the file calls this record.
    """

    name: str
    format: NumberFormat
    scaling: BoundedScale
    kind: Literal["number"] = "number"

    @classmethod
    def fit(cls, cells: Cells, format: NumberFormat) -> Self:
        """Measure a column, which must hold at least one number."""
        return cls(name=cells.name, format=format, scaling=BoundedScale.fit(numbers(cells, format)))

    @property
    def width(self) -> int:
        """Columns the network sees."""
        return 1

    def transform(self, cells: Cells) -> NDArray[np.float32]:
        """Give the scaled column, shape `(rows, 1)`."""
        return self.scaling.apply(numbers(cells, self.format))

    def unknown(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells the network cannot tell from others: none."""
        return np.zeros(len(cells), dtype=bool)

    def describe(self) -> str:
        """Tell what was measured, in a few words."""
        unit = f" with {self.format.unit}" if self.format.unit else ""
        mean, deviation = plain(self.scaling.mean), plain(self.scaling.scale)
        return f"number{unit}, mean {mean}, deviation {deviation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateColumn:
    """A column of dates or times: days since the first, year, month, day, weekday and hour, scaled.

    Args:
        name: The column's name in the table.
        format: How its dates are written.
        first: The earliest of the training rows, as ISO 8601 writes it.
        parts: Which of the parts differ between the training rows, and their scaling.
        kind: What the file calls this record.
    """

    name: str
    format: DateFormat
    first: str
    parts: Mapping[str, BoundedScale]
    kind: Literal["date"] = "date"

    @classmethod
    def fit(cls, cells: Cells, format: DateFormat) -> Self:
        """Measure a column, which must hold at least one date."""
        dates = format.read(cells)
        first = dates.min()
        values = _date_parts(dates, first)
        varying = {part: numbers for part, numbers in values.items() if np.nanstd(numbers) > 0} or {
            "days": values["days"]
        }
        scalings = {part: BoundedScale.fit(numbers) for part, numbers in varying.items()}
        return cls(name=cells.name, format=format, first=first.isoformat(), parts=scalings)

    @property
    def width(self) -> int:
        """Columns the network sees."""
        return len(self.parts)

    def transform(self, cells: Cells) -> NDArray[np.float32]:
        """Give the scaled parts, shape `(rows, width)`."""
        values = _date_parts(self.format.read(cells), pd.Timestamp(self.first))
        columns = [scaling.apply(values[part]) for part, scaling in self.parts.items()]
        return np.concatenate(columns, axis=1)

    def unknown(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells the network cannot tell from others: none."""
        return np.zeros(len(cells), dtype=bool)

    def describe(self) -> str:
        """Tell what was measured, in a few words."""
        return f"date as {self.format.describe()}, first {self.first}: {', '.join(self.parts)}"


Column = NumberColumn | DateColumn | TextColumn | EmbeddedColumn


def fit_column(cells: Cells, format: Format) -> Column:
    """Measure the training rows of a column, at least one of which is not missing."""
    match format:
        case NumberFormat():
            return NumberColumn.fit(cells, format)
        case DateFormat():
            return DateColumn.fit(cells, format)
        case TextFormat():
            return fit_texts(cells, format)


def fit_texts(cells: Cells, format: TextFormat) -> TextColumn | EmbeddedColumn:
    """Collect the texts of a column: they have vectors where more than `MOST_TEXTS` come again."""
    counts = Counter(format.read(cells))
    kept = [text for text, count in counts.items() if count > 1]
    if len(kept) <= MOST_TEXTS:
        kept = sorted(counts, key=lambda text: (-counts[text], text or ""))[:MOST_TEXTS]
    texts = tuple(sorted(kept, key=lambda text: text or ""))
    record = TextColumn if len(texts) <= MOST_TEXTS else EmbeddedColumn
    return record(name=cells.name, format=format, texts=texts)


def column_from_fields(fields: Mapping[str, Any]) -> Column:
    """Make the record `dataclasses.asdict` took apart; a ValueError says what is wrong with it."""
    kind = file.choice(fields, "kind", ("number", "date", "text", "embedded"))
    name, format = file.text(fields, "name"), file.record(fields, "format")
    if kind == "number":
        scaling = BoundedScale.from_fields(file.record(fields, "scaling"))
        return NumberColumn(name=name, format=NumberFormat.from_fields(format), scaling=scaling)
    if kind == "date":
        parts = {
            part: BoundedScale.from_fields(file.record(file.record(fields, "parts"), part))
            for part in DATE_PARTS
            if part in file.record(fields, "parts")
        }
        first = file.moment(fields, "first")
        return DateColumn(
            name=name, format=DateFormat.from_fields(format), first=first, parts=parts
        )
    texts = file.texts_or_none(fields, "texts")
    if kind == "embedded" and len(texts) >= MOST_ROWS:
        raise ValueError(f"texts must be less than {MOST_ROWS}, got {len(texts)}")
    record = TextColumn if kind == "text" else EmbeddedColumn
    return record(name=name, format=TextFormat.from_fields(format), texts=texts)


def numbers(cells: Cells, format: NumberFormat) -> NDArray[np.float64]:
    """Give the numbers of a column, NaN where they are missing.

    Raises:
        InputError: For a cell that is no number, or too large to be squared, with its row.
    """
    values = format.read(cells)
    wrong = np.abs(values) > LARGEST
    if wrong.any():
        raise InputError(
            f"column {cells.name!r} must hold numbers below {LARGEST:g} in size, "
            f"got {cells.first(wrong)}"
        )
    return values


def _date_parts(dates: "pd.Series[Any]", first: Any) -> dict[str, NDArray[np.float64]]:
    """Return the parts of dates as numbers, NaN where the date is missing."""
    clock = dates.dt
    days = (clock.normalize() - first.normalize()).dt.days
    hour = clock.hour + clock.minute / 60 + clock.second / 3600
    parts = (days, clock.year, clock.month, clock.day, clock.day_of_week, hour)
    return {
        name: part.to_numpy(dtype=np.float64, na_value=np.nan)
        for name, part in zip(DATE_PARTS, parts, strict=True)
    }
