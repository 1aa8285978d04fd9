"""CSV files: their archive, encoding, separator and shape, found out where they are not given."""

import codecs
import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ganglion.tables.archives import content_of
from ganglion.tables.cells import Cells
from ganglion.tables.dialect import SEPARATORS, Dialect
from ganglion.tables.errors import InputError
from ganglion.tables.number_format import NumberFormat

_SNIFFED = (",", ";", "\t", "|")  # where two fit alike the first is meant
_COUNTED = 5  # rows with 1, 2, 3 and so on in front, which is no accident any more
_LOOKED_AT = 200  # rows that tell the separator and the decimal mark
_MARKS = (  # what begins a text in an encoding
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK = "cp1252"  # what Excel writes in Western Europe and America


def read_csv(path: Path, dialect: Dialect) -> tuple[pd.DataFrame, Dialect, bool, list[str]]:
    """Read a CSV file; cells are texts as they stand there.

    Returns:
        The table, the dialect with what was found out (a decimal mark where the file shows one),
        whether this mark is known and not only usual, and lines that tell what is not as usual.

    Raises:
        InputError: When it cannot be read, or its rows do not fit its header.
    """
    text, notes = _decoded(path, content_of(path), dialect.encoding)
    if not text.strip():
        raise InputError(f"{path} is empty")
    separator = dialect.separator or _separator_of(text)
    if separator != "," and dialect.separator is None:
        notes.append(f"{path.name}: the separator is {_name_of(separator)}")
    frame = _named(path, _cells_of(path, text, separator), notes)
    decimal, known = dialect.decimal, True
    if decimal is None:
        decimal, known = _decimal_of(frame, separator)
        if decimal == ",":
            notes.append(f"{path.name}: the decimal mark is a comma")
    return frame, replace(dialect, separator=separator, decimal=decimal), known, notes


def _decoded(path: Path, content: bytes, encoding: str | None) -> tuple[str, list[str]]:
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    text, notes = None, list[str]()
    for name in [encoding] if encoding is not None else [marked, _FALLBACK]:
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        if name not in ("utf-8", "utf-8-sig", encoding):
            notes.append(f"{path.name}: the encoding is {name}")
        break
    if text is None:
        tried = encoding or f"{marked} or {_FALLBACK}"
        raise InputError(f"cannot read {path}: it is no text in {tried}, name its encoding")
    if "\0" in text:
        raise InputError(f"cannot read {path}: it holds zero bytes, it is no text in {name}")
    return text.removeprefix("\ufeff"), notes


def _separator_of(text: str) -> str:
    """Return the sign that parts most of the first rows into as many cells as the header."""

    def fit(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in _rows(text, separator, most=_LOOKED_AT)]
        if widths[0] < 2:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(_SNIFFED, key=fit)


def _rows(text: str, separator: str, *, most: int | None = None) -> list[list[str]]:
    """Return the first rows that are not empty; a row that is no CSV ends them."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if len(found) == most:
                break
            if row:
                found.append(row)
    except csv.Error:
        found.append([])
    return found


def _cells_of(path: Path, text: str, separator: str) -> pd.DataFrame:
    """Return the cells of all rows, that of the header first."""
    try:
        return _parsed(text, separator)
    except pd.errors.ParserError as error:
        header, *rows = _rows(text, separator)
        widths = np.array([len(row) for row in rows])
        too_long = np.flatnonzero(widths > len(header))
        if not too_long.size:
            raise InputError(f"cannot read {path}: {error}") from error
        if (widths == len(header) + 1).all() and _are_row_names([row[0] for row in rows]):
            return _parsed(separator + text.lstrip("\r\n"), separator)
        row = int(too_long[0])
        raise InputError(
            f"{path}: row {row + 1} has {widths[row]} cells, the header has {len(header)};"
            f" the separator is {_name_of(separator)}"
        ) from None


def _are_row_names(cells: list[str]) -> bool:
    """Tell row names, which count the rows or are no numbers, from numbers cut in two."""
    if len(cells) >= _COUNTED and cells == [str(number) for number in range(1, len(cells) + 1)]:
        return True
    no_numbers = np.isnan(NumberFormat().parse(cells)).all()
    return bool(no_numbers) and len(set(cells)) == len(cells)


def _parsed(text: str, separator: str) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(text.strip("\r\n"), newline=""),
        sep=separator,
        header=None,
        dtype=str,
        na_filter=False,
        skip_blank_lines=len(_rows(text, separator, most=1)[0]) > 1,  # or a row with a missing cell
    )


def _named(path: Path, cells: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Give the columns the names of the first row, and leave out those without name and use."""
    names = [str(name).strip() for name in cells.iloc[0]]
    frame = cells.iloc[1:].reset_index(drop=True)
    if len(frame) == 0:
        raise InputError(f"{path} is empty: it has no rows")
    nameless = [place for place, name in enumerate(names) if not name]
    left_out = [place for place in nameless if _is_of_no_use(frame.iloc[:, place], place)]
    if left_out[:1] == [0]:
        notes.append(f"{path.name}: the first column has no name, it is left out as row names")
    names = [name or f"column {place + 1}" for place, name in enumerate(names)]
    frame.columns = pd.Index(names)
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path} has more than one column named {name!r}")
    kept = [place for place in range(len(names)) if place not in left_out]
    return frame.iloc[:, kept]


def _is_of_no_use(column: "pd.Series[Any]", place: int) -> bool:
    """Tell whether a nameless column is empty, or holds row names, which all differ."""
    return bool((column == "").all()) or (place == 0 and column.is_unique)


def _decimal_of(frame: pd.DataFrame, separator: str) -> tuple[str | None, bool]:
    """Return the decimal mark, None where the first rows do not tell; and whether they need it.

    Where commas part the cells, each column is asked for itself. Where semicolons do, it is for the
    commas in the cells, which are taken for decimal marks unless some column tells otherwise.
    """
    if separator == ",":
        return None, False
    found: set[str | None] = set()
    for name in frame.columns:
        column = frame[name].head(_LOOKED_AT)
        if column.str.contains(",", regex=False).any():
            found.add(_mark_needed(Cells(values=column)))
    marks = found - {None}
    if len(marks) == 1:
        return marks.pop(), True
    return ("," if found == {None} and separator == ";" else None), False


def _mark_needed(cells: Cells) -> str | None:
    """Return the decimal mark a column of numbers with commas needs; None where either will do."""
    readings = {mark: NumberFormat.of(replace(cells, decimal=mark)) for mark in (".", ",")}
    marks = {one.decimal for one in readings.values() if one is not None}
    return marks.pop() if len(marks) == 1 else None


def _name_of(separator: str) -> str:
    names = {sign: name for name, sign in SEPARATORS.items()}
    return f"a {names[separator]}" if separator in names else repr(separator)
