"""Files of models: the network and the texts beside it, whoever wrote them."""

import os
from pathlib import Path

import ganglion as gn
from ganglion.models.file_format import read_metadata
from ganglion.tables.bundled import BUNDLED
from ganglion.tables.errors import InputError
from ganglion.tables.reading import names_table


class TableGiven(InputError):
    """Say that a table stands where a model is needed."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(f"{path} is a table, no model file")


def load_network(path: str | os.PathLike[str]) -> gn.Model:
    """Read the network of a model file."""
    _require_file(path)
    try:
        return gn.load(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def load_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read the texts a model file holds beside the network."""
    _require_file(path)
    try:
        return read_metadata(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def is_model(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a model that `ganglion train` wrote."""
    try:
        return "table" in load_metadata(path)
    except InputError:
        return False


def _require_file(path: str | os.PathLike[str]) -> None:
    if os.fspath(path) in BUNDLED and not Path(path).exists():
        raise TableGiven(path)
    if not Path(path).is_file():
        raise InputError(f"no such file: {path}")


def _unreadable(path: str | os.PathLike[str], error: Exception) -> InputError:
    if names_table(path):
        return TableGiven(path)
    return InputError(f"cannot read {path}: {error}")
