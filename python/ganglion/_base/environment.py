"""The environment: what its variables demand in vain is an error when the package is imported."""

import sys
import warnings
from pathlib import Path

from ganglion import _core
from ganglion._base.messages import is_open

_PROGRAM = __name__.partition(".")[0]


def check() -> None:
    """Look at all variables now, and not in the middle of a fit.

    The command line, which this is done for before it can begin, tells an error as all its others:
    in one line, with exit status 2.

    Raises:
        ValueError: For a variable of ours that says what cannot be.
    """
    try:
        _core.selected_isa()
        _core.thread_limit()
        _core.threading_layer()
    except ValueError as error:
        if not _is_command_line():
            raise
        if is_open(sys.stderr):
            sys.stderr.write(f"{_PROGRAM}: {error}\n")
        sys.exit(2)
    if ignored := _core.ignored_thread_limit():  # by OpenMP's variable, which is not for us alone
        warnings.warn(f"{ignored}; it is ignored", RuntimeWarning, stacklevel=4)


def _is_command_line() -> bool:
    """Tell whether the process is `ganglion` or `python -m ganglion`."""
    program = getattr(sys, "argv", [""])[0]
    if program != "-m":  # which stands there while Python imports what it is to run
        return Path(program).stem == _PROGRAM
    module = sys.orig_argv.index("-m") + 1 if "-m" in sys.orig_argv else 0
    return sys.orig_argv[module] == _PROGRAM or f"-m{_PROGRAM}" in sys.orig_argv
