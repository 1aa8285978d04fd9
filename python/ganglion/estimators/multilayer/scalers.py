"""The scales that an estimator learns: of its inputs (`scaler_`) and targets (`target_scaler_`).

What `standardize` or `standardize_target` says counts from the next fit on, also where that goes on
with weights: these go over to the new scale, so that training begins with the same predictions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from ganglion._base.arrays import Array
from ganglion._base.scaling import Scale
from ganglion.models import Model, inside
from ganglion.training.data import Dataset


def rescale_inputs(
    model: Model, before: StandardScaler | None, after: StandardScaler | None
) -> None:
    """Let a model do with inputs of another scale what it did; None is none."""
    columns = model.input_size
    _change_inputs(model, scale_of(before, columns), scale_of(after, columns))


def rescale_outputs(
    model: Model,
    before: StandardScaler | None,
    after: StandardScaler | None,
    *,
    targets: int,
    gaussian: bool,
) -> None:
    """Let a model give outputs in another scale.

    Args:
        model: Which one.
        before: The scale of each target that they are in; None is none.
        after: And that they shall be in.
        targets: How many there are.
        gaussian: Whether the second half of the outputs are logarithms of variances.
    """
    scales = scale_of(before, targets), scale_of(after, targets)
    _change_outputs(model, *scales, gaussian=gaussian)


def scale_of(scaler: StandardScaler | None, columns: int) -> Scale:
    """Return that of a scaler; None moves and scales nothing."""
    if scaler is None:
        return Scale(np.zeros(columns), np.ones(columns))
    return Scale(scaler.mean_ if scaler.with_mean else np.zeros(columns), scaler.scale_)


def for_loss(scaler: StandardScaler | None, samples: Dataset) -> Dataset:
    """Return samples with targets as the loss takes them, from those in their own units."""
    if scaler is None:
        return samples
    return samples.with_targets(y=scaler.transform(samples.y.astype(np.float64)))


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


def _change_inputs(model: Model, before: Scale, after: Scale) -> None:
    """Let a model do with inputs of another scale what it did."""
    weights, intercepts = _parameters(model)[:2]
    intercepts += ((after.shift - before.shift) / before.unit) @ weights
    weights *= np.reshape(after.unit / before.unit, (-1, 1))


def _change_outputs(model: Model, before: Scale, after: Scale, *, gaussian: bool) -> None:
    ratio = before.unit / after.unit
    shift = (before.shift - after.shift) / after.unit
    weights, intercepts = _parameters(model)[-2:]
    values = slice(None, weights.shape[1] // 2 if gaussian else None)
    weights[:, values] *= ratio
    intercepts[values] = intercepts[values] * ratio + shift
    if gaussian:
        intercepts[values.stop :] += 2 * np.log(ratio)


def _parameters(model: Model) -> list[Array]:
    """Return views of all, of which those of a dense layer are first, and of another one last."""
    return inside.parametrized(model).network.split(model.parameter_vector)
