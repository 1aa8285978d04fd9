"""Dialects: how a CSV file is written. Imports nothing heavy: `--help` reads this module."""

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
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise InputError(
                f"--separator must be one sign, or {', '.join(SEPARATORS)}, got {self.separator!r}"
            )
        if self.decimal not in (None, ".", ","):
            raise InputError(f"--decimal must be '.' or ',', got {self.decimal!r}")
        if self.encoding is not None:
            try:
                b" ".decode(self.encoding, errors="replace")
            except LookupError:
                raise InputError(
                    f"--encoding: Python knows no encoding {self.encoding!r}"
                ) from None


def dialect_from_words(
    separator: str | None, decimal: str | None, encoding: str | None, missing: str | None
) -> Dialect:
    """Make a dialect of what a command was given: names of separators, words parted by commas."""
    return Dialect(
        separator=separator if separator is None else SEPARATORS.get(separator, separator),
        decimal=decimal,
        encoding=encoding,
        missing=None if missing is None else tuple(word.strip() for word in missing.split(",")),
    )
