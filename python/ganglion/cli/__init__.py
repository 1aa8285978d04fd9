"""The command line `ganglion`.

`--show-config` and `--version` need NumPy alone. Every other command needs the extra `cli`.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

__all__ = ["main"]

REQUIRED = ("typer", "pandas", "sklearn", "tqdm")  # what the extra "cli" installs, by import name
INSTALL_HINT = 'ganglion needs the extra "cli": python -m pip install "ganglion[cli]"'


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit status.

    Args:
        arguments: The words after `ganglion`; those of the process when None.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words == ["--show-config"]:
        from ganglion.runtime import show_config

        _finish(show_config())
    if words == ["--version"]:
        from ganglion import __version__

        _finish(f"ganglion {__version__}")
    if any(find_spec(name) is None for name in REQUIRED):
        sys.stderr.write(f"{INSTALL_HINT}\n")
        sys.exit(2)

    from ganglion.cli.app import app

    app(words, prog_name="ganglion")


def _finish(text: str) -> NoReturn:
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.exit(0)
