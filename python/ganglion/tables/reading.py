"""Tables: CSV files, Parquet files and scikit-learn's bundled sets, read into pandas frames."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ganglion.tables.errors import InputError

BUNDLED = ("digits", "iris", "wine", "breast_cancer", "diabetes")
ENDINGS = (".csv", ".parquet", ".pq")
COMPRESSED = (".gz", ".bz2", ".xz", ".zip")  # after .csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was read.

    Args:
        name: Short name: that of the bundled set, or of the file without its folder and ending.
        source: What the user wrote to name it.
        frame: At least one row; rows are numbered from 0, columns have different text names.
        target: The column a bundled set is about; None for a file.
    """

    name: str
    source: str
    frame: pd.DataFrame
    target: str | None = None

    def require(self, columns: Sequence[str], *, what: str = "column") -> None:
        """Refuse a table that lacks one of `columns`, naming it and the nearest one there is."""
        missing = [column for column in columns if column not in self.frame.columns]
        if not missing:
            return
        names = [str(name) for name in self.frame.columns]
        message = f"{self.source}: no {what} {_listed(missing)}"
        near = difflib.get_close_matches(missing[0], names, n=1)
        if near:
            raise InputError(f"{message}, did you mean {near[0]!r}?")
        raise InputError(f"{message}; the columns are {_listed(names)}")


def read_table(source: str) -> Table:
    """Read a bundled set by its name, or else the CSV or Parquet file of that path."""
    if source in BUNDLED:
        return _read_bundled(source)
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{source} is a folder, not a table")
    if not path.exists():
        raise InputError(f"no such file: {source}; the bundled sets are {', '.join(BUNDLED)}")
    plain = path.with_suffix("") if path.suffix.lower() in COMPRESSED else path
    if plain.suffix.lower() not in ENDINGS:
        raise InputError(f"{source}: unknown kind of table, expected a .csv or .parquet file")
    frame = _read_file(path, plain.suffix.lower())
    if frame.shape[1] == 0 or len(frame) == 0:
        raise InputError(f"{source} is empty: it has no rows")
    frame = frame.reset_index(drop=True)
    frame.columns = pd.Index([str(name) for name in frame.columns])
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"{source} has more than one column named {name!r}")
    return Table(name=plain.stem, source=source, frame=frame)


def first_row(mask: pd.Series) -> int:
    """Give the number a reader of the file would give to the first true row: from 1, no header."""
    return int(mask.index[mask.to_numpy()][0]) + 1


def _read_file(path: Path, ending: str) -> pd.DataFrame:
    try:
        if ending == ".csv":
            return pd.read_csv(path, low_memory=False)  # one type a column, however long the file
        return pd.read_parquet(path)
    except pd.errors.EmptyDataError:
        raise InputError(f"{path} is empty") from None
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


def _listed(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(repr(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
