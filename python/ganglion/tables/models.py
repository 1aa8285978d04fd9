"""Models of tables: a network, the preparation of its rows, and the one file that holds both."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import pandas as pd

import ganglion as gn
from ganglion._base import attributes
from ganglion._base.arguments import explained
from ganglion._base.messages import warn
from ganglion.tables import description, using
from ganglion.tables.dialect import dialect_of
from ganglion.tables.errors import InputError, takes_options
from ganglion.tables.fields import texts_by_name
from ganglion.tables.figures import Figures
from ganglion.tables.model_files import load_metadata, load_network
from ganglion.tables.networks import fits
from ganglion.tables.options import Task, column_names
from ganglion.tables.places import holds_something
from ganglion.tables.preparation import Preparation
from ganglion.tables.reading import Data, as_table
from ganglion.tables.seen import Seen

_ELSEWHERE = {  # what models of other packages have
    "classes": "model.preparation.target.classes",
    "classes_": "model.preparation.target.classes",
    "columns": "model.preparation.columns",
    "feature_names_in_": "model.preparation.names",
    "predict_proba": "predict(data, probabilities=True)",
    "summary": "info()",
}


def current_versions() -> dict[str, str]:
    """Give the versions that decide what a model is, for `ganglion info` to tell later."""
    packages = ("numpy", "pandas", "scikit-learn")
    here = {"ganglion": gn.__version__, "python": platform.python_version()}
    return here | {name: version(name) for name in packages}


@explained
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

    net: gn.Model
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
        own_scale = net.rescale != 1 or any(
            isinstance(layer, gn.Normalization) for layer in net.layers
        )
        if own_scale or not fits(net, preparation, preparation.target.output_size):
            raise InputError(f"cannot read {path}: its columns and its network do not fit together")
        return cls(net=net, preparation=preparation, seen=seen, versions=versions)

    @takes_options
    @explained
    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write all but the figures into one file, all of it or none.

        Args:
            path: Where to.
            force: Whether it may take the place of anything but a model of the same target.

        Raises:
            InputError: When it cannot be written, or something else is there.
        """
        if not force:
            spare_others(Path(path), self.target, self.task)
        metadata = {
            "table": self.preparation.to_json(),
            "versions": json.dumps(self.versions),
            "seen": json.dumps(self.seen.to_fields()),
        }
        try:
            self.net.save(Path(path), metadata=metadata)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error}") from error

    if not TYPE_CHECKING:  # else any name would pass the type checker

        def __getattr__(self, name: str) -> NoReturn:
            raise attributes.missing_of(self, name, _ELSEWHERE)

    def __repr__(self) -> str:
        return description.brief(self)

    @property
    def target(self) -> str:
        """Name of the column that is predicted."""
        return self.preparation.target.name

    @property
    def task(self) -> Task:
        """What is predicted: classes or a number."""
        return self.preparation.target.task

    def info(self, *, columns: bool = False) -> str:
        """Give what `ganglion info` prints: layers, target, columns and versions.

        Args:
            columns: Whether to give a line for each column, and not only their number.
        """
        return description.of_model(self, columns=columns)

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
            TypeError: When `keep` is no list of names.
        """
        column_names("keep", keep)
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


def spare_others(place: Path, target: str, task: Task) -> None:
    """Refuse to overwrite what is no model of the same target.

    Raises:
        InputError: When a file holds anything else.
    """
    if not holds_something(place):
        return
    try:
        old = TableModel.load(place)
    except InputError:
        raise InputError(f"{place} is there and is no model: --force overwrites it") from None
    if (old.target, old.task) != (target, task):
        raise InputError(
            f"{place} holds a model of {old.target!r} ({old.task}), not of {target!r} ({task}):"
            " another place keeps both, --force overwrites it"
        )
