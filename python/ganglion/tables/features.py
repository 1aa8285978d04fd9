"""Features: the columns that a network learns from, as the tables of numbers that it is fed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.columns import Column, fit_column
from ganglion.tables.formats import Format
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.reading import Table
from ganglion.tables.text_columns import EmbeddedColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What was measured of columns on the training rows, and is done alike to every other row.

    Numbers and the parts of dates are moved to mean 0 and scaled to standard deviation 1, a missing
    one stands at the median. Texts become one-hot columns, or where they are many, their numbers
    among them; a missing one is a text of its own.

    Args:
        columns: The columns the network needs, in the order it sees them: the embedded ones last.
    """

    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Names of the columns the network needs."""
        return [column.name for column in self.columns]

    @property
    def number_formats(self) -> dict[str, NumberFormat]:
        """How the columns of numbers are written, by name."""
        return number_formats_of(self.columns)

    @property
    def width(self) -> int:
        """Columns of all that the network is fed."""
        return sum(column.width for column in self.columns)

    @property
    def embedded(self) -> tuple[EmbeddedColumn, ...]:
        """The columns whose texts have vectors, each an input of the network."""
        return tuple(one for one in self.columns if isinstance(one, EmbeddedColumn))

    @property
    def plain_width(self) -> int:
        """Columns of the first input, of all that have no vectors; 0: there is none."""
        return self.width - len(self.embedded)

    def transform(self, table: Table) -> NDArray[np.float32]:
        """Give all that the network is fed, shape `(rows, width)`; columns are found by name."""
        parts = [column.transform(table.cells(column.name)) for column in self.columns]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    def fed(self, rows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Part what `transform` gave into the network's inputs, not copied."""
        plain = self.plain_width
        ends = range(plain, self.width) if plain else range(1, self.width)
        return np.split(rows, ends, axis=1)

    def doubts(self, table: Table) -> Iterator[str]:
        """Give a line for each column with cells that are missing, or that training had not."""
        for column in self.columns:
            cells = table.cells(column.name)
            missing = column.format.is_missing(cells)
            unknown = column.unknown(cells)
            told = []
            if unknown.any():
                told.append(f"{unknown.sum()} unknown, first {cells.first(unknown)}")
            if missing.any():
                told.append(f"{missing.sum()} missing, first in row {cells.row(missing)}")
            if told:
                yield f"column {column.name!r}: of {len(cells)} cells {'; '.join(told)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Rows as a network takes them, and what made them of a table's.

    Args:
        features: The latter.
        rows: What its `transform` gave, shape `(rows, width)`.
    """

    features: Features
    rows: NDArray[np.float32]


class Written(Protocol):
    """A column, or a target, that is written in some way."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def format(self) -> Format:
        """How it is written."""


def number_formats_of(known: Iterable[Written]) -> dict[str, NumberFormat]:
    """Return how those are written that are numbers, by name."""
    return {one.name: one.format for one in known if isinstance(one.format, NumberFormat)}


def fit_columns(training: Table, formats: Mapping[str, Format]) -> tuple[Column, ...]:
    """Measure the columns that have a format in the training rows; those without a value go."""
    columns = [
        fit_column(training.cells(name), format)
        for name, format in formats.items()
        if not format.is_missing(training.cells(name)).all()
    ]
    return tuple(in_order(columns))


def in_order(columns: Iterable[Column]) -> list[Column]:
    """Return columns in the order of a network's inputs: the embedded ones last."""
    return sorted(columns, key=lambda column: isinstance(column, EmbeddedColumn))
