"""The commands of `ganglion`: words in, lines out; the work is in `ganglion.tables`."""

from typing import Annotated

import typer

from ganglion.cli.train import train
from ganglion.cli.use import evaluate, info, predict

app = typer.Typer(
    help="Train small networks on tables, and use them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from ganglion import __version__

        typer.echo(f"ganglion {__version__}")
        raise typer.Exit


def _show_config(wanted: bool) -> None:
    if wanted:
        from ganglion._base.runtime import show_config

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


for command in (train, predict, evaluate, info):
    app.command()(command)


@app.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def bench(context: typer.Context) -> None:
    """Compare training and inference with the frameworks that are installed."""
    from ganglion.bench import compare

    compare.main(context.args, "ganglion bench")  # it has the options
