"""Warnings of numbers that networks learn badly as they are: far from mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganglion._base.arrays import unfolded
from ganglion._base.frames import Labels, is_sparse
from ganglion._base.locations import within_row
from ganglion._base.messages import warn

Moments = NDArray[np.float64]  # sizes of means, and deviations, `(columns,)` each

_LOOKED_AT = 2**20  # numbers of a table, in rows evenly apart: a scale is known by them
_AT_ONCE = 2**14  # numbers that are copied at once

# Where the default settings learn y badly. Measured on Friedman's first function (1991), 500 and
# 3,000 samples, y moved and scaled; R2 on others is
#   0.91 and 0.95 at mean 0, deviation 1;    0.70 and 0.89 at deviation 100, 0.46 and 0.81 at 300;
#   0.54 and 0.76 at deviation 0.1,          -2.8 and -0.8 at 0.03: the first outputs are larger;
#   -0.4 and 0.92 at mean 10, deviation 1,   -10 and 0.06 at mean 30;
#   -8 and 0.35 at mean 100, deviation 10,   0.53 and 0.88 at deviation 100.
# Of scikit-learn's generated targets, with deviations up to 250, it is 0.5 and more: no warning.
_LEAST_DEVIATION, _LARGEST_DEVIATION = 0.03, 300.0
_LARGEST_MEAN = 100.0  # where it is larger than the deviation too
_MOST_DEVIATIONS = 30.0  # that the mean may be away from 0

# And X. Accuracy of three classes (`make_classification`), and R2 as above of y scaled, 1,500
# samples, are 0.88 and 0.97 where all ten columns have mean 0 and deviation 1;
#   0.81 and 0.82 with one column of deviation 100,    0.68 and 0.79 of 1,000, 0.39 of 10,000;
#   0.87 and 0.75 with one column of mean 30,          0.82 and 0.66 of 100, 0.67 and 0.61 of 1,000;
#   0.69 and 0.74 with all divided by 100,             0.62 and 0.08 by 1,000.
_LARGEST_INPUT, _LEAST_INPUT = 1000.0, 1e-3

# A column may be far beside the others alone, of which half are this many times as small. Accuracy
# and R2 as above, of a small network in 30 epochs and of an estimator in 200, are
#   0.83 and 0.87, 0.88 and 0.98 with ten columns of deviation 1;
#   0.68 and 0.15, 0.74 and 0.79 with one of 300,      0.71 and -0.1, 0.77 and 0.77 with another.
# Accuracy of scikit-learn's wines, with one of mean 747, is 0.44 and 0.66, scaled 0.98 and 0.99; of
# its cancers, with one of 881, it is 0.89 and 0.93, scaled 0.97 and 0.96. Bytes, of which 0.05 is
# lost, are all alike, and beside what is small not far: no warning.
_LARGEST_OF_BYTES = 255.0
_MOST_TIMES_AS_LARGE = 100.0


def warn_of_targets(
    targets: NDArray[Any], weight: NDArray[Any] | None, hint: str, *, name: str = "y"
) -> None:
    """Warn, once, of targets `(samples, columns)` that the default settings learn badly.

    Args:
        targets: Finite numbers.
        weight: What each sample counts, shape `(samples, 1)`; None: all the same.
        hint: What may be done.
        name: What they are called.
    """
    wrong = _first_far(_moments(targets, weight), _far_targets)
    if wrong is not None:
        where = name if targets.shape[1] == 1 else f"{name}, column {wrong.column},"
        _warn(where, wrong, hint)


def warn_of_inputs(
    X: Any,
    weight: NDArray[Any] | None,
    labels: Labels | None,
    hint: str,
    *,
    name: str = "X",
    rescale: float = 1.0,
    channels: int | None = None,
) -> None:
    """Warn, once, of inputs `(samples, features)`, an array or a sparse matrix.

    Args:
        X: Finite numbers.
        weight: What each sample counts, shape `(samples, 1)`; None: all the same.
        labels: The names of the columns, if they have any.
        hint: What may be done.
        name: What they are called.
        rescale: What every input is multiplied by on its way in.
        channels: How many features there are at each position, if samples have such.
    """
    means, deviations = _moments(X, weight)
    wrong = _first_far((means * rescale, deviations * rescale), _far_inputs)
    if wrong is not None:
        where = within_row(wrong.column, len(means), channels, labels)
        _warn(f"{name if rescale == 1 else f'{name} times rescale'}, {where},", wrong, hint)


class _Far(NamedTuple):
    """A column that is far, with its mean and standard deviation."""

    column: int
    mean: float
    deviation: float


def _first_far(
    moments: tuple[Moments, Moments], far: Callable[[Moments, Moments], NDArray[np.bool_]]
) -> _Far | None:
    means, deviations = moments
    wrong = np.flatnonzero(far(np.abs(means), deviations))
    if not wrong.size:
        return None
    return _Far(int(wrong[0]), float(means[wrong[0]]), float(deviations[wrong[0]]))


def _warn(where: str, wrong: _Far, hint: str) -> None:
    warn(
        [
            f"{where} has mean {wrong.mean:.3g} and standard deviation {wrong.deviation:.3g};"
            f" networks learn what is near mean 0 and deviation 1: {hint}"
        ]
    )


def _moments(table: Any, weight: NDArray[Any] | None) -> tuple[Moments, Moments]:
    """Return mean and standard deviation of each column, of rows evenly apart that count."""
    rows = np.arange(table.shape[0]) if weight is None else np.flatnonzero(weight)
    step = 1 + len(rows) * table.shape[1] // _LOOKED_AT
    chosen = rows[::step]
    counts = np.ones(len(chosen)) if weight is None else weight[chosen, 0]
    if is_sparse(table):
        table, chosen = table[chosen].tocsr(), np.arange(len(chosen))
    together = max(1, _AT_ONCE // table.shape[1])

    def average(of: Callable[[Moments], Moments]) -> Moments:
        total = np.zeros(table.shape[1])
        for start in range(0, len(chosen), together):
            part = slice(start, start + together)
            total += counts[part] @ of(unfolded(table[chosen[part]]).astype(np.float64))
        mean: Moments = total / counts.sum()
        return mean

    with np.errstate(over="ignore", invalid="ignore"):
        means = average(lambda numbers: numbers)
        variances = average(lambda numbers: (numbers - means) ** 2)
    return means, np.sqrt(variances)


def _far_targets(means: Moments, deviations: Moments) -> NDArray[np.bool_]:
    """Return which columns are far; of one that does not vary only the mean counts."""
    wrong = (deviations < _LEAST_DEVIATION) | (deviations > _LARGEST_DEVIATION)
    away = means > _MOST_DEVIATIONS * deviations
    far: NDArray[np.bool_] = (deviations > 0) & (wrong | away)
    far |= means > np.maximum(_LARGEST_MEAN, deviations)
    return far


def _far_inputs(means: Moments, deviations: Moments) -> NDArray[np.bool_]:
    """Return which columns are far; the small ones where all are, but for those of zeros."""
    sizes = np.maximum(means, deviations)
    away = (means > _LARGEST_MEAN) & (deviations > 0) & (means > _MOST_DEVIATIONS * deviations)
    far: NDArray[np.bool_] = (sizes > _LARGEST_INPUT) | away
    far |= (sizes > 0) & (sizes.max() < _LEAST_INPUT)
    far |= sizes > max(_LARGEST_OF_BYTES, _MOST_TIMES_AS_LARGE * _typical(sizes))
    return far


def _typical(sizes: Moments) -> float:
    """Return the size that half of the columns do not exceed, but for those of zeros."""
    some = sizes[sizes > 0]
    return float(np.quantile(some, 0.5, method="lower")) if some.size else 0.0
