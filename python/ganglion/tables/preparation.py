"""Preparation: from the rows of a table to the numbers of a network, kept in the model file."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganglion.tables.columns import Column, column_from_fields, fit_column
from ganglion.tables.errors import InputError
from ganglion.tables.targets import Target, target_from_fields

FORMAT = 1  # raised when an older reader would misread what `to_json` gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What was measured on the training rows, and is done alike to every other row.

    Numbers are moved to mean 0 and scaled to standard deviation 1, a missing one stands at the
    median. Texts become one-hot columns, a missing one is a text of its own.

    Args:
        columns: The columns the network needs, in the order it sees them.
        target: The column it predicts.
    """

    columns: tuple[Column, ...]
    target: Target

    @classmethod
    def fit(cls, frame: pd.DataFrame, target: Target) -> Self:
        """Measure every column of the training rows but the target's."""
        names = [name for name in frame.columns if name != target.name]
        if not names:
            raise InputError(f"the table has no column besides the target {target.name!r}")
        return cls(columns=tuple(fit_column(frame[name]) for name in names), target=target)

    @property
    def names(self) -> list[str]:
        """Names of the columns the network needs."""
        return [column.name for column in self.columns]

    @property
    def width(self) -> int:
        """Inputs of the network."""
        return sum(column.width for column in self.columns)

    def transform(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Give the network's inputs, shape `(rows, width)`; columns are found by name."""
        parts = [column.transform(frame[column.name]) for column in self.columns]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

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
            columns = tuple(column_from_fields(column) for column in fields["columns"])
            return cls(columns=columns, target=target_from_fields(fields["target"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a preparation: {error!r}") from error
