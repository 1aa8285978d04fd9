"""The commands of `ganglion`: words in, lines out; the work is in the modules beside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ganglion import writing
from ganglion.tables.dialect import dialect_from_words
from ganglion.tables.errors import InputError
from ganglion.tables.options import Task, TrainOptions, parse_hidden, writable

app = typer.Typer(
    help="Train small networks on tables, and use them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A .csv or .parquet file, or a bundled set: digits, iris, wine, breast_cancer, "
        "diabetes.",
    ),
]
Separator = Annotated[
    str | None,
    typer.Option(
        help="CSV: what parts the cells: comma, semicolon, tab, bar, blank or a sign.",
        show_default="found out",
    ),
]
Decimal = Annotated[
    str | None, typer.Option(help="CSV: the decimal mark, . or ,", show_default="found out")
]
Encoding = Annotated[
    str | None, typer.Option(help="CSV: such as utf-8 or cp1252.", show_default="found out")
]
Missing = Annotated[
    str | None,
    typer.Option(
        help="Words for a missing value, parted by commas; an empty cell is one too.",
        show_default="NA, nan, null, None and the like, where they are few",
    ),
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A file `ganglion train` wrote.")]


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn bad input into one line on standard error and exit status 2."""
    try:
        yield
    except InputError as error:
        typer.echo(f"ganglion: {error}", err=True)
        raise typer.Exit(2) from None


def _show_version(wanted: bool) -> None:
    if wanted:
        from ganglion import __version__

        typer.echo(f"ganglion {__version__}")
        raise typer.Exit


def _show_config(wanted: bool) -> None:
    if wanted:
        from ganglion.runtime import show_config

        typer.echo(show_config().rstrip())
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version.")
    ] = False,
    config: Annotated[
        bool,
        typer.Option(
            "--show-config",
            callback=_show_config,
            is_eager=True,
            help="Version, compiler, instruction sets and threads, and why they were chosen.",
        ),
    ] = False,
) -> None:
    """Train small networks on tables, and use them."""


@app.command()
def train(
    data: Data,
    target: Annotated[
        str | None, typer.Option(help="Column to predict; a bundled set has its own.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="Column to leave out; may be given again.")
    ] = None,
    task: Annotated[Task | None, typer.Option(help="Overrides the rule above.")] = None,
    hidden: Annotated[str, typer.Option(help="Sizes of the hidden layers.")] = "256,128",
    activation: Annotated[str, typer.Option(help="Activation of the hidden layers.")] = "relu",
    epochs: Annotated[int, typer.Option(help="Most passes over the training rows.")] = 200,
    batch_size: Annotated[int, typer.Option(help="Rows a step.")] = 32,
    learning_rate: Annotated[float, typer.Option(help="Adam's step size.")] = 1e-3,
    dropout: Annotated[float, typer.Option(help="Share of hidden units dropped.")] = 0.3,
    patience: Annotated[
        int, typer.Option(help="More epochs than this without a better validation loss end it.")
    ] = 20,
    test_fraction: Annotated[float, typer.Option(help="Share of rows for the test.")] = 0.2,
    validation_fraction: Annotated[
        float, typer.Option(help="Share of rows that decides when to stop.")
    ] = 0.1,
    seed: Annotated[int, typer.Option(help="The only source of randomness.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(help="Model file to write.", show_default="<name of DATA>.safetensors"),
    ] = None,
    separator: Separator = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    missing: Missing = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search",
            help="Try smaller layers, other step sizes and no dropout too, and keep the best.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the test figures only.")] = False,
) -> None:
    """Train on a table and write the model.

    Text, boolean and categorical targets, and integers of at most 20 different values, are
    classes; other numbers are regression.

    Number columns are scaled to mean 0 and deviation 1, a missing number stands at the median.
    Text columns become one-hot, a missing text is a text of its own; each keeps its 100 most
    frequent texts. The model file keeps all this, and the target's classes or units.
    """
    with told_in_one_line():
        options = TrainOptions(
            data=data,
            dialect=dialect_from_words(separator, decimal, encoding, missing),
            target=target,
            drop=drop or [],
            task=task,
            hidden=parse_hidden(hidden),
            activation=activation,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            dropout=dropout,
            patience=patience,
            test_fraction=test_fraction,
            validation_fraction=validation_fraction,
            seed=seed,
            output=output,
            search=search,
            quiet=quiet,
        )
        from ganglion.tables import training

        model, path, figures = training.train(options, _hush if quiet else typer.echo)
        _print_figures("test", figures)
        model.save(path)
        if not quiet:
            typer.echo(f"wrote {path}")


@app.command()
def predict(
    model: Model,
    data: Data,
    output: Annotated[Path | None, typer.Option(help="CSV file; else standard output.")] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a column for each class.")
    ] = False,
    separator: Separator = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    missing: Missing = None,
) -> None:
    """Write the predictions for each row of a table as CSV, in the target's own words or units."""
    with told_in_one_line():
        if output is not None:
            writable(output)
        from ganglion.tables.models import TableModel
        from ganglion.tables.reading import read_table

        known = TableModel.load(model)
        table = read_table(data, dialect_from_words(separator, decimal, encoding, missing))
        frame = known.predict(table, probabilities=probabilities)
        _tell(*table.notes, *known.preparation.notes(table))
        text = frame.to_csv(index=False, lineterminator="\n")
        if output is None:
            typer.echo(text, nl=False)
        else:
            _write(output, text)


@app.command()
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

        known = TableModel.load(model)
        table = read_table(data, dialect_from_words(separator, decimal, encoding, missing))
        figures = known.evaluate(table)
        _tell(*table.notes, *known.preparation.notes(table))
        _print_figures(table.name, figures)


@app.command()
def info(model: Model) -> None:
    """Print the layers, the columns and the versions of a model."""
    with told_in_one_line():
        from ganglion.tables.models import describe

        typer.echo(describe(model))


@app.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def bench(context: typer.Context) -> None:
    """Compare training and inference with the frameworks that are installed."""
    from ganglion.bench import compare

    compare.main(context.args, "ganglion bench")  # it has the options


def _print_figures(part: str, figures: Mapping[str, float]) -> None:
    for name, value in figures.items():
        typer.echo(f"{part} {name}: {value:.4g}")


def _tell(*lines: str) -> None:
    """Say on standard error what is not as usual with the rows."""
    for line in lines:
        typer.echo(line, err=True)


def _write(path: Path, text: str) -> None:
    try:
        writing.write(path, text.encode())
    except OSError as error:
        raise InputError(f"cannot write {path}: {error}") from error


def _hush(line: str) -> None:
    del line
