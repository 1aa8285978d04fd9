"""Preparation: from the rows of a table to the numbers of a network, kept in the model file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ganglion.tables import fields as file
from ganglion.tables.columns import Column, column_from_fields, fit_column
from ganglion.tables.errors import InputError
from ganglion.tables.formats import Format
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.reading import Table
from ganglion.tables.targets import Target, target_from_fields

FORMAT = 3  # raised when an older reader would misread what `to_json` gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What was measured on the training rows, and is done alike to every other row.

    Numbers and the parts of dates are moved to mean 0 and scaled to standard deviation 1, a missing
    one stands at the median. Texts become one-hot columns, a missing one is a text of its own.

    Args:
        columns: The columns the network needs, in the order it sees them.
        target: The column it predicts.
    """

    columns: tuple[Column, ...]
    target: Target

    @classmethod
    def fit(cls, training: Table, formats: Mapping[str, Format], target: Target) -> Self:
        """Measure the columns that have a format in the training rows; those without a value go.

        Raises:
            InputError: When no column is left.
        """
        columns = [
            fit_column(training.cells(name), format)
            for name, format in formats.items()
            if not format.is_missing(training.cells(name)).all()
        ]
        if not columns:
            raise InputError(
                f"the table has no column besides the target {target.name!r} to learn from"
            )
        return cls(columns=tuple(columns), target=target)

    @property
    def names(self) -> list[str]:
        """Names of the columns the network needs."""
        return [column.name for column in self.columns]

    @property
    def number_formats(self) -> dict[str, NumberFormat]:
        """How the columns of numbers are written, with the target's, by name."""
        known = [*self.columns, self.target]
        return {one.name: one.format for one in known if isinstance(one.format, NumberFormat)}

    @property
    def width(self) -> int:
        """Inputs of the network."""
        return sum(column.width for column in self.columns)

    def transform(self, table: Table) -> NDArray[np.float32]:
        """Give the network's inputs, shape `(rows, width)`; columns are found by name."""
        parts = [column.transform(table.cells(column.name)) for column in self.columns]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

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

    def to_json(self) -> str:
        """Write the record as text; numbers come back exactly."""
        fields: dict[str, Any] = {
            "format": FORMAT,
            "columns": [asdict(column) for column in self.columns],
            "target": asdict(self.target),
        }
        return json.dumps(fields, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; a ValueError says what else the text is."""
        try:
            fields = json.loads(text)
            if fields["format"] != FORMAT:
                raise ValueError(f"format must be {FORMAT}, got {fields['format']!r}")
            columns = tuple(column_from_fields(one) for one in file.items(fields, "columns"))
            target = target_from_fields(file.record(fields, "target"))
            return cls(columns=columns, target=target)
        except (AttributeError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"not a preparation: {error!r}") from error
