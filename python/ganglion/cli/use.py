"""`ganglion predict`, `ganglion evaluate` and `ganglion info`: what is done with a model's file."""

from pathlib import Path
from typing import Annotated

import typer

from ganglion import writing
from ganglion.cli.arguments import Data, Decimal, Encoding, Missing, Model, Separator
from ganglion.cli.lines import print_figures, tell, told_in_one_line
from ganglion.tables.dialect import dialect_from_words
from ganglion.tables.errors import InputError
from ganglion.tables.places import other_than, writable


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
) -> None:
    """Write the predictions for each row of a table as CSV, in the target's own words or units."""
    with told_in_one_line():
        if output is not None:
            other_than(writable(output), (model, data))
        from ganglion.tables.models import TableModel
        from ganglion.tables.reading import read_table

        known = TableModel.load(model)
        table = read_table(data, dialect_from_words(separator, decimal, encoding, missing or ()))
        frame = known.predict(table, probabilities=probabilities, keep=keep or ())
        tell(*table.notes, *known.preparation.notes(table))
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
) -> None:
    """Print the figures of a model on a table that holds the target."""
    with told_in_one_line():
        from ganglion.tables.models import TableModel
        from ganglion.tables.reading import read_table
        from ganglion.tables.wording import rows_left_out

        known = TableModel.load(model)
        table = read_table(data, dialect_from_words(separator, decimal, encoding, missing or ()))
        figures = known.evaluate(table)
        tell(*table.notes, *known.preparation.notes(table))
        if figures.left_out:
            tell(rows_left_out(figures.left_out))
        print_figures(table.name, figures)


def info(
    model: Model,
    columns: Annotated[
        bool, typer.Option("--columns", help="Tell how each column is taken.")
    ] = False,
) -> None:
    """Print the layers, the target, the columns and the versions of a model."""
    with told_in_one_line():
        from ganglion.tables.models import describe

        typer.echo(describe(model, columns=columns))


def _write(path: Path, text: str) -> None:
    try:
        writing.write(path, text.encode())
    except OSError as error:
        raise InputError(f"cannot write {path}: {error}") from error
