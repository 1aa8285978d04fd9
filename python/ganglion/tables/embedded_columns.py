"""Columns of many texts: each text has a vector that a network learns."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from ganglion.tables import fields as file
from ganglion.tables.cells import Cells
from ganglion.tables.text_format import TextFormat

MOST_ROWS = 2**24  # of a table of vectors, whose numbers float32 tells apart
_WIDEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedColumn:
    """A column of many texts: the number of each, by which a network looks up its vector.

    A missing text is a text of its own where training had some. All that have no number of their
    own have number 0: texts that training had not, or in one row only.

    Args:
        name: The column's name in the table.
        format: How its texts are read.
        texts: The texts with a number of their own, from 1 on; None is the missing one.
        kind: What the file calls this record.
    """

    name: str
    format: TextFormat
    texts: tuple[str | None, ...]
    kind: Literal["embedded"] = "embedded"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make the record `dataclasses.asdict` took apart."""
        texts = file.texts_or_none(fields, "texts")
        if len(texts) >= MOST_ROWS:
            raise ValueError(f"texts must be less than {MOST_ROWS}, got {len(texts)}")
        format = TextFormat.from_fields(file.record(fields, "format"))
        return cls(name=file.text(fields, "name"), format=format, texts=texts)

    @property
    def width(self) -> int:
        """Columns the network sees."""
        return 1

    @property
    def rows(self) -> int:
        """Vectors in the network's table: those of the texts, and that of all others."""
        return len(self.texts) + 1

    @property
    def vector_size(self) -> int:
        """Numbers of each vector, by the rule of fastai (Howard and Gugger, 2020)."""
        return min(_WIDEST, round(1.6 * math.pow(self.rows, 0.56)))

    def transform(self, cells: Cells) -> NDArray[np.float32]:
        """Give the numbers of the texts, shape `(rows, 1)`."""
        return (self.format.places(cells, self.texts) + 1).astype(np.float32)[:, None]

    def unknown(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells hold a text that has no vector of its own."""
        return (self.format.places(cells, self.texts) < 0) & ~self.format.is_missing(cells)

    def describe(self) -> str:
        """Tell what was collected, in a few words."""
        shown = ", ".join("(missing)" if text is None else text for text in self.texts[:8])
        return f"text, {len(self.texts)} different, with a vector for each: {shown}, ..."
