"""Columns of texts: few are one-hot, and of many each has a vector that a network learns."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.cells import Cells
from ganglion.tables.text_format import TextFormat

MOST_ROWS = 2**24  # of a table of vectors, whose numbers float32 tells apart
_WIDEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """A column of texts, and those that were collected of it.

    Args:
        name: The column's name in the table.
        format: How its texts are read.
        texts: The texts with a place of their own, in their order; None is the missing one.
    """

    name: str
    format: TextFormat
    texts: tuple[str | None, ...]

    def unknown(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells hold a text that has no place of its own."""
        return (self.format.places(cells, self.texts) < 0) & ~self.format.is_missing(cells)

    def _first_texts(self) -> str:
        return ", ".join("(missing)" if text is None else text for text in self.texts[:8])


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn(_Texts):
    """A column of texts, one-hot: a column of 0 and 1 for each text seen in training.

    A missing text is a text of its own where training had one. Texts that training had not, and
    the rarest where there are more than are to have a column, are 0 in every column.

    Args:
        kind: What the file calls this record.
    """

    kind: Literal["text"] = "text"

    @property
    def width(self) -> int:
        """Columns the network sees."""
        return len(self.texts)

    def transform(self, cells: Cells) -> NDArray[np.float32]:
        """Give the one-hot columns, shape `(rows, len(texts))`."""
        found = self.format.places(cells, self.texts)
        hits: NDArray[np.bool_] = found[:, None] == np.arange(len(self.texts))
        return hits.astype(np.float32)

    def describe(self) -> str:
        """Tell what was collected, in a few words."""
        more = ", ..." if len(self.texts) > 8 else ""
        return f"text, {len(self.texts)} different: {self._first_texts()}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedColumn(_Texts):
    """A column of many texts: the number of each, by which a network looks up its vector.

    A missing text is a text of its own where training had some. Texts have numbers from 1 on. All
    that have no number of their own have number 0: texts that training had not, or in one row only.

    Args:
        kind: What the file calls this record.
    """

    kind: Literal["embedded"] = "embedded"

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

    def describe(self) -> str:
        """Tell what was collected, in a few words."""
        shown = self._first_texts()
        return f"text, {len(self.texts)} different, with a vector for each: {shown}, ..."
