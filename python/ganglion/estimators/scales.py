"""Scales of inputs and of targets: what a network's numbers are in those of users."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.preprocessing import StandardScaler

from ganglion.estimators.network import Array, EstimatorNetwork

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


@dataclass(frozen=True, slots=True)
class Scale:
    """What is taken from numbers, and what they are then divided by, a column each."""

    shift: Array
    factor: Array

    @classmethod
    def of(cls, scaler: StandardScaler | None, columns: int) -> Self:
        """Return that of a scaler; None moves and scales nothing."""
        shift, factor = np.zeros(columns), np.ones(columns)
        if scaler is not None:
            factor = scaler.scale_
            shift = scaler.mean_ if scaler.with_mean else shift
        return cls(shift, factor)


def learned_from(rows: Any, weight: Array | None) -> StandardScaler:
    """Return a scaler to mean 0 and variance 1; it only divides a sparse matrix.

    Raises:
        ValueError: When a variance is not finite.
    """
    scaler = StandardScaler(with_mean=isinstance(rows, np.ndarray))
    with np.errstate(over="ignore", invalid="ignore"):
        scaler.fit(rows, sample_weight=None if weight is None else weight.ravel())
    if not np.isfinite(scaler.scale_).all():
        raise ValueError("standardize: a variance is not finite, the numbers are too large")
    return scaler


def change_inputs(network: EstimatorNetwork, before: Scale, after: Scale) -> None:
    """Let a network do with inputs of another scale what it did."""
    weights, intercepts = network.coefs[0], network.intercepts[0]
    intercepts += ((after.shift - before.shift) / before.factor) @ weights
    weights *= (after.factor / before.factor)[:, None]


def change_outputs(
    network: EstimatorNetwork, before: Scale, after: Scale, *, gaussian: bool
) -> None:
    """Let a network give outputs in another scale.

    Args:
        network: Which one.
        before: The scale of each target that they are in.
        after: And that they shall be in.
        gaussian: Whether the second half of the outputs are logarithms of variances.
    """
    ratio = before.factor / after.factor
    shift = (before.shift - after.shift) / after.factor
    weights, intercepts = network.coefs[-1], network.intercepts[-1]
    values = slice(None, weights.shape[1] // 2 if gaussian else None)
    weights[:, values] *= ratio
    intercepts[values] = intercepts[values] * ratio + shift
    if gaussian:
        intercepts[values.stop :] += 2 * np.log(ratio)


def warn_of_targets(targets: Array, weight: Array | None) -> None:
    """Warn, once, of targets `(samples, columns)` that the default settings learn badly."""
    targets = targets.astype(np.float64)
    counts = None if weight is None else weight.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        means = np.average(targets, axis=0, weights=counts)
        deviations = np.sqrt(np.average((targets - means) ** 2, axis=0, weights=counts))
    for column, (mean, deviation) in enumerate(zip(means, deviations, strict=True)):
        if _is_far(abs(mean), deviation):
            name = "y" if len(means) == 1 else f"y, column {column},"
            warnings.warn(
                f"{name} has mean {mean:.3g} and standard deviation {deviation:.3g}; networks learn"
                " what is near mean 0 and deviation 1: pass standardize_target=True, or scale y",
                UserWarning,
                stacklevel=8,
            )
            return


def _is_far(mean: float, deviation: float) -> bool:
    if mean > max(_LARGEST_MEAN, deviation):
        return True
    if deviation == 0:  # a constant: another scale does not help
        return False
    within = _LEAST_DEVIATION <= deviation <= _LARGEST_DEVIATION
    return not within or mean > _MOST_DEVIATIONS * deviation
