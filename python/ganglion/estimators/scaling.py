"""The scales that an estimator learns: of its inputs (`scaler_`) and targets (`target_scaler_`).

What `standardize` or `standardize_target` says counts from the next fit on, also where that goes on
with weights: these go over to the new scale, so that training begins with the same predictions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganglion.data import Dataset
from ganglion.estimators.network import Array
from ganglion.estimators.scales import (
    Scale,
    change_inputs,
    change_outputs,
    learned_from,
)

if TYPE_CHECKING:
    from ganglion.estimators.base import BaseMLP
    from ganglion.estimators.regressor import MLPRegressor


def learn_inputs(estimator: BaseMLP, X: Any, weight: Array | None) -> None:
    """Note the scale of the inputs, if it is wanted."""
    estimator.__dict__.pop("scaler_", None)
    if estimator.standardize:
        estimator.scaler_ = learned_from(X, weight)


def learn_targets(estimator: MLPRegressor, targets: Array, weight: Array | None) -> None:
    """Note the scale of the targets, `(samples, columns)`, if it is wanted."""
    estimator.__dict__.pop("target_scaler_", None)
    if estimator.standardize_target:
        estimator.target_scaler_ = learned_from(targets.astype(np.float64), weight)


def renew_inputs(estimator: BaseMLP, X: Any, weight: Array | None) -> bool:
    """Heed `standardize` where it is not what it was before, and return whether that is so."""
    if estimator.standardize == hasattr(estimator, "scaler_"):
        return False
    columns = X.shape[1]
    before = Scale.of(getattr(estimator, "scaler_", None), columns)
    learn_inputs(estimator, X, weight)
    after = Scale.of(getattr(estimator, "scaler_", None), columns)
    change_inputs(estimator._network, before, after)
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
    before = target_scale(estimator, columns)
    learn_targets(estimator, targets, weight)
    after = target_scale(estimator, columns)
    change_outputs(estimator._network, before, after, gaussian=estimator.loss == "gaussian")
    for name in ("best_loss_", "best_validation_loss_"):  # those were in the other scale
        if getattr(estimator, name, None) is not None:
            setattr(estimator, name, np.inf)
    return True


def target_scale(estimator: BaseMLP, columns: int) -> Scale:
    """Return the scale that so many targets are learned in."""
    return Scale.of(getattr(estimator, "target_scaler_", None), columns)


def in_units(estimator: BaseMLP, values: Array) -> Array:
    """Return what the network gives for targets in the targets' own units.

    They are float64 where the targets were scaled, which may be large and vary little.
    """
    if getattr(estimator, "target_scaler_", None) is None:
        return values
    scale = target_scale(estimator, 1)
    return values.astype(np.float64) * scale.factor + scale.shift


def spread_in_units(estimator: BaseMLP, deviations: Array) -> Array:
    """Return deviations `(samples, targets)` that the network gives in the targets' own units."""
    if getattr(estimator, "target_scaler_", None) is None:
        return deviations
    return deviations.astype(np.float64) * target_scale(estimator, 1).factor


def for_loss(estimator: BaseMLP, samples: Dataset) -> Dataset:
    """Return samples with targets as the loss takes them, from those in their own units."""
    scaler = getattr(estimator, "target_scaler_", None)
    if scaler is None:
        return samples
    return replace(samples, y=scaler.transform(samples.y.astype(np.float64)))
