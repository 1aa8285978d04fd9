"""Wording: how numbers are written for people, and what is said in more than one place."""

import math
from collections.abc import Sequence

import numpy as np


def plain(value: float, digits: int = 4) -> str:
    """Write a number with so many digits that count, and never with an exponent: 85480, 0.0123."""
    return np.format_float_positional(value, precision=digits, fractional=False, trim="-")


def places_of_float32(scale: float) -> int:
    """Give the decimal places, below 0 before the point, that float32 tells of numbers this large.

    float32 has seven digits and a quarter; what stands behind them was not computed.
    """
    return 7 - math.ceil(math.log10(scale))


def never_predicted(overlooked: Sequence[tuple[str, float]], remedy: str) -> str:
    """Say which rare classes, with their shares of the rows, a model never predicts."""
    name, share = overlooked[0]
    others = len(overlooked) - 1
    more = f", nor {'is' if others == 1 else 'are'} {others} more" if others else ""
    about = f"class {name!r} is {plain(100 * share, 2)} % of the test rows"
    return f"{about} and is never predicted{more}{remedy}"


def rows_left_out(count: int) -> str:
    """Say of how many rows nothing can be learnt or measured."""
    return f"{count} {'row' if count == 1 else 'rows'} without a target left out"
