"""The scales that an estimator learns: of its inputs (`scaler_`) and targets (`target_scaler_`).

What `standardize` or `standardize_target` says counts from the next fit on, also where that goes on
with weights: these go over to the new scale, so that training begins with the same predictions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from ganglion._base.scaling import Scale
from ganglion.estimators.shared.network import Array, EstimatorNetwork
from ganglion.training.data import Dataset

if TYPE_CHECKING:
    from ganglion.estimators.multilayer.base import BaseMLP
    from ganglion.estimators.multilayer.regressor import MLPRegressor


def learn_inputs(estimator: BaseMLP, X: Any, weight: Array | None) -> None:
    """Note the scale of the inputs, if it is wanted."""
    estimator.__dict__.pop("scaler_", None)
    if estimator.standardize:
        estimator.scaler_ = _learned_from(X, weight)


def learn_targets(estimator: MLPRegressor, targets: Array, weight: Array | None) -> None:
    """Note the scale of the targets, `(samples, columns)`, if it is wanted."""
    estimator.__dict__.pop("target_scaler_", None)
    if estimator.standardize_target:
        estimator.target_scaler_ = _learned_from(targets.astype(np.float64), weight)


def renew_inputs(estimator: BaseMLP, X: Any, weight: Array | None) -> bool:
    """Heed `standardize` where it is not what it was before, and return whether that is so."""
    if estimator.standardize == hasattr(estimator, "scaler_"):
        return False
    columns = X.shape[1]
    before = _scale_of(getattr(estimator, "scaler_", None), columns)
    learn_inputs(estimator, X, weight)
    after = _scale_of(getattr(estimator, "scaler_", None), columns)
    _change_inputs(estimator._network, before, after)
    return True


def renew_targets(estimator: MLPRegressor, targets: Array, weight: Array | None) -> bool:
    """Heed `standardize_target` where it is not what it was, and return whether that is so.

    Raises:
        ValueError: When there are not as many targets as the scale before is of.
    """
    columns = targets.shape[1]
    scaler = getattr(estimator, "target_scaler_", None)
    if scaler is not None and scaler.n_features_in_ != columns:
        raise ValueError(f"y has {columns} targets, in the fit before {scaler.n_features_in_}")
    if estimator.standardize_target == (scaler is not None):
        return False
    before = _target_scale(estimator, columns)
    learn_targets(estimator, targets, weight)
    after = _target_scale(estimator, columns)
    _change_outputs(estimator._network, before, after, gaussian=estimator.loss == "gaussian")
    for name in ("best_loss_", "best_validation_loss_"):  # those were in the other scale
        if getattr(estimator, name, None) is not None:
            setattr(estimator, name, np.inf)
    return True


def _target_scale(estimator: BaseMLP, columns: int) -> Scale:
    """Return the scale that so many targets are learned in."""
    return _scale_of(getattr(estimator, "target_scaler_", None), columns)


def _scale_of(scaler: StandardScaler | None, columns: int) -> Scale:
    """Return that of a scaler; None moves and scales nothing."""
    if scaler is None:
        return Scale(np.zeros(columns), np.ones(columns))
    return Scale(scaler.mean_ if scaler.with_mean else np.zeros(columns), scaler.scale_)


def in_units(estimator: BaseMLP, values: Array) -> Array:
    """Return what the network gives for targets in the targets' own units.

    They are float64 where the targets were scaled, which may be large and vary little.
    """
    if getattr(estimator, "target_scaler_", None) is None:
        return values
    return _target_scale(estimator, 1).undo(values)


def spread_in_units(estimator: BaseMLP, deviations: Array) -> Array:
    """Return deviations `(samples, targets)` that the network gives in the targets' own units."""
    if getattr(estimator, "target_scaler_", None) is None:
        return deviations
    return _target_scale(estimator, 1).undo_spread(deviations)


def for_loss(estimator: BaseMLP, samples: Dataset) -> Dataset:
    """Return samples with targets as the loss takes them, from those in their own units."""
    scaler = getattr(estimator, "target_scaler_", None)
    if scaler is None:
        return samples
    return replace(samples, y=scaler.transform(samples.y.astype(np.float64)))


def _learned_from(rows: Any, weight: Array | None) -> StandardScaler:
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


def _change_inputs(network: EstimatorNetwork, before: Scale, after: Scale) -> None:
    """Let a network do with inputs of another scale what it did."""
    weights, intercepts = network.coefs[0], network.intercepts[0]
    intercepts += ((after.shift - before.shift) / before.unit) @ weights
    weights *= np.reshape(after.unit / before.unit, (-1, 1))


def _change_outputs(
    network: EstimatorNetwork, before: Scale, after: Scale, *, gaussian: bool
) -> None:
    """Let a network give outputs in another scale.

    Args:
        network: Which one.
        before: The scale of each target that they are in.
        after: And that they shall be in.
        gaussian: Whether the second half of the outputs are logarithms of variances.
    """
    ratio = before.unit / after.unit
    shift = (before.shift - after.shift) / after.unit
    weights, intercepts = network.coefs[-1], network.intercepts[-1]
    values = slice(None, weights.shape[1] // 2 if gaussian else None)
    weights[:, values] *= ratio
    intercepts[values] = intercepts[values] * ratio + shift
    if gaussian:
        intercepts[values.stop :] += 2 * np.log(ratio)
