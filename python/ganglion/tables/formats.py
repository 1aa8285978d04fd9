"""Formats: which of them a column is written in, decided by all of its cells."""

import numpy as np
from pandas.api import types

from ganglion.tables.cells import Cells
from ganglion.tables.date_format import DATES, ISO, DateFormat
from ganglion.tables.number_format import NumberFormat, is_code
from ganglion.tables.text_format import TextFormat

Format = NumberFormat | DateFormat | TextFormat
_EIGHT_DIGITS = 8  # of a date without marks, as 20240131
_FIRST = 100  # cells that tell most numbers from such dates


def format_of(cells: Cells, *, most_texts: int) -> Format:
    """Tell how a column is written: as numbers, dates, or else texts.

    Codes that begin with a zero, and texts that a file with types keeps although all are numbers,
    are texts as long as they are at most `most_texts` different.

    Args:
        cells: All cells of the column, of which at least one is not missing.
        most_texts: The most different texts that a network sees.
    """
    if not cells.spelled:
        return _typed_format(cells)
    number = NumberFormat.of(cells)
    if number is None:
        return DateFormat.of(cells) or TextFormat.of(cells)
    if (cells.typed or is_code(cells).any()) and _different(cells) <= most_texts:
        return TextFormat.of(cells)
    return number if number.truth else _date_of_digits(cells) or number


def _typed_format(cells: Cells) -> Format:
    kind = types.infer_dtype(cells.values, skipna=True)
    if kind == "boolean":
        return NumberFormat(truth=True)
    if kind == "datetime64":
        return DateFormat(pattern=ISO)
    if kind in DATES:
        return DateFormat.of(cells) or TextFormat.of(cells)
    if kind == "categorical":
        return TextFormat.of(cells)
    _, wrong = NumberFormat().try_to_read(cells)
    return TextFormat.of(cells) if wrong.any() else NumberFormat()


def _date_of_digits(cells: Cells) -> DateFormat | None:
    first = cells.rows(slice(_FIRST)).texts()
    if not all(len(one) == _EIGHT_DIGITS and one.isdigit() for one in first if one):
        return None
    return DateFormat.of(cells)


def _different(cells: Cells) -> int:
    return len(np.unique(cells.texts().astype(str)))
