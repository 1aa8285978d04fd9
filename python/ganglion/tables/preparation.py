"""Preparation: what a network is fed of a table's rows, and its target; kept in the model file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from ganglion.tables import fields as file
from ganglion.tables.columns import column_from_fields
from ganglion.tables.errors import InputError
from ganglion.tables.features import Features, fit_columns, in_order, number_formats_of
from ganglion.tables.formats import Format
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.reading import Table
from ganglion.tables.targets import Target, target_from_fields

FORMAT = 3  # raised when an older reader would misread what `to_json` gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation(Features):
    """The columns that a network learns from, and the one that it predicts.

    Args:
        target: The latter.
    """

    target: Target

    @classmethod
    def fit(cls, training: Table, formats: Mapping[str, Format], target: Target) -> Self:
        """Measure the columns that have a format in the training rows; those without a value go.

        Raises:
            InputError: When no column is left.
        """
        columns = fit_columns(training, formats)
        if not columns:
            raise InputError(
                f"the table has no column besides the target {target.name!r} to learn from"
            )
        return cls(columns=columns, target=target)

    @property
    def number_formats(self) -> dict[str, NumberFormat]:
        """How the columns of numbers are written, with the target's, by name."""
        return number_formats_of([*self.columns, self.target])

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
            if list(columns) != in_order(columns):
                raise ValueError("columns must hold the embedded ones last")
            target = target_from_fields(file.record(fields, "target"))
            return cls(columns=columns, target=target)
        except (AttributeError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"not a preparation: {error!r}") from error
