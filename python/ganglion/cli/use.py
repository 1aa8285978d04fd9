"""`ganglion predict`, `ganglion evaluate` and `ganglion info`: what is done with a model's file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganglion._base import writing
from ganglion.cli.arguments import Data, Decimal, Encoding, Missing, Model, Quiet, Separator
from ganglion.cli.lines import print_figures, tell, told_in_one_line
from ganglion.tables.dialect import Dialect, dialect_of
from ganglion.tables.errors import InputError
from ganglion.tables.places import other_than, writable

if TYPE_CHECKING:
    from ganglion.tables.models import TableModel
    from ganglion.tables.reading import Table


def predict(
    model: Model,
    data: Data,
    output: Annotated[Path | None, typer.Option(help="CSV file; else standard output.")] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a column for each class.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="Columns of DATA to put before the predictions, parted by commas; may be given "
            "again."
        ),
    ] = None,
    separator: Separator = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    missing: Missing = None,
    quiet: Quiet = False,
) -> None:
    """Write the predictions for each row of a table as CSV, in the target's own words or units."""
    with told_in_one_line():
        if output is not None:
            other_than(writable(output), (model, data))
        from ganglion.tables import using

        dialect = dialect_of(
            separator=separator, decimal=decimal, encoding=encoding, missing=missing or ()
        )
        known, table = _opened(model, data, dialect)
        frame = using.predictions(known, table, tell, probabilities=probabilities, keep=keep or ())
        tell(() if quiet else table.notes)
        text = frame.to_csv(index=False, lineterminator="\n")
        if output is None:
            typer.echo(text, nl=False)
        else:
            _write(output, text)


def evaluate(
    model: Model,
    data: Data,
    separator: Separator = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    missing: Missing = None,
    quiet: Quiet = False,
) -> None:
    """Print the figures of a model on a table that holds the target."""
    with told_in_one_line():
        from ganglion.tables import using
        from ganglion.tables.wording import rows_left_out

        dialect = dialect_of(
            separator=separator, decimal=decimal, encoding=encoding, missing=missing or ()
        )
        known, table = _opened(model, data, dialect)
        figures = using.figures(known, table, tell)
        tell(() if quiet else table.notes)
        if figures.left_out:
            tell([rows_left_out(figures.left_out)])
        print_figures(table.name, figures, brief=quiet)


def info(
    model: Model,
    columns: Annotated[
        bool, typer.Option("--columns", help="Tell how each column is taken.")
    ] = False,
) -> None:
    """Print the layers, the target, the columns and the versions of a model."""
    with told_in_one_line():
        from ganglion.tables import description
        from ganglion.tables.model_files import load_metadata, load_network
        from ganglion.tables.models import TableModel

        if "table" in load_metadata(model):
            typer.echo(TableModel.load(model).info(columns=columns))
        else:
            typer.echo(description.of_network(load_network(model)))


def _opened(model: Path, data: str, dialect: Dialect) -> tuple["TableModel", "Table"]:
    """Read a model and a table.

    Raises:
        InputError: When one of them cannot be read, or each stands in the other's place.
    """
    from ganglion.tables.model_files import TableGiven, is_model
    from ganglion.tables.models import TableModel
    from ganglion.tables.reading import read_table

    try:
        known = TableModel.load(model)
    except InputError as error:
        if is_model(data):
            raise InputError(
                f"{data} is a model and {model} is none, they are swapped: MODEL comes before DATA"
            ) from None
        if isinstance(error, TableGiven):
            raise InputError(f"{error.line}: MODEL comes first, then DATA") from None
        raise
    return known, read_table(data, dialect)


def _write(path: Path, text: str) -> None:
    try:
        writing.write(path, text.encode())
    except OSError as error:
        raise InputError(f"cannot write {path}: {error}") from error
