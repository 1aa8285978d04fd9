"""The regressor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from ganglion.arrays import as_array
from ganglion.estimators.base import BaseMLP
from ganglion.estimators.network import Array


class MLPRegressor(RegressorMixin, BaseMLP):  # type: ignore[misc]  # scikit-learn has no types
    """A multi-layer perceptron for numbers: scikit-learn's `MLPRegressor` on Ganglion's core.

    Parameters, attributes and warnings are scikit-learn's, and from the same `random_state` so are
    the weights, up to rounding. Beyond scikit-learn's:

    Args:
        loss: scikit-learn's "squared_error" and "poisson"; "absolute_error", or "huber", which is
            half the square of errors up to 1, and grows linearly beyond (Huber, 1964).
        activation: One of the hidden layers' activations, or a list with one for each; also those
            of `ganglion.activations` that scikit-learn does not have.
        dropout: The part of each hidden layer's outputs zeroed while training, in `[0, 1)`.
        clip_norm: Largest norm of the gradient of a step of "adam" or "sgd"; None clips nothing.
    """

    _parameter_constraints = BaseMLP._parameter_constraints | {
        "loss": [StrOptions({"squared_error", "poisson", "absolute_error", "huber"})]
    }

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
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

    @available_if(lambda self: self._has_partial_fit())  # type: ignore[untyped-decorator]
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on for one epoch, from the weights and the optimizer's state of the call before.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            y: Targets, shape `(samples,)` or `(samples, outputs)`.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
        """
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Array:
        """Return the values, shape `(samples,)` or `(samples, outputs)`."""
        check_is_fitted(self)
        outputs = self._outputs(X)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def _check_input(
        self,
        X: Any,
        y: Any,
        *,
        incremental: bool,  # noqa: ARG002
        reset: bool,
    ) -> tuple[Any, Array]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, as_array("fit", "y", y).reshape(len(y), -1)

    def _outputs_for(self, targets: Array) -> tuple[int, str]:
        return targets.shape[1], "exp" if self.loss == "poisson" else "identity"

    def _score_of(self, outputs: Array, targets: Array, weight: Array | None) -> float:
        return float(r2_score(targets, outputs, sample_weight=weight))
