"""Scales of inputs and of targets: what a network's numbers are in those of users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.preprocessing import StandardScaler

from ganglion.estimators.network import Array, EstimatorNetwork


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
