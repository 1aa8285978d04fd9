"""Messages to the person who waits for a fit. A program without a console gets none."""

import sys
from typing import TextIO, TypeGuard


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
