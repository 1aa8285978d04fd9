"""`ganglion train`."""

from pathlib import Path
from typing import Annotated

import typer

from ganglion.cli.arguments import Data, Decimal, Encoding, Missing, Separator
from ganglion.cli.lines import print_figures, tell, told_in_one_line
from ganglion.tables.errors import InputError
from ganglion.tables.options import ClassWeight, Task, TrainOptions

DEFAULT = TrainOptions()


def train(
    data: Data,
    target: Annotated[
        str | None, typer.Option(help="Column to predict; a bundled set has its own.")
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(help="Columns to leave out, parted by commas; may be given again."),
    ] = None,
    task: Annotated[Task | None, typer.Option(help="Overrides the rule above.")] = None,
    hidden: Annotated[str, typer.Option(help="Sizes of the hidden layers.")] = ",".join(
        map(str, DEFAULT.hidden)
    ),
    activation: Annotated[
        str, typer.Option(help="Activation of the hidden layers.")
    ] = DEFAULT.activation,
    epochs: Annotated[
        int, typer.Option(help="Most passes over the training rows.")
    ] = DEFAULT.epochs,
    batch_size: Annotated[int, typer.Option(help="Rows a step.")] = DEFAULT.batch_size,
    learning_rate: Annotated[float, typer.Option(help="Adam's step size.")] = DEFAULT.learning_rate,
    dropout: Annotated[
        float, typer.Option(help="Share of hidden units dropped.")
    ] = DEFAULT.dropout,
    class_weight: Annotated[
        ClassWeight | None,
        typer.Option(help="Lets rare classes count as much in training as frequent ones."),
    ] = None,
    patience: Annotated[
        int, typer.Option(help="More epochs than this without a better validation loss end it.")
    ] = DEFAULT.patience,
    test_fraction: Annotated[
        float, typer.Option(help="Share of rows for the test.")
    ] = DEFAULT.test_fraction,
    validation_fraction: Annotated[
        float, typer.Option(help="Share of rows that decides when to stop.")
    ] = DEFAULT.validation_fraction,
    seed: Annotated[int, typer.Option(help="The only source of randomness.")] = DEFAULT.seed,
    output: Annotated[
        Path | None,
        typer.Option(help="Model file to write.", show_default="<name of DATA>.safetensors"),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Overwrite a file that is no model, or one of another target."
        ),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Page to write on the training; needs matplotlib.")
    ] = None,
    separator: Separator = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    missing: Missing = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search",
            help="Try smaller layers, other step sizes and no dropout, and keep the best on the "
            "validation rows; these flatter it, the test rows do not.",
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", help="Print the test figures only; warnings still go to standard error."
        ),
    ] = False,
) -> None:
    """Train on a table and write the model.

    Text, boolean and categorical targets, and integers of at most 20 different values, are
    classes; other numbers are regression.

    Number columns are scaled to mean 0 and deviation 1, a missing number stands at the median.
    Dates become numbers: the day, month, year, weekday and hour. Text columns become one-hot, a
    missing text is a text of its own; where more than 100 texts come again, each has a vector that
    is learnt. The model file keeps all this, and the target's classes or units.
    """
    with told_in_one_line():
        from ganglion.tables import making
        from ganglion.tables.reading import name_of
        from ganglion.tables.report import write

        options = TrainOptions(
            target=target,
            drop=drop or (),
            task=task,
            hidden=_sizes(hidden),
            activation=activation,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            dropout=dropout,
            class_weight=class_weight,
            patience=patience,
            test_fraction=test_fraction,
            validation_fraction=validation_fraction,
            seed=seed,
            search=search,
            separator=separator,
            decimal=decimal,
            encoding=encoding,
            missing=missing or (),
            output=output or f"{name_of(data)}.safetensors",
            force=force,
            report=report,
            quiet=quiet,
        )
        say = _hush if quiet else typer.echo
        trained = making.train(data, options, say, tell)
        assert trained.model.figures is not None
        print_figures("test", trained.model.figures, brief=quiet)
        if report is not None:
            write(trained, report)
            say(f"wrote {report}")


def _sizes(text: str) -> list[int]:
    """Read the sizes of the hidden layers from text such as `128,64`; no text is no layer."""
    sizes = [word.strip() for word in text.split(",")] if text.strip() else []
    if not all(word.isascii() and word.isdigit() for word in sizes):
        raise InputError(f"--hidden must be positive sizes such as 128,64, got {text!r}")
    return [int(word) for word in sizes]


def _hush(line: str) -> None:
    del line
