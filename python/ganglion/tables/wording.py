"""Wording: how numbers are written for people, and what is said in more than one place."""

import math

import numpy as np


def plain(value: float, digits: int = 4) -> str:
    """Write a number with so many digits that count, and never with an exponent: 85480, 0.0123."""
    return np.format_float_positional(value, precision=digits, fractional=False, trim="-")


def places_of_float32(scale: float) -> int:
    """Give the decimal places, below 0 before the point, that float32 tells of numbers this large.

    float32 has seven digits and a quarter; what stands behind them was not computed.
    """
    return 7 - math.ceil(math.log10(scale))


def rows_left_out(count: int) -> str:
    """Say of how many rows nothing can be learnt or measured."""
    return f"{count} {'row' if count == 1 else 'rows'} without a target left out"
