"""Targets that are learned in a scale of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer import scalers
from ganglion.estimators.multilayer.base import BaseNetwork


class ScaledTargets(BaseNetwork):
    """Base of estimators with `standardize_target`, and `target_scaler_` where that is True."""

    loss: str
    standardize_target: bool

    def _target_scaler(self) -> Any:
        return getattr(self, "target_scaler_", None)

    def _learn_scales(self, X: Any, targets: Array, weight: Array | None) -> None:
        super()._learn_scales(X, targets, weight)
        self._learn_target_scale(targets, weight)

    def _renew_scales(self, X: Any, targets: Array, weight: Array | None) -> bool:
        inputs = super()._renew_scales(X, targets, weight)
        return self._renew_target_scale(targets, weight) or inputs

    def _learn_target_scale(self, targets: Array, weight: Array | None) -> None:
        self.__dict__.pop("target_scaler_", None)
        if self.standardize_target:
            self.target_scaler_ = scalers.learned_from(targets.astype(np.float64), weight)

    def _renew_target_scale(self, targets: Array, weight: Array | None) -> bool:
        """Heed `standardize_target` where it is not what it was, and return whether that is so.

        Raises:
            ValueError: When there are not as many targets as the scale before is of.
        """
        before, columns = self._target_scaler(), targets.shape[1]
        if before is not None and before.n_features_in_ != columns:
            raise ValueError(f"y has {columns} targets, in the fit before {before.n_features_in_}")
        if self.standardize_target == (before is not None):
            return False
        self._learn_target_scale(targets, weight)
        after, gaussian = self._target_scaler(), self.loss == "gaussian"
        scalers.rescale_outputs(self._net, before, after, targets=columns, gaussian=gaussian)
        for name in ("best_loss_", "best_validation_loss_"):  # those were in the other scale
            if getattr(self, name, None) is not None:
                setattr(self, name, np.inf)
        return True

    def _in_units(self, values: Array) -> Array:
        """Return what the network gives for targets in the targets' own units.

        They are float64 where the targets were scaled, which may be large and vary little.
        """
        scaler = self._target_scaler()
        return values if scaler is None else scalers.scale_of(scaler, 1).undo(values)

    def _spread_in_units(self, deviations: Array) -> Array:
        """Return deviations `(samples, targets)` that the network gives in the targets' units."""
        scaler = self._target_scaler()
        return deviations if scaler is None else scalers.scale_of(scaler, 1).undo_spread(deviations)
