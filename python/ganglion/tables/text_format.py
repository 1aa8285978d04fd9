"""Texts: categories, codes and names, in the spelling of the table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.cells import MISSING, Cells
from ganglion.tables.fields import words

FREQUENT = 0.05  # of a column's cells: a word for missing that is so frequent means itself


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """How the texts of a column are read.

    Args:
        missing: Words that stand for a missing text, beside the empty one.
        kind: What the file calls this record.
    """

    missing: tuple[str, ...] = MISSING
    kind: Literal["text"] = "text"

    @classmethod
    def of(cls, cells: Cells) -> Self:
        """Return the format of a column; in one of many None, this word is a text like others."""
        if cells.missing is not None:
            return cls(missing=cells.missing)
        if not cells.spelled:
            return cls(missing=())
        texts = cells.texts()
        enough = FREQUENT * np.count_nonzero(texts != "")
        rare = (word for word in MISSING if np.count_nonzero(texts == word) < enough)
        return cls(missing=tuple(rare))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make the record `dataclasses.asdict` took apart."""
        return cls(missing=words(fields, "missing"))

    def is_missing(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which cells hold no text."""
        missing = self.missing if cells.missing is None else cells.missing
        return np.isin(cells.texts(), ["", *missing])

    def read(self, cells: Cells) -> list[str | None]:
        """Give the texts, None where they are missing."""
        missing = self.is_missing(cells)
        return [None if out else one for out, one in zip(missing, cells.texts(), strict=True)]

    def places(self, cells: Cells, known: Sequence[str | None]) -> NDArray[np.int64]:
        """Give the place of each cell's text among those known, -1 for one that is not.

        What is no text but a number or a truth value has no spelling to go by, and is found by its
        value: 7 is 007, and true is TRUE, where no other known text is.
        """
        places = {one: place for place, one in enumerate(known)}
        if not cells.spelled:
            places = _by_value(known) | places
        return np.array([places.get(one, -1) for one in self.read(cells)], dtype=np.int64)


def _by_value(known: Sequence[str | None]) -> dict[str | None, int]:
    """Return the places of texts by what a number or truth value of that meaning is written as."""
    values = [None if one is None else _meaning(one) for one in known]
    counts = Counter(values)
    return {
        value: place
        for place, value in enumerate(values)
        if value is not None and counts[value] == 1
    }


def _meaning(text: str) -> str | None:
    if text.lower() in ("true", "false"):
        return text.capitalize()
    try:
        return str(float(text)).removesuffix(".0")
    except ValueError:
        return None
