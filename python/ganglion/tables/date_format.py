"""Dates and times as people write them, and the numbers that a network learns from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ganglion.tables.cells import MISSING, Cells
from ganglion.tables.errors import InputError
from ganglion.tables.fields import choice, whole, words

ISO = "%Y-%m-%d %H:%M:%S"
DATES = ("datetime64", "datetime", "date", "time")  # what pandas calls columns of them
_DAYS = (  # where two fit all cells of a column the first is meant
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    *("%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y"),
    *("%b %d %Y", "%B %d %Y", "%a %d %b %Y", "%a %b %d %Y"),
)
_MONTHS = ("%Y-%m", "%m/%Y", "%b %Y", "%B %Y")
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
PATTERNS = (*_DAYS, *_MONTHS, *_TIMES, *(f"{day} {time}" for day, time in product(_DAYS, _TIMES)))
_SHORT_YEAR = "%y"
_SHORTEST, _LONGEST = 4, 40  # characters of a date
_TRIED = 50  # cells that a pattern must fit before all are read with it
_YEARS = (1900, 2100)  # of dates without marks, which could be any number
_POSIX = 1969  # the first of the hundred years that years of two digits are of, as strptime has it
_AHEAD = 20  # years from today that tables plan for; what lies farther may be the former century

_ZONE = re.compile(r"(?<=\d)\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$")
_FRACTION = re.compile(r"(:\d{2})[.,]\d+")
_COMMA = re.compile(r",\s*")
_DIGIT_T = re.compile(r"(?<=\d)T(?=\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFormat:
    """How the dates or times of a column are written.

    They are what a clock on the wall there showed: time zones are left out.

    Args:
        pattern: In the signs of `strftime`; a T between day and time, fractions of a second, a
            time zone and commas are understood without.
        first_year: The first of the hundred years that years of two digits are of.
        missing: Words that stand for a missing date.
        kind: What the file calls this record.
    """

    pattern: str = ISO
    first_year: int = _POSIX
    missing: tuple[str, ...] = MISSING
    kind: Literal["date"] = "date"

    @classmethod
    def of(cls, cells: Cells, *, share: float = 1.0) -> Self | None:
        """Return the format in which a column's cells are dates, if there is one.

        Args:
            cells: A column of texts.
            share: How much of its different texts must be dates.
        """
        missing = MISSING if cells.missing is None else cells.missing
        present = [one for one in pd.unique(cells.texts()) if one and one not in missing]
        first = [_may_be_date(one) for one in present[:_TRIED]]
        if not present or np.mean(first) < share:
            return None
        texts = _without_frills(present)
        for pattern in PATTERNS:
            if _parsed(texts[:_TRIED], pattern).notna().mean() >= share:
                dates = _parsed(texts, pattern)
                if dates.notna().mean() >= share and _plausible(dates, pattern):
                    first_year = _first_year(dates) if _SHORT_YEAR in pattern else _POSIX
                    return cls(pattern=pattern, first_year=first_year, missing=missing)
        return None

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make the record `dataclasses.asdict` took apart."""
        pattern = choice(fields, "pattern", (ISO, *PATTERNS))
        return cls(
            pattern=pattern,
            first_year=whole(fields, "first_year", _POSIX - 100, _POSIX),
            missing=words(fields, "missing"),
        )

    @property
    def has_day(self) -> bool:
        """Whether it is more than a time of the day."""
        return self.pattern not in _TIMES

    @property
    def day_or_month(self) -> bool:
        """Whether some of the dates so written may have day and month the other way round."""
        return self.pattern.startswith(("%d/%m", "%m/%d", "%d-%m", "%m-%d"))

    def fits_turned(self, cells: Cells) -> bool:
        """Tell whether all cells are dates too with day and month the other way round."""
        turned = self.pattern.translate(str.maketrans("dm", "md"))
        dates = _parsed(_without_frills(cells.texts()[~self.is_missing(cells)]), turned)
        return self.day_or_month and bool(dates.notna().all())

    def try_to_read(self, cells: Cells) -> "tuple[pd.Series[Any], NDArray[np.bool_]]":
        """Give the dates without time zones, and which cells are none in this format."""
        if types.is_datetime64_any_dtype(cells.values):
            return cells.values.dt.tz_localize(None), np.zeros(len(cells), dtype=bool)
        missing = self.is_missing(cells)
        texts = _without_frills(np.where(missing, "", cells.texts()))
        dates = _parsed(texts, self.pattern).set_axis(cells.values.index)
        if _SHORT_YEAR in self.pattern:
            dates = _in_hundred_years(dates, self.first_year)
        return dates, dates.isna().to_numpy(dtype=bool) & ~missing

    def is_missing(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells hold no date."""
        if not cells.spelled:
            return cells.values.isna().to_numpy(dtype=bool)
        missing = self.missing if cells.missing is None else cells.missing
        return np.isin(cells.texts(), ["", *missing])

    def read(self, cells: Cells) -> "pd.Series[Any]":
        """Give the dates without time zones, NaT where they are missing.

        Raises:
            InputError: For a cell that is no date, with its row.
        """
        dates, wrong = self.try_to_read(cells)
        if wrong.any():  # it may be written in another way
            other = DateFormat.of(cells)
            if other is not None and other.has_day == self.has_day and not other.day_or_month:
                dates, wrong = replace(other, missing=self.missing).try_to_read(cells)
        if wrong.any():
            raise InputError(
                f"column {cells.name!r} must hold dates such as {self.example()},"
                f" got {cells.first(wrong)}"
            )
        return dates

    def example(self) -> str:
        """Write a day of January in this format."""
        return pd.Timestamp("2024-01-31 18:30:00").strftime(self.pattern)

    def describe(self) -> str:
        """Tell the format by an example, and the century where the years do not say it."""
        if _SHORT_YEAR not in self.pattern:
            return self.example()
        return f"{self.example()}, of {self.first_year} to {self.first_year + 99}"


def _may_be_date(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LONGEST and any(sign.isdigit() for sign in text)


def _without_frills(texts: Any) -> "pd.Series[Any]":
    """Return texts without what a pattern need not say."""
    series = pd.Series(texts, dtype=object).astype(str)
    series = series.str.replace(_DIGIT_T, " ", regex=True)
    series = series.str.replace(_FRACTION, r"\1", regex=True)
    timed = series.str.contains(":", regex=False)
    series = series.where(~timed, series.str.replace(_ZONE, "", regex=True))
    return series.str.replace(_COMMA, " ", regex=True)


def _parsed(texts: "pd.Series[Any]", pattern: str) -> "pd.Series[Any]":
    return pd.to_datetime(texts, format=pattern, errors="coerce", exact=True)


def _first_year(dates: "pd.Series[Any]") -> int:
    """Return the first of the hundred years that a column's years of two digits are of.

    These are POSIX's, unless dates would then lie far in the future and the hundred years up to
    today have the column in no longer a time: dates of birth.
    """
    now = pd.Timestamp.now().year
    up_to_now = min(now - 99, _POSIX)
    posix, past = dates.dt.year, _in_hundred_years(dates, up_to_now).dt.year
    shorter = past.max() - past.min() <= posix.max() - posix.min()
    return up_to_now if posix.max() > now + _AHEAD and shorter else _POSIX


def _in_hundred_years(dates: "pd.Series[Any]", first_year: int) -> "pd.Series[Any]":
    """Return dates that POSIX's rule has read as those of other hundred years."""
    late = dates.dt.year > first_year + 99
    return dates.where(~late, dates - pd.DateOffset(years=100))


def _plausible(dates: "pd.Series[Any]", pattern: str) -> bool:
    """Refuse to see dates in eight digits that may be any number."""
    if not pattern.startswith("%Y%m%d"):
        return True
    return len(dates) > 2 and bool(dates.dt.year.between(*_YEARS).all())
