"""Numbers as people write them: decimal commas, groups of thousands, percent and currencies."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ganglion.tables.cells import MISSING, Cells
from ganglion.tables.errors import InputError
from ganglion.tables.fields import choice, flag, text, words

UNITS = (
    *("%", "$", "€", "£", "¥", "₹", "₩", "₽", "US$"),
    *("USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN"),
)
_BLANK_MARKS = " '\u2019\u00a0\u2009\u202f"
_GROUPED = {  # three digits a group, all groups parted by the same mark
    mark: re.compile(
        rf"[+-]?[1-9]\d{{0,2}}([{other}{_BLANK_MARKS}])\d{{3}}(\1\d{{3}})*([{mark}]\d*)?"
    )
    for mark, other in ((".", ","), (",", "."))
}
_UNIT = re.compile("|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True)))
_LETTER = r"(?:[^\W\d_]|[°/])"
_WORD = re.compile(rf"\d(?:\s*({_LETTER}{{2,15}})|\s+({_LETTER}))$")  # 12kg, 5 m; but 5A is a code
_TRUTH = {"true": 1.0, "false": 0.0}
_CODE = re.compile(r"0\d+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFormat:
    """How the numbers of a column are written.

    Args:
        decimal: The decimal mark; the other mark, a blank or an apostrophe parts thousands.
        unit: A percent sign, which must stand at each number, or a currency or a word such as
            kg, which may; it is no part of them.
        truth: Whether the words true and false stand for 1 and 0.
        missing: Words that stand for a missing number.
        kind: What the file calls this record.
    """

    decimal: Literal[".", ","] = "."
    unit: str = ""
    truth: bool = False
    missing: tuple[str, ...] = MISSING
    kind: Literal["number"] = "number"

    @classmethod
    def of(cls, cells: Cells, *, share: float = 1.0) -> Self | None:
        """Return the format in which the cells of a column of texts are numbers, if there is one.

        Where the decimal mark may be either, as in 1,234, the table decides.

        Args:
            cells: The column.
            share: How much of its cells must be numbers.
        """
        missing = MISSING if cells.missing is None else cells.missing
        plain = cls(missing=missing)
        values, wrong = plain.try_to_read(cells)
        if cells.decimal != "," and not wrong.any() and not np.isnan(values).all():
            return plain
        counts = pd.Series(cells.texts()).value_counts().drop(["", *missing], errors="ignore")
        present, weights = counts.index.tolist(), counts.to_numpy(dtype=np.int64)
        if not present:
            return None
        if all(one.lower() in _TRUTH for one in present):
            return cls(truth=True, missing=missing)
        unit = _unit_of(present, weights, share)
        marks: list[Literal[".", ","]] = [",", "."] if cells.decimal == "," else [".", ","]
        for mark in marks:
            made = cls(decimal=mark, unit=unit, missing=missing)
            if weights[~np.isnan(made.parse(present))].sum() >= share * weights.sum():
                return made
        return None

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make the record `dataclasses.asdict` took apart."""
        return cls(
            decimal="," if choice(fields, "decimal", (".", ",")) == "," else ".",
            unit=text(fields, "unit"),
            truth=flag(fields, "truth"),
            missing=words(fields, "missing"),
        )

    def is_missing(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells hold nothing, or a word for it."""
        values, wrong = self.try_to_read(cells)
        return np.isnan(values) & ~wrong

    def read(self, cells: Cells) -> NDArray[np.float64]:
        """Give the numbers, NaN where they are missing.

        Raises:
            InputError: For a cell that is no number, with its row.
        """
        values, wrong = self.try_to_read(cells)
        if not wrong.any():
            return values
        _, also_wrong = self.with_other_mark.try_to_read(replace(cells, decimal=None))
        neither = wrong & also_wrong
        got = cells.first(neither if neither.any() else wrong)
        why = self._unit_hint() if neither.any() else self._mark_hint()
        raise InputError(f"column {cells.name!r} must hold numbers, got {got}{why}")

    def try_to_read(self, cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Give the numbers, and which cells are none."""
        missing = self.missing if cells.missing is None else cells.missing
        values, wrong = self._spelled(cells, missing) if cells.spelled else _typed(cells.values)
        values[np.isin(values, _plain_numbers(missing))] = np.nan  # such as -999
        return values, wrong

    def _spelled(
        self, cells: Cells, missing: tuple[str, ...]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Give the numbers of a column of texts, and which cells are none."""
        values = np.full(len(cells), np.nan)
        if self._is_plain and cells.decimal != ",":
            values = _plain_numbers(cells.values)  # nearly always this is all
        left = np.flatnonzero(np.isnan(values))
        texts = cells.rows(left).texts()
        is_missing = np.isin(texts, ["", *missing])
        texts = np.where(is_missing, "", texts)
        format = self if cells.decimal is None else self._as_written(texts, cells.decimal)
        values[left] = format.parse(texts)
        wrong = np.zeros(len(cells), dtype=bool)
        wrong[left] = np.isnan(values[left]) & ~is_missing
        return values, wrong

    @property
    def _is_plain(self) -> bool:
        return self.decimal == "." and not self.unit and not self.truth

    @property
    def with_other_mark(self) -> Self:
        """The format with a decimal comma in place of the point, or the other way round."""
        return replace(self, decimal=other_mark(self.decimal))

    def _as_written(self, texts: NDArray[np.object_], decimal: str) -> Self:
        """Return the format for a table that has another decimal mark, if all cells fit it."""
        if decimal == self.decimal:
            return self
        other = self.with_other_mark
        present = texts[texts != ""]
        return self if np.isnan(other.parse(present)).any() else other

    def parse(self, texts: Any) -> NDArray[np.float64]:
        """Give the number that each text is, NaN for none."""
        if self.truth:
            known = _TRUTH | {"1": 1.0, "0": 0.0}
            return np.array([known.get(one.lower(), np.nan) for one in texts], dtype=np.float64)
        return _plain_numbers([self.bare(one) for one in texts])

    def bare(self, written: str) -> str:
        """Write a number with a decimal point and nothing else; "" for what cannot be one."""
        digits = written.replace("\u2212", "-")
        if self.unit == "%" and "%" not in digits:  # a share, or a hundred times that?
            return ""
        if self.unit:
            digits = _BLANKS.sub(" ", digits.replace(self.unit, "", 1)).strip()
            digits = digits.replace("- ", "-").replace("+ ", "+")
        if grouped := _GROUPED[self.decimal].fullmatch(digits):
            digits = digits.replace(grouped[1], "")
        if self.decimal == ",":
            return "" if "." in digits or "_" in digits else digits.replace(",", ".", 1)
        return digits

    def _unit_hint(self) -> str:
        return f" (its numbers are in {self.unit})" if self.unit else ""

    def _mark_hint(self) -> str:
        return f": its decimal mark is not that of the column (--decimal {self.decimal})"


def other_mark(mark: Literal[".", ","]) -> Literal[".", ","]:
    """Return the decimal mark that a table has if it has not this one."""
    return "," if mark == "." else "."


def is_code(cells: Cells) -> NDArray[np.bool_]:
    """Tell which cells are whole numbers that begin with a zero, as codes do: 007."""
    found = np.array(cells.values.str.startswith("0", na=False), dtype=bool)
    found[found] = [_CODE.fullmatch(one) is not None for one in cells.rows(found).texts()]
    return found


def _unit_of(texts: Sequence[str], weights: NDArray[np.integer[Any]], share: float) -> str:
    """Return the unit that stands in such a share of the cells, "" where there is none."""
    counts: Counter[str] = Counter()
    for one, weight in zip(texts, weights.tolist(), strict=True):
        counts[_unit_at(one)] += weight
    unit, count = counts.most_common(1)[0]
    return unit if count >= share * weights.sum() else ""


def _unit_at(text: str) -> str:
    """Return the sign of a currency, or the word behind a number."""
    if found := _UNIT.search(text):
        return found[0]
    word = _WORD.search(text)
    return (word[1] or word[2]) if word else ""


def _plain_numbers(texts: Any) -> NDArray[np.float64]:
    """Give the numbers that need no reading of ours, NaN for others."""
    series = pd.Series(texts, dtype=object)
    return np.array(pd.to_numeric(series, errors="coerce"), dtype=np.float64)


def _typed(values: "pd.Series[Any]") -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the numbers of a column that is none of texts, and which cells are none."""
    if types.is_timedelta64_dtype(values):
        return values.dt.total_seconds().to_numpy(np.float64, copy=True), np.zeros(
            len(values), bool
        )
    no_numbers = types.is_datetime64_any_dtype(values) or types.is_complex_dtype(values)
    if no_numbers or isinstance(values.dtype, pd.CategoricalDtype):
        return np.full(len(values), np.nan), values.notna().to_numpy(dtype=bool)
    if types.is_numeric_dtype(values):
        return values.to_numpy(np.float64, copy=True, na_value=np.nan), np.zeros(len(values), bool)
    numbers = np.array([_number(value) for value in values.tolist()], dtype=np.float64)
    return numbers, np.isnan(numbers) & values.notna().to_numpy(dtype=bool)


def _number(value: object) -> float:
    """Return a whole number, a Decimal or the like as a float, NaN for what is none."""
    try:
        return float(value) if not isinstance(value, str) else np.nan  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return np.nan
    except OverflowError:
        return np.inf
