"""What commands print: figures, and what went wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from ganglion.tables.errors import InputError

if TYPE_CHECKING:
    from ganglion.tables.figures import ClassFigures, Figures

MOST_CLASSES = 20  # in a confusion matrix; of more, the pairs most often confused are listed


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn what ends a command into one line on standard error and an exit status.

    Bad input is status 2, an output that cannot be written 1, Ctrl-C 130.
    """
    try:
        yield
    except InputError as error:
        typer.echo(f"ganglion: {error.line}", err=True)
        raise typer.Exit(2) from None
    except UnicodeEncodeError as error:
        sign = error.object[error.start : error.start + 1]
        typer.echo(
            f"ganglion: standard output is in {error.encoding}, which has no {sign!r}:"
            " PYTHONIOENCODING=utf-8 writes all",
            err=True,
        )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("ganglion: interrupted", err=True)
        raise typer.Exit(130) from None


def tell(lines: Sequence[str]) -> None:
    """Say on standard error what is not as usual with a table."""
    for line in lines:
        typer.echo(line, err=True)


def print_figures(part: str, figures: "Figures", *, brief: bool = False) -> None:
    """Print figures beside those of the baseline, and what this is; or, in brief, no more."""
    from ganglion.tables.figures import ClassFigures
    from ganglion.tables.wording import plain

    assert figures.baseline is not None
    baseline = figures.baseline.named()
    for name, value in figures.named().items():
        typer.echo(f"{part} {name}: {plain(value)}, baseline {plain(baseline[name])}")
    if brief:
        return
    typer.echo(f"baseline: {figures.about_baseline}")
    if isinstance(figures, ClassFigures):
        typer.echo(_confusion(figures))


def _confusion(figures: "ClassFigures") -> str:
    if len(figures.classes) > MOST_CLASSES:
        pairs = figures.most_confused(MOST_CLASSES)
        lines = [f"  {true!r} as {said!r}: {count} rows" for true, said, count in pairs]
        return "\n".join(["most often confused:", *lines])
    import pandas as pd

    matrix = pd.DataFrame(figures.confusion, index=figures.classes, columns=figures.classes)
    return f"rows: classes; columns: what they were said to be\n{matrix.to_string()}"
