"""Messages to the person who waits for a fit. A program without a console gets none."""

import inspect
import sys
import warnings
from collections.abc import Sequence
from typing import TextIO, TypeGuard

_PACKAGE = __name__.partition(".")[0]
_BETWEEN = {"joblib", "sklearn"}  # call an estimator's `fit` for others: a decorator, a Pipeline


def is_open(stream: TextIO | None) -> TypeGuard[TextIO]:
    """Return whether there is something to write to: services and windowed programs have none."""
    return stream is not None and not getattr(stream, "closed", False)


def is_terminal(stream: TextIO | None) -> TypeGuard[TextIO]:
    """Return whether a person reads along; what takes a stream's place may not know."""
    return is_open(stream) and hasattr(stream, "isatty") and stream.isatty()


def say(line: str) -> None:
    """Write a line to stdout: what was asked for, or how scikit-learn's estimators get on."""
    if is_open(sys.stdout):
        sys.stdout.write(line + "\n")


def announce(line: str) -> None:
    """Write a line to stderr without breaking a progress bar that is there."""
    from tqdm.auto import tqdm  # not needed by a silent fit

    if is_open(sys.stderr):
        tqdm.write(line, file=sys.stderr)


def warn(lines: Sequence[str], category: type[Warning] = UserWarning) -> None:
    """Give one warning of all lines, if any, at the user's line that led to it."""
    if not lines:
        return
    frame, level = inspect.currentframe(), 1
    while frame is not None and _is_ours(frame.f_globals.get("__name__")):
        frame, level = frame.f_back, level + 1
    warnings.warn("\n".join(lines), category, stacklevel=level)


def _is_ours(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in {_PACKAGE, *_BETWEEN}
