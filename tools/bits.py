"""Prints a SHA-256 of what each of many small fits ends in: what moves logic must move no bit.

Run it on two builds, on the same machine, and compare what they print:

    before/bin/python tools/bits.py > before.txt
    after/bin/python tools/bits.py > after.txt
    diff before.txt after.txt

The fits cover what training can be told. Only public names are used, so that it runs unchanged
wherever modules have moved to.
"""

from __future__ import annotations

import hashlib
import sys
import warnings
from collections.abc import Iterable

import numpy as np
from bits_data import Array
from bits_estimators import estimators
from bits_networks import networks


def digest(arrays: Iterable[Array]) -> str:
    """Return the SHA-256 of types, shapes and numbers."""
    found = hashlib.sha256()
    for array in map(np.ascontiguousarray, arrays):
        found.update(f"{array.dtype}{array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()


def main() -> None:
    """Print a line for each result of each fit."""
    warnings.simplefilter("ignore")  # so few epochs do not converge
    for kind, fits in {"network": networks(), "estimator": estimators()}.items():
        for name, fit in fits.items():
            for what, arrays in fit().items():
                sys.stdout.write(f"{kind}: {name}: {what} {digest(arrays)}\n")


if __name__ == "__main__":
    main()
