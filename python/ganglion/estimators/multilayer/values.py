"""Regressors, of any network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length

from ganglion._base.arrays import Array, as_array
from ganglion.estimators.multilayer.base import Examples
from ganglion.estimators.multilayer.loss import LossRule, outputs_for_numbers, rule_of_numbers
from ganglion.estimators.multilayer.parameters import levels_of
from ganglion.estimators.multilayer.scaled_targets import ScaledTargets
from ganglion.estimators.shared.access import fits_alone, predicts
from ganglion.estimators.shared.parameters import INSIDE_0_TO_1, one_of, parameter, parametrized
from ganglion.estimators.shared.rollback import as_before_on_failure
from ganglion.estimators.shared.scores import score_of_numbers
from ganglion.estimators.shared.texts import text_in_targets_told
from ganglion.models import inside
from ganglion.training.far_scales import warn_of_targets

_LOSSES = {"squared_error", "poisson", "absolute_error", "huber", "quantile", "gaussian"}


@parametrized
class LossArgument:
    """The argument of a regressor that comes first."""

    loss: str = parameter(
        one_of(_LOSSES),
        default="squared_error",
        says='scikit-learn\'s "squared_error" and "poisson"; "absolute_error"; "huber", which is'
        " half the square of errors up to 1, and grows linearly beyond (Huber, 1964); "
        '"quantile" (Koenker and Bassett, 1978); or "gaussian", which also learns the error\'s'
        " variance for each sample (Nix and Weigend, 1994).",
    )


@parametrized
class NetworkRegressor(RegressorMixin, ScaledTargets):  # type: ignore[misc]  # scikit-learn has no types
    """What predicts numbers, of whatever network."""

    _: KW_ONLY
    quantile: float | Sequence[float] = parameter(
        INSIDE_0_TO_1,
        "array-like",
        default=0.5,
        says='Of the loss "quantile": the part of targets below the prediction, in `(0, 1)`; or'
        " several of one target, which then has a prediction for each.",
    )
    standardize_target: bool = parameter(
        "boolean",
        default=False,
        says="Whether the network learns each target moved and scaled to mean 0 and variance 1, as"
        " it was in the first fit's samples; `target_scaler_` does it. Predictions, deviations and"
        " scores are in the target's own units, losses and `tol` in the scaled.",
    )

    @available_if(lambda self: self._has_partial_fit())  # type: ignore[untyped-decorator]
    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on for one epoch, from the weights and the optimizer's state of the call before.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            y: Targets, shape `(samples,)` or `(samples, outputs)`.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
        """
        with as_before_on_failure(self):
            return self._fit(X, y, sample_weight, incremental=True)

    @predicts
    def predict(self, X: Any, return_std: bool = False) -> Any:
        """Return the values, shape `(samples,)` or `(samples, outputs)`.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            return_std: Whether to return also the standard deviation of each, which the loss
                "gaussian" learns.

        Raises:
            ValueError: When the loss is another and the deviation is wanted.
        """
        outputs = self._outputs(X)
        loss, _ = self._fitted_loss()
        if loss != "gaussian":
            if return_std:
                raise ValueError(f"return_std is for the loss 'gaussian', it is {loss!r}")
            return _one_dimensional(self._in_units(outputs))
        mean, log_variance = np.split(outputs, 2, axis=1)
        values = _one_dimensional(self._in_units(mean))
        deviation = _one_dimensional(self._spread_in_units(np.exp(log_variance / 2)))
        return (values, deviation) if return_std else values

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R^2; for the loss "quantile" the same of the pinball loss, its mean over levels.

        The latter is `sklearn.metrics.d2_pinball_score`.
        """
        levels = self._fitted_loss()[1]
        if not levels:
            return float(super().score(X, y, sample_weight))
        values = self.predict(X)
        check_consistent_length(values, y)
        y = np.asarray(y).reshape(len(values), -1)
        return score_of_numbers(values.reshape(len(values), -1), y, sample_weight, levels)

    def _check_input(
        self,
        X: Any,
        y: Any,
        *,
        incremental: bool,  # noqa: ARG002
        reset: bool,
        training: bool = True,  # noqa: ARG002
    ) -> tuple[Any, Array]:
        with text_in_targets_told(y):
            X, y = self._validated(X, y, reset=reset, y_numeric=True)
            y = y.astype(np.float64) if y.dtype.kind in "US" else y  # as those in objects
            return X, as_array("fit", "y", y).reshape(len(y), -1)

    def _outputs_for(self, targets: Array) -> tuple[int, str]:
        levels = levels_of(self.loss, self.quantile)
        return outputs_for_numbers(self.loss, levels, targets.shape[1])

    def _loss_rule(self) -> LossRule:
        return rule_of_numbers(self.loss, inside.parametrized(self._net), self._fitted_loss()[1])

    def _check_arguments(self, validation: Examples | None, *, incremental: bool) -> None:
        super()._check_arguments(validation, incremental=incremental)
        levels_of(self.loss, self.quantile)
        if self.standardize_target and self.loss == "poisson":
            raise ValueError("standardize_target is True, and loss 'poisson' takes no y below 0")

    def _learn_scales(self, X: Any, targets: Array, weight: Array | None) -> None:
        super()._learn_scales(X, targets, weight)
        if not self.standardize_target and self.loss != "poisson":
            warn_of_targets(targets, weight, "pass standardize_target=True, or scale y")

    def _remember_arguments(self) -> None:
        self._loss_of_fit = self.loss, levels_of(self.loss, self.quantile)

    def _fitted_loss(self) -> tuple[str, tuple[float, ...]]:
        """Return the loss that was fitted, and the levels of quantiles."""
        return getattr(self, "_loss_of_fit", (self.loss, ()))  # scikit-learn's have none

    def _labels_of(self, targets: Array) -> Array:
        return _one_dimensional(targets)

    def _score_of(self, outputs: Array, targets: Array, weight: Array | None) -> float:
        loss, levels = self._fitted_loss()
        values = outputs[:, : targets.shape[1]] if loss == "gaussian" else outputs
        return score_of_numbers(self._in_units(values), targets, weight, levels)


def _one_dimensional(values: Array) -> Array:
    """Return a table of one column as that column."""
    return values.ravel() if values.shape[1] == 1 else values
