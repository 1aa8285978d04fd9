"""Scikit-learn's estimators and ours, each side measured in a process of its own."""

import argparse
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from sklearn.exceptions import ConvergenceWarning

SIDES = ("sklearn", "ganglion")


def measure(
    program: str,
    description: str | None,
    measured: Callable[[str], Any],
    arguments: Sequence[str] | None,
) -> list[Any] | None:
    """Return what `measured` gives for each side: OpenBLAS's threads spin beside whoever is next.

    Args:
        program: The benchmark's name, a module of this folder.
        description: Its docstring.
        measured: Measures one side.
        arguments: Of the command line. With `--side` it is one of those processes: it prints its
            figures, and there is nothing to return.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--side", choices=SIDES, help="print one side's figures as JSON")
    side = parser.parse_args(arguments).side
    if side is None:
        return [_alone(program, name) for name in SIDES]
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(json.dumps(measured(side)))
    return None


def _alone(program: str, side: str) -> Any:
    module = f"ganglion.bench.{program}"
    command = [sys.executable, "-W", "ignore", "-m", module, "--side", side]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
