"""Minimax polynomials: Remez exchange on a grid dense at both ends, in 40-digit arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mpmath
import numpy as np
from mpmath import mp, mpf

GRID = 400
EXCHANGES = 20

mp.dps = 40

Function = Callable[[mpf], mpf]


@dataclass(frozen=True)
class Fit:
    """A polynomial in place of ``function`` on [low, high]; an error e there counts e * weight."""

    name: str
    comment: str
    function: Function
    weight: Function
    low: mpf
    high: mpf
    degree: int


@dataclass(frozen=True)
class Number:
    """A lane type: float or double."""

    name: str
    dtype: type[np.float32 | np.float64]
    suffix: str
    exponent_bits: int  # of an integer that multiplies the high part of a split constant

    @property
    def bits(self) -> int:
        """Digits of the significand."""
        return int(np.finfo(self.dtype).nmant) + 1

    def round(self, x: mpf, bits: int = 0) -> mpf:
        """Round to the nearest number of this type, or of fewer bits."""
        with mp.workprec(bits or self.bits):
            return +x

    def literal(self, x: mpf) -> str:
        """Write the shortest decimal that reads back the same."""
        text = str(self.dtype(float(self.round(x))))
        return (text if "." in text or "e" in text else text + ".0") + self.suffix


class Remez:
    """Minimax fits to one function, some of whose lowest coefficients may be given."""

    def __init__(self, fit: Fit) -> None:
        middle, half = (fit.low + fit.high) / 2, (fit.high - fit.low) / 2
        angles = [mpmath.pi * (k + mpf(1) / 2) / GRID for k in range(GRID)]
        self.x = [middle - half * mpmath.cos(angle) for angle in angles]
        self.value = [fit.function(x) for x in self.x]
        self.weight = [fit.weight(x) for x in self.x]
        self.degree = fit.degree

    def errors(self, coefficients: list[mpf]) -> list[mpf]:
        """Weighted error at each point of the grid."""
        reverse = coefficients[::-1]
        return [
            (value - mpmath.polyval(reverse, x)) * weight
            for x, value, weight in zip(self.x, self.value, self.weight, strict=True)
        ]

    def solve(self, fixed: list[mpf], points: list[int], sides: list[int]) -> list[mpf]:
        """Fit the free coefficients so that the error is +e, -e, +e, ... at the points."""
        powers = range(len(fixed), self.degree + 1)
        matrix = mpmath.matrix(len(points), len(points))
        right = mpmath.matrix(len(points), 1)
        for row, i in enumerate(points):
            x, weight = self.x[i], self.weight[i]
            for column, power in enumerate(powers):
                matrix[row, column] = x**power * weight
            matrix[row, len(powers)] = (-1) ** row * sides[i]
            right[row] = (self.value[i] - mpmath.polyval((fixed or [mpf(0)])[::-1], x)) * weight
        return fixed + list(mpmath.lu_solve(matrix, right))[:-1]

    def fit(self, fixed: list[mpf]) -> list[mpf]:
        """Exchange points until the largest errors are all of one size.

        The free terms are x^len(fixed) times a polynomial. It is that polynomial whose error
        alternates, so where x^len(fixed) is negative the sign is turned.
        """
        sides = [-1 if x < 0 and len(fixed) % 2 else 1 for x in self.x]
        count = self.degree + 2 - len(fixed)
        angles = [np.pi * k / (count - 1) for k in range(count)]
        points = [round((1 - np.cos(angle)) / 2 * (GRID - 1)) for angle in angles]
        best, best_error = fixed, mpf("inf")
        for _ in range(EXCHANGES):
            coefficients = self.solve(fixed, points, sides)
            errors = self.errors(coefficients)
            error = max(abs(e) for e in errors)
            if error < best_error:
                best, best_error = coefficients, error
            turned = [e * side for e, side in zip(errors, sides, strict=True)]
            following = extremes(turned, count)
            if following == points or len(following) < count:
                break
            points = following
        return best


def extremes(errors: list[mpf], count: int) -> list[int]:
    """The largest error of each run of one sign, thinned to ``count`` with signs alternating."""
    peaks: list[int] = []
    for i, error in enumerate(errors):
        if not peaks or (error > 0) != (errors[peaks[-1]] > 0):
            peaks.append(i)
        elif abs(error) > abs(errors[peaks[-1]]):
            peaks[-1] = i

    def size(i: int) -> mpf:
        return abs(errors[peaks[i]])

    while len(peaks) > count:
        weakest = min(range(len(peaks)), key=size)
        if weakest in (0, len(peaks) - 1):
            del peaks[weakest]
        elif len(peaks) == count + 1:
            del peaks[0 if size(0) < size(-1) else -1]
        else:  # with its weaker neighbour, so that signs go on alternating
            start = weakest - 1 if size(weakest - 1) < size(weakest + 1) else weakest
            del peaks[start : start + 2]
    return peaks


def rounded_coefficients(fit: Fit, number: Number) -> tuple[list[mpf], mpf]:
    """Coefficients that are numbers of the lane type, and the largest weighted error they leave."""
    remez = Remez(fit)
    fixed: list[mpf] = []
    for power in range(fit.degree + 1):
        fixed.append(number.round(remez.fit(fixed)[power]))
    return fixed, max(abs(e) for e in remez.errors(fixed))
