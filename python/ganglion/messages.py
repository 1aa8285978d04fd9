"""Messages to the person who waits for a fit."""

import sys


def say(line: str) -> None:
    """Write a line to stdout, where scikit-learn's estimators tell how they get on."""
    sys.stdout.write(line + "\n")


def announce(line: str) -> None:
    """Write a line to stderr without breaking a progress bar that is there."""
    from tqdm.auto import tqdm  # not needed by a silent fit

    tqdm.write(line, file=sys.stderr)
