"""Rows that a model was trained on, known again by a few hashes, which its file keeps."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ganglion.tables import fields as file

MOST = 1000  # hashes that are kept: a share is told within some 3 %
_DIFFERENT = 0.9  # of the rows; where fewer are, rows that are alike need not be the same
_TOLD = 0.05  # of the rows of a table; fewer may be alike by chance
_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The smallest hashes of the rows that a model was trained on (a sketch as of Broder, 1997).

    A row is what the network sees of it, and its target. Of the rows of another table those with
    hashes as small tell for all: they are among these if they were trained on.

    Args:
        hashes: At most `MOST`, rising.
        all: Whether no row has another one.
    """

    hashes: tuple[int, ...]
    all: bool

    @classmethod
    def of(cls, *parts: tuple[NDArray[Any], NDArray[Any]]) -> Self:
        """Note rows, parts of them as `note` takes them; none where many of them are alike."""
        hashes = np.concatenate([_hashes(*part) for part in parts])
        different = np.unique(hashes)
        if len(different) < _DIFFERENT * len(hashes):
            return cls(hashes=(), all=False)
        return cls(hashes=tuple(different[:MOST].tolist()), all=len(different) <= MOST)

    def note(self, inputs: NDArray[Any], encoded: NDArray[Any]) -> str | None:
        """Tell how many rows of a table were trained on; None where it is none to speak of.

        Args:
            inputs: The rows as the network sees them, shape `(rows, width)`.
            encoded: What the target made of them, shape `(rows,)` or `(rows, 1)`.
        """
        if not self.hashes:
            return None
        hashes, kept = _hashes(inputs, encoded), np.array(self.hashes, dtype=np.uint64)
        looked_at = hashes if self.all else hashes[hashes <= kept[-1]]
        share = np.isin(looked_at, kept).mean() if len(looked_at) else 0.0
        if share < _TOLD:
            return None
        about = "" if self.all else "about "
        return (
            f"{about}{round(share * len(hashes))} of {len(hashes)} rows are among those that the"
            " model was trained on: on others it may be worse"
        )

    def to_fields(self) -> dict[str, object]:
        """Give what JSON can hold."""
        content = np.array(self.hashes, dtype="<u8").tobytes()
        return {"all": self.all, "hashes": base64.b64encode(content).decode()}

    @classmethod
    def from_fields(cls, fields: Any) -> Self:
        """Make the record that `to_fields` took apart; a ValueError says what is wrong with it."""
        if not isinstance(fields, Mapping) or set(fields) != {"all", "hashes"}:
            raise ValueError("the record of rows seen must hold all and hashes")
        try:
            content = base64.b64decode(file.text(fields, "hashes"), validate=True)
        except binascii.Error as error:
            raise ValueError(f"hashes must be base64: {error}") from error
        hashes = np.frombuffer(content[: len(content) // _BYTES * _BYTES], dtype="<u8")
        if len(content) != hashes.nbytes or len(hashes) > MOST or (np.diff(hashes) <= 0).any():
            raise ValueError(f"hashes must be at most {MOST}, rising")
        return cls(hashes=tuple(hashes.tolist()), all=file.flag(fields, "all"))


def _hashes(inputs: NDArray[Any], encoded: NDArray[Any]) -> NDArray[np.uint64]:
    """Return a number of 64 bits for each row."""
    rows = np.column_stack([inputs, encoded.ravel()]).astype("<f4")
    digests = b"".join(blake2b(row.tobytes(), digest_size=_BYTES).digest() for row in rows)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
