"""Models of tables: a network, the preparation of its rows, and the one file that holds both."""

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Self

import pandas as pd

import ganglion as gn
from ganglion import summary
from ganglion.arguments import explained
from ganglion.files import read_metadata
from ganglion.messages import warn
from ganglion.tables import using
from ganglion.tables.dialect import dialect_of
from ganglion.tables.errors import InputError, takes_options
from ganglion.tables.fields import texts_by_name
from ganglion.tables.figures import Figures
from ganglion.tables.preparation import Preparation
from ganglion.tables.reading import Data, as_table
from ganglion.tables.seen import Seen


def current_versions() -> dict[str, str]:
    """Give the versions that decide what a model is, for `ganglion info` to tell later."""
    packages = ("numpy", "pandas", "scikit-learn")
    here = {"ganglion": gn.__version__, "python": platform.python_version()}
    return here | {name: version(name) for name in packages}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableModel:
    """A network and the preparation of the rows it is given.

    Args:
        net: The network.
        preparation: What makes its inputs of a table's rows.
        versions: What the model was trained with.
        seen: What tells the rows that it was trained on.
        figures: Those on the test rows, from the training; None for a model of a file.
    """

    net: gn.Sequential
    preparation: Preparation
    seen: Seen
    versions: Mapping[str, str] = field(default_factory=current_versions)
    figures: Figures | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a file that `save` or `ganglion train` wrote.

        Raises:
            InputError: When it is no such file, or is damaged.
        """
        metadata = load_metadata(path)
        if "table" not in metadata:
            raise InputError(f"{path} was not written by `ganglion train`: it knows no columns")
        try:
            preparation = Preparation.from_json(metadata["table"])
            versions = texts_by_name(json.loads(metadata.get("versions", "{}")))
            seen = Seen.from_fields(json.loads(metadata.get("seen", "{}")))
        except (RecursionError, ValueError) as error:
            raise InputError(f"cannot read {path}: {error}") from error
        net = load_network(path)
        sizes = (preparation.width, preparation.target.output_size)
        own_scale = net.rescale != 1 or isinstance(net.layers[0], gn.Normalization)
        if (net.input_size, net.output_size) != sizes or own_scale:
            raise InputError(f"cannot read {path}: its columns and its network do not fit together")
        return cls(net=net, preparation=preparation, seen=seen, versions=versions)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all but the figures into one file, all of it or none.

        Raises:
            InputError: When it cannot be written.
        """
        metadata = {
            "table": self.preparation.to_json(),
            "versions": json.dumps(self.versions),
            "seen": json.dumps(self.seen.to_fields()),
        }
        try:
            self.net.save(Path(path), metadata=metadata)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error}") from error

    @takes_options
    @explained
    def predict(
        self,
        data: Data,
        *,
        probabilities: bool = False,
        keep: Sequence[str] = (),
        separator: str | None = None,
        decimal: str | None = None,
        encoding: str | None = None,
        missing: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Predict the target of each row, in its own words or units.

        Args:
            data: A frame, the path of a CSV or Parquet file, or the name of a bundled set.
            probabilities: Whether to add a column `probability_<class>` for each class.
            keep: Names of columns to put before the predictions, as they are.
            separator: What parts the cells of a CSV file, as for `train`.
            decimal: The decimal mark, as for `train`.
            encoding: The encoding of a CSV file, as for `train`.
            missing: Words for a missing value, as for `train`.

        Returns:
            A row for each row, with the index of a frame.

        Warns:
            UserWarning: Of cells that are missing, or that training had not, by column.

        Raises:
            InputError: When a column is missing, or a cell cannot be used.
        """
        dialect = dialect_of(
            separator=separator, decimal=decimal, encoding=encoding, missing=missing
        )
        table = as_table(data, dialect)
        frame = using.predictions(self, table, warn, probabilities=probabilities, keep=keep)
        return frame.set_axis(data.index) if isinstance(data, pd.DataFrame) else frame

    @explained
    def evaluate(
        self,
        data: Data,
        *,
        separator: str | None = None,
        decimal: str | None = None,
        encoding: str | None = None,
        missing: Sequence[str] = (),
    ) -> Figures:
        """Measure the predictions on a table that holds the target too.

        Args:
            data: As for `predict`. Rows without a target are left out, and counted.
            separator: What parts the cells of a CSV file, as for `train`.
            decimal: The decimal mark, as for `train`.
            encoding: The encoding of a CSV file, as for `train`.
            missing: Words for a missing value, as for `train`.

        Warns:
            UserWarning: As `predict`, and of rows that the model was trained on.

        Raises:
            InputError: When a column is missing, or a cell cannot be used.
        """
        dialect = dialect_of(
            separator=separator, decimal=decimal, encoding=encoding, missing=missing
        )
        return using.figures(self, as_table(data, dialect), warn)


def describe(path: Path, *, columns: bool = False) -> str:
    """Give what `ganglion info` prints: layers, target, columns and versions of a model file.

    Args:
        path: The file.
        columns: Whether to give a line for each column, and not only their number.
    """
    net = load_network(path)
    lines = [summary.describe(net.layers, net.input_size)]
    if "table" not in load_metadata(path):
        return "\n".join([*lines, "no table: not written by `ganglion train`"])
    model = TableModel.load(path)
    target, used = model.preparation.target, model.preparation.columns
    lines += ["", f"{target.task}: {target.describe()}", ""]
    if columns:
        lines += ["columns:", *(f"  {column.name}: {column.describe()}" for column in used)]
    else:
        kinds = Counter(column.kind for column in used)
        told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        lines += [f"columns: {told}; --columns lists them"]
    lines += ["", "trained with:"]
    lines += [f"  {name} {number}" for name, number in model.versions.items()]
    return "\n".join(lines)


def load_network(path: str | os.PathLike[str]) -> gn.Sequential:
    """Read the network of a model file."""
    _require_file(path)
    try:
        return gn.load(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def load_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read the texts a model file holds beside the network."""
    _require_file(path)
    try:
        return read_metadata(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def is_model(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a model that `ganglion train` wrote."""
    try:
        return "table" in load_metadata(path)
    except InputError:
        return False


def _require_file(path: str | os.PathLike[str]) -> None:
    if not Path(path).is_file():
        raise InputError(f"no such file: {path}")
