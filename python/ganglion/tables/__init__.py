"""Models of tables: trained, used and measured on frames and files, as the command line does.

Needs pandas and scikit-learn, once it is used.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from ganglion._base import attributes
from ganglion._base.arguments import explained
from ganglion._base.messages import announce, warn
from ganglion.tables.errors import InputError, in_python
from ganglion.tables.options import Task, TrainOptions

if TYPE_CHECKING:
    from ganglion.tables.estimators import TableClassifier, TableRegressor
    from ganglion.tables.figures import ClassFigures, ValueFigures
    from ganglion.tables.models import TableModel
    from ganglion.tables.reading import Data

__all__ = [
    "ClassFigures",
    "InputError",
    "TableClassifier",
    "TableModel",
    "TableRegressor",
    "Task",
    "ValueFigures",
    "load",
    "train",
]

_HOMES = {
    "ClassFigures": "figures",
    "TableClassifier": "estimators",
    "TableModel": "models",
    "TableRegressor": "estimators",
    "ValueFigures": "figures",
}
_Options = ParamSpec("_Options")


def __getattr__(name: str) -> Any:
    """Import what needs pandas when it is asked for (PEP 562)."""
    if name in _HOMES:
        return getattr(_part(_HOMES[name]), name)
    raise attributes.missing(
        f"module {__name__!r}", name, __all__, {one.lower(): f"{__name__}.{one}" for one in __all__}
    )


def __dir__() -> list[str]:
    return __all__


@explained
def load(path: str | os.PathLike[str]) -> TableModel:
    """Read a model that `ganglion train` or `TableModel.save` wrote.

    Raises:
        InputError: When it is no such file, or is damaged; a ValueError.
    """
    model: TableModel = _part("models").TableModel.load(path)
    return model


def _with_options_of(
    record: Callable[_Options, TrainOptions],
) -> Callable[
    [Callable[[Data, TrainOptions], TableModel]],
    Callable[Concatenate[Data, _Options], TableModel],
]:
    """Let a function of a record take the record's fields as its own keywords."""

    def decorate(
        function: Callable[[Data, TrainOptions], TableModel],
    ) -> Callable[Concatenate[Data, _Options], TableModel]:
        @functools.wraps(function)
        def call(data: Data, /, *args: _Options.args, **fields: _Options.kwargs) -> TableModel:
            return function(data, record(*args, **fields))

        first = next(iter(inspect.signature(function).parameters.values()))
        fields = inspect.signature(record).parameters.values()
        call.__signature__ = inspect.Signature([first, *fields])  # type: ignore[attr-defined]
        return call

    return decorate


@explained
@_with_options_of(TrainOptions)
def train(data: Data, options: TrainOptions) -> TableModel:
    """Train a network on a table, as `ganglion train` does.

    Args:
        data: A frame, the path of a CSV or Parquet file, or the name of a bundled set.
        options: Keywords, all of which may be left out: `target`, `drop`, `task`, `hidden`,
            `activation`, `epochs`, `batch_size`, `learning_rate`, `dropout`, `class_weight`,
            `patience`, `test_fraction`, `validation_fraction`, `seed`, `search`, `separator`,
            `decimal`, `encoding`, `missing`, `output`, `force`, `report` and `quiet`, as
            `ganglion train --help` explains them.

    Returns:
        The model; its `figures` are those on the test rows.

    Warns:
        UserWarning: Of what may be wrong with the table, a line each.

    Raises:
        InputError: When the table, the options and the files do not go together; a ValueError.
    """
    say = _hush if options.quiet else _tell
    trained = _part("making").train(data, options, say, _warn)
    if options.report is not None:
        _part("report").write(trained, Path(options.report))
        say(f"wrote {options.report}")
    model: TableModel = trained.model
    return model


def _tell(line: str) -> None:
    announce(in_python(line))


def _warn(lines: Sequence[str]) -> None:
    warn([in_python(line) for line in lines])


def _hush(line: str) -> None:
    del line


def _part(name: str) -> Any:
    """Import one of the modules that need pandas and scikit-learn."""
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in ("pandas", "sklearn"):
            raise
        raise ImportError(
            f"{__name__} needs pandas and scikit-learn: python -m pip install pandas scikit-learn"
        ) from error
