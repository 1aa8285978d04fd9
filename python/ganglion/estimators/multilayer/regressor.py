"""The regressor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils._param_validation import Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length

from ganglion._base.arguments import explained
from ganglion._base.arrays import as_array
from ganglion.estimators.multilayer.base import BaseMLP, Examples
from ganglion.estimators.multilayer.loss import LossRule, outputs_for_numbers, rule_of_numbers
from ganglion.estimators.multilayer.parameters import Activation, levels_of, with_shared_arguments
from ganglion.estimators.multilayer.scaled_targets import ScaledTargetsMLP
from ganglion.estimators.shared.answers import one_of
from ganglion.estimators.shared.network import Array
from ganglion.estimators.shared.rollback import as_before_on_failure
from ganglion.estimators.shared.scores import score_of_numbers
from ganglion.estimators.shared.texts import text_in_targets_told
from ganglion.estimators.shared.turns import fits_alone, predicts
from ganglion.training.far_scales import warn_of_targets

_LOSSES = {"squared_error", "poisson", "absolute_error", "huber", "quantile", "gaussian"}


@explained
@with_shared_arguments
class MLPRegressor(RegressorMixin, ScaledTargetsMLP):  # type: ignore[misc]  # scikit-learn has no types
    """A multi-layer perceptron for numbers: scikit-learn's `MLPRegressor` on Ganglion's core.

    Parameters, attributes and warnings are scikit-learn's, and from the same `random_state` so are
    the weights, up to rounding. Beyond scikit-learn's:

    Args:
        loss: scikit-learn's "squared_error" and "poisson"; "absolute_error"; "huber", which is
            half the square of errors up to 1, and grows linearly beyond (Huber, 1964); "quantile"
            (Koenker and Bassett, 1978); or "gaussian", which also learns the error's variance for
            each sample (Nix and Weigend, 1994).
        {shared}
        standardize_target: Whether the network learns each target moved and scaled to mean 0 and
            variance 1, as it was in the first fit's samples; `target_scaler_` does it. Predictions,
            deviations and scores are in the target's own units, losses and `tol` in the scaled.
        quantile: Of the loss "quantile": the part of targets below the prediction, in `(0, 1)`;
            or several of one target, which then has a prediction for each.
    """

    _parameter_constraints = BaseMLP._parameter_constraints | {
        "loss": [one_of(_LOSSES)],
        "standardize_target": ["boolean"],
        "quantile": [Interval(Real, 0, 1, closed="neither"), "array-like"],
    }

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Activation | Sequence[Activation] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        dropout: float = 0.0,
        clip_norm: float | None = None,
        weight_decay: float = 0.0,
        lr_schedule: str | Callable[[int], float] | None = None,
        warmup_steps: int = 0,
        standardize: bool = False,
        early_stopping_metric: str | Callable[..., float] = "score",
        max_time: float | None = None,
        keep_optimizer_state: bool = False,
        max_history: int | None = None,
        n_hidden_layers: int | None = None,
        hidden_width: int | None = None,
        n_jobs: int | None = None,
        quantile: float | Sequence[float] = 0.5,
        standardize_target: bool = False,
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dropout = dropout
        self.clip_norm = clip_norm
        self.weight_decay = weight_decay
        self.lr_schedule = lr_schedule
        self.warmup_steps = warmup_steps
        self.standardize = standardize
        self.early_stopping_metric = early_stopping_metric
        self.max_time = max_time
        self.keep_optimizer_state = keep_optimizer_state
        self.max_history = max_history
        self.n_hidden_layers = n_hidden_layers
        self.hidden_width = hidden_width
        self.n_jobs = n_jobs
        self.quantile = quantile
        self.standardize_target = standardize_target

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
        return rule_of_numbers(self.loss, self._network, self._fitted_loss()[1])

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
