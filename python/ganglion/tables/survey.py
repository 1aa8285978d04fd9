"""Survey: how every column of a table is read, which are used, and what to tell of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ganglion.tables.cells import Cells
from ganglion.tables.columns import MOST_TEXTS, numbers
from ganglion.tables.date_format import DateFormat
from ganglion.tables.doubts import all_different, doubts, not_quite
from ganglion.tables.formats import Format, format_of
from ganglion.tables.notes import notes
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.reading import Table
from ganglion.tables.text_format import TextFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What all rows of a table tell of its columns.

    Args:
        table: The table with its numbers and dates read, which is not done again for each part.
        formats: How each column is read that a network can learn from, by name.
        notes: Lines that tell how columns are written.
        doubts: Lines that tell what may be wrong.
    """

    table: Table
    formats: Mapping[str, Format]
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


def survey(table: Table) -> Survey:
    """Look through the columns of a table whose target is settled.

    Left out are those without a value, and texts of which no two are the same.
    """
    columns: dict[str, pd.Series[Any]] = {}
    formats: dict[str, Format] = {}
    told: list[str] = []
    doubted = list(_header_doubts(table))
    for name in table.frame.columns:
        cells = table.cells(name)
        columns[name] = cells.values
        if name == table.target:
            doubted += _target_doubts(cells)
            continue
        one = reading(cells)
        columns[name] = one.read.values
        if one.left_out:
            doubted.append(one.left_out)
        else:
            formats[name] = one.format
            told += notes(cells, one.format)
            doubted += doubts(cells, one.read, one.format, table.labels)
    return Survey(
        table=replace(table, frame=pd.DataFrame(columns)),
        formats=formats,
        notes=tuple(told),
        doubts=tuple(doubted),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a column is read.

    Args:
        format: How.
        read: Its cells, with numbers and dates read.
        left_out: A line that tells why nothing can be learnt from it; None where something can.
    """

    format: Format
    read: Cells
    left_out: str | None


def reading(cells: Cells) -> Reading:
    """Find out how a column is read; codes are texts where each comes twice in the mean."""
    format = format_of(cells, most_texts=max(MOST_TEXTS, len(cells) // 2))
    values = cells.values if isinstance(format, TextFormat) else _read(cells, format)
    read = replace(cells, values=values)
    why = _no_use(read, format)
    left_out = f"column {cells.name!r} {why}; it is left out" if why else None
    return Reading(format=format, read=read, left_out=left_out)


def _read(cells: Cells, format: NumberFormat | DateFormat) -> "pd.Series[Any]":
    values = numbers(cells, format) if isinstance(format, NumberFormat) else format.read(cells)
    return pd.Series(values, index=cells.values.index, name=cells.name)


def _header_doubts(table: Table) -> Iterator[str]:
    names = table.frame.columns
    if not table.typed and not np.isnan(NumberFormat().parse(names)).any():
        yield f"{table.source}: the header holds numbers, {names[0]!r} first: is it a row?"


def _target_doubts(target: Cells) -> Iterator[str]:
    if why := not_quite(target):
        yield f"target {target.name!r} reads as text: {why}"


def _no_use(cells: Cells, format: Format) -> str | None:
    """Tell why nothing can be learnt from a column; None where something can."""
    if format.is_missing(cells).all():
        return "has no value"
    if not isinstance(format, TextFormat) or not all_different(cells):
        return None
    why = not_quite(cells)
    return f"is text, another in every row: {why}" if why else "has another text in every row"
