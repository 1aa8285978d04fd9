"""The command line `ganglion`.

`--show-config` and `--version` need NumPy alone. Every other command needs the extra `cli`.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

from ganglion.cli.streams import lenient_streams

__all__ = ["main"]

REQUIRED = {  # what every command needs: names to import, and to install
    "typer": "typer",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "tqdm": "tqdm",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit status.

    Args:
        arguments: The words after `ganglion`; those of the process when None.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    with lenient_streams():
        _run(words)


def _run(words: list[str]) -> None:
    if words == ["--show-config"]:
        from ganglion._base.runtime import show_config

        _finish(show_config())
    if words == ["--version"]:
        from ganglion import __version__

        _finish(f"ganglion {__version__}")
    missing = " ".join(package for name, package in REQUIRED.items() if find_spec(name) is None)
    if missing:
        sys.stderr.write(f"ganglion: missing packages: python -m pip install {missing}\n")
        sys.exit(2)

    from ganglion.cli.app import app

    app(words, prog_name="ganglion")


def _finish(text: str) -> NoReturn:
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.exit(0)
