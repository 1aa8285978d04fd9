"""Inputs that are learned from in a scale of their own."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer import scalers
from ganglion.estimators.multilayer.base import BaseNetwork
from ganglion.estimators.shared.parameters import parameter, parametrized
from ganglion.training.far_scales import warn_of_inputs


@parametrized
class ScaledInputs(BaseNetwork):
    """Base of estimators with `standardize`, and `scaler_` where that is True."""

    _: KW_ONLY
    standardize: bool = parameter(
        "boolean",
        default=False,
        says="Whether each feature is moved and scaled to mean 0 and variance 1 (of a sparse matrix"
        " only scaled) as it was in the first fit's samples; `scaler_` does it.",
    )

    def _learn_scales(self, X: Any, targets: Array, weight: Array | None) -> None:
        super()._learn_scales(X, targets, weight)
        self._learn_input_scale(X, weight)
        if not self.standardize:
            labels = getattr(self, "feature_names_in_", None)
            warn_of_inputs(X, weight, labels, "pass standardize=True, or scale X")

    def _learn_input_scale(self, X: Any, weight: Array | None) -> None:
        self.__dict__.pop("scaler_", None)
        if self.standardize:
            self.scaler_ = scalers.learned_from(X, weight)

    def _renew_scales(self, X: Any, targets: Array, weight: Array | None) -> bool:
        renewed = super()._renew_scales(X, targets, weight)
        before = getattr(self, "scaler_", None)
        if self.standardize == (before is not None):
            return renewed
        self._learn_input_scale(X, weight)
        scalers.rescale_inputs(self._net, before, getattr(self, "scaler_", None))
        return True
