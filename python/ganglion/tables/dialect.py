"""Dialects: how a CSV file is written. Imports nothing heavy: `--help` reads this module."""

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion.arguments import explained
from ganglion.tables.errors import InputError, takes_options

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}


@takes_options
@explained
@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a CSV file is written; None is found out.

    Args:
        separator: What stands between two cells, one sign.
        decimal: The decimal mark, "." or ",".
        encoding: Python's name of the encoding.
        missing: Words that stand for a missing value, beside the empty cell.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    missing: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("separator", "decimal", "encoding"):
            if not isinstance(value := getattr(self, name), str | None):
                raise InputError(f"--{name} must be a text, got {value!r}")
        words: object = () if self.missing is None else self.missing
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            raise InputError(f"--missing must be words, a tuple of texts, got {words!r}")
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise InputError(
                f"--separator must be one sign, or {', '.join(SEPARATORS)}, got {self.separator!r}"
            )
        if self.decimal not in (None, ".", ","):
            raise InputError(f"--decimal must be '.' or ',', got {self.decimal!r}")
        if self.encoding is not None:
            try:
                b" ".decode(self.encoding, errors="replace")
            except (LookupError, ValueError):
                raise InputError(
                    f"--encoding: Python knows no encoding {self.encoding!r}"
                ) from None


def dialect_from_words(
    separator: str | None, decimal: str | None, encoding: str | None, missing: Sequence[str]
) -> Dialect:
    """Make a dialect of what a command was given: names of separators, words parted by commas."""
    words = tuple(word.strip() for given in missing for word in given.split(","))
    return Dialect(
        separator=separator if separator is None else SEPARATORS.get(separator, separator),
        decimal=decimal,
        encoding=encoding,
        missing=words or None,
    )
