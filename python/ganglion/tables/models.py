"""Models of tables: a network, the preparation of its rows, and the one file that holds both."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import ganglion as gn
from ganglion import summary
from ganglion.files import read_metadata
from ganglion.tables.errors import InputError
from ganglion.tables.fields import texts_by_name
from ganglion.tables.preparation import Preparation
from ganglion.tables.reading import Table


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
    """

    net: gn.Sequential
    preparation: Preparation
    versions: Mapping[str, str] = field(default_factory=current_versions)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that `ganglion train` wrote."""
        metadata = load_metadata(path)
        if "table" not in metadata:
            raise InputError(f"{path} was not written by `ganglion train`: it knows no columns")
        try:
            preparation = Preparation.from_json(metadata["table"])
            versions = texts_by_name(json.loads(metadata.get("versions", "{}")))
        except (RecursionError, ValueError) as error:
            raise InputError(f"cannot read {path}: {error}") from error
        net = load_network(path)
        sizes = (preparation.width, preparation.target.output_size)
        if (net.input_size, net.output_size) != sizes or net.rescale != 1:
            raise InputError(f"cannot read {path}: its columns and its network do not fit together")
        return cls(net=net, preparation=preparation, versions=versions)

    def save(self, path: Path) -> None:
        """Write network, preparation and versions into one file."""
        metadata = {"table": self.preparation.to_json(), "versions": json.dumps(self.versions)}
        try:
            self.net.save(path, metadata=metadata)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error}") from error

    def outputs(self, table: Table) -> NDArray[Any]:
        """Give the network's outputs for each row, shape `(rows, outputs)`."""
        table.require(self.preparation.names)
        return np.asarray(self.net.predict(self.preparation.transform(table)))

    def predict(self, table: Table, *, probabilities: bool = False) -> pd.DataFrame:
        """Give the predictions in the target's own words or units, one row for each row."""
        return self.preparation.target.decode(self.outputs(table), probabilities=probabilities)

    def evaluate(self, table: Table) -> dict[str, float]:
        """Give the figures of the predictions on a table that holds the target too."""
        target = self.preparation.target
        table.require([target.name], what="target column")
        encoded = target.encode(table.cells(target.name))
        return target.figures(self.outputs(table), encoded)


def describe(path: Path) -> str:
    """Give what `ganglion info` prints: layers, columns, target and versions of a model file."""
    net = load_network(path)
    lines = [summary.describe(net.layers, net.input_size)]
    if "table" not in load_metadata(path):
        return "\n".join([*lines, "no table: not written by `ganglion train`"])
    model = TableModel.load(path)
    preparation = model.preparation
    lines += ["", f"{preparation.target.task}: {preparation.target.describe()}", "", "columns:"]
    lines += [f"  {column.name}: {column.describe()}" for column in preparation.columns]
    lines += ["", "trained with:"]
    lines += [f"  {name} {number}" for name, number in model.versions.items()]
    return "\n".join(lines)


def load_network(path: Path) -> gn.Sequential:
    """Read the network of a model file."""
    _require_file(path)
    try:
        return gn.load(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def load_metadata(path: Path) -> dict[str, str]:
    """Read the texts a model file holds beside the network."""
    _require_file(path)
    try:
        return read_metadata(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"no such file: {path}")
