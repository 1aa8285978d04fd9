"""Dialects: how a CSV file is written. Imports nothing heavy: `--help` reads this module."""

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion.tables.errors import InputError

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}


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


def dialect_of(
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    missing: Sequence[str] = (),
) -> Dialect:
    """Make a dialect of the options of a command, or of the keywords that they are in Python.

    Args:
        separator: A sign or its name; None is found out.
        decimal: The decimal mark; None is found out.
        encoding: Python's name of the encoding; None is found out.
        missing: Words for a missing value, one or several by commas; none: those usual in a field.

    Raises:
        InputError: When one of them is no such thing.
    """
    if isinstance(missing, str) or not all(isinstance(words, str) for words in missing):
        raise InputError(f"--missing must be a list of words, got {missing!r}")
    named = SEPARATORS.get(separator, separator) if isinstance(separator, str) else separator
    return Dialect(
        separator=named,
        decimal=decimal,
        encoding=encoding,
        missing=tuple(word.strip() for words in missing for word in words.split(",")) or None,
    )
