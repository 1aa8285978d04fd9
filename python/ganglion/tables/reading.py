"""Tables: CSV files, Parquet files and scikit-learn's bundled sets, read into pandas frames."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self

import pandas as pd
from numpy.typing import NDArray

from ganglion.tables.archives import COMPRESSED
from ganglion.tables.bundled import BUNDLED, SAMPLES
from ganglion.tables.cells import Cells
from ganglion.tables.csv_file import read_csv
from ganglion.tables.dialect import Dialect
from ganglion.tables.errors import InputError
from ganglion.tables.names import listed, nearest

CSV = (".csv", ".tsv")
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was read.

    Args:
        name: Short name: that of the bundled set, or of the file without its folder and ending.
        source: What the user wrote to name it.
        frame: At least one row; rows are numbered from 0, columns have different text names.
        target: The column a bundled set is about; None for a file.
        dialect: How the file is written.
        decimal_known: Whether somebody, or some column, tells the decimal mark of the dialect.
        decimals: The decimal marks of columns that have one of their own, by name.
        typed: Whether the file, or the frame, says of its columns what they hold.
        notes: Lines that tell what was not as usual in reading it.
    """

    name: str
    source: str
    frame: pd.DataFrame
    target: str | None = None
    dialect: Dialect = field(default_factory=Dialect)
    decimal_known: bool = False
    decimals: Mapping[str, str] = field(default_factory=dict)
    typed: bool = True
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def cells(self, name: str) -> Cells:
        """Return one of its columns."""
        return Cells(
            values=self.frame[name],
            decimal=self.decimals.get(name, self.dialect.decimal),
            missing=self.dialect.missing,
            typed=self.typed,
        )

    @property
    def labels(self) -> Cells:
        """The column that it is about, which must be settled."""
        assert self.target is not None
        return self.cells(self.target)

    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return some of the rows, by place or by mask; they keep their numbers."""
        return replace(self, frame=self.frame.iloc[chosen])

    def columns_named(self, words: Sequence[str]) -> list[str]:
        """Return the columns that words name: one each, or where there is none, several by commas.

        Quotes keep a name with a comma whole among others: `"a,b",c`.

        Raises:
            InputError: When there is no such column.
        """
        names: list[str] = []
        for word in words:
            whole = word in self.frame.columns
            names += [word] if whole else [one.strip() for one in next(csv.reader([word]), [])]
        self.require(names)
        return list(dict.fromkeys(names))

    def require(self, columns: Sequence[str], *, what: str = "column") -> None:
        """Refuse a table that lacks one of `columns`, naming it and the nearest one there is."""
        missing = [column for column in columns if column not in self.frame.columns]
        if not missing:
            return
        names = [str(name) for name in self.frame.columns]
        message = f"{self.source}: no {what} {listed(missing)}"
        near = nearest(missing[0], names)
        if near is not None:
            raise InputError(f"{message}, did you mean {near!r}?")
        raise InputError(f"{message}; the columns are {listed(names)}")


class Frame(Protocol):
    """A frame of another package than pandas, such as polars or pyarrow."""

    def to_pandas(self) -> pd.DataFrame:
        """Return it as a frame of pandas."""


Data = str | os.PathLike[str] | pd.DataFrame | Frame | Table  # what is taken for a table


def as_table(data: Data, dialect: Dialect | None = None) -> Table:
    """Return data as a table: a frame, or what is read from a path or under a bundled set's name.

    Raises:
        InputError: When there is no such table, or it cannot be read.
        TypeError: When it is neither.
    """
    if isinstance(data, Table):
        return data
    if isinstance(data, str | os.PathLike):
        return read_table(os.fspath(data), dialect)
    if not isinstance(data, pd.DataFrame):
        if not hasattr(data, "to_pandas"):
            raise TypeError(
                f"data must be a path, the name of a bundled set or a frame, got {type(data)}"
            )
        data = data.to_pandas()
    return table_of(data, source="the frame", name="frame", dialect=dialect)


def name_of(source: str) -> str:
    """Return the short name of a table: without its folder and ending."""
    return source if source in BUNDLED else _unpacked(Path(source)).stem


def names_table(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is named as tables are: a bundled set, or by its ending."""
    source = os.fspath(path)
    return source in BUNDLED or _unpacked(Path(source)).suffix.lower() in (*CSV, *PARQUET)


def read_table(source: str, dialect: Dialect | None = None) -> Table:
    """Read a sample or a bundled set by its name, or else the CSV or Parquet file of that path.

    Raises:
        InputError: When there is no such table, or it cannot be read.
    """
    if source in SAMPLES:
        sample = read_table(str(Path(__file__).parent / "samples" / f"{source}.csv"))
        return replace(sample, source=source, target=SAMPLES[source])
    if source in BUNDLED:
        return _read_bundled(source)
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{source} is a folder, not a table")
    if not path.exists():
        raise InputError(f"no such file: {source}; the bundled sets are {', '.join(BUNDLED)}")
    ending = _unpacked(path).suffix.lower()
    if ending in CSV:
        frame, found, decimal_known, notes = read_csv(path, dialect or Dialect())
        return Table(
            name=name_of(source),
            source=source,
            frame=frame,
            dialect=found,
            decimal_known=decimal_known,
            typed=False,
            notes=tuple(notes),
        )
    if ending not in PARQUET:
        raise InputError(f"{source}: unknown kind of table, expected a .csv or .parquet file")
    return table_of(_read_parquet(path), source=source, name=name_of(source), dialect=dialect)


def table_of(
    frame: pd.DataFrame, *, source: str, name: str, dialect: Dialect | None = None
) -> Table:
    """Return a frame as a table; its rows are numbered anew.

    Raises:
        InputError: When it is empty, or two of its columns have one name.
    """
    if frame.shape[1] == 0 or len(frame) == 0:
        raise InputError(f"{source} is empty: it has no rows")
    names = [str(column) for column in frame.columns]
    for column in names:
        if names.count(column) > 1:
            raise InputError(f"{source} has more than one column named {column!r}")
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    dialect = dialect or Dialect()
    known = dialect.decimal is not None
    return Table(name=name, source=source, frame=frame, dialect=dialect, decimal_known=known)


def _unpacked(path: Path) -> Path:
    """Return the path less the ending of an archive."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise InputError(
            f"{path}: reading Parquet needs pyarrow: python -m pip install pyarrow"
        ) from None
    except (OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _read_bundled(name: str) -> Table:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    frame = bunch.frame
    if name != "diabetes":  # its target is a number, those of the others are classes with names
        frame["target"] = [bunch.target_names[number] for number in bunch.target]
    return Table(name=name, source=name, frame=frame, target="target")
