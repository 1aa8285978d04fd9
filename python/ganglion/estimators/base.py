"""What the classifier and the regressor share: scikit-learn's ways around the core's training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self, cast

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils.optimize import _check_optimize_result
from sklearn.utils.validation import _check_sample_weight, validate_data

from ganglion.data import Dataset
from ganglion.estimators import conversion, lbfgs, stochastic_fit
from ganglion.estimators.network import Array, EstimatorNetwork
from ganglion.estimators.parameters import CONSTRAINTS, STOCHASTIC, activations_of, hidden_sizes
from ganglion.estimators.stochastic import StochasticOptimizer

_NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and"
    " need to be preprocessed."
)


class BaseMLP(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """Base of the estimators; they say what the parameters are."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    loss: str

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Fit to data: afresh, or with `warm_start` from the weights of the fit before.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            y: Targets, shape `(samples,)` or `(samples, outputs)`.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
            X_val: Inputs to score and take the loss of after each epoch, for "adam" and "sgd";
                `early_stopping` goes by them, and holds nothing out.
            y_val: Their targets.
            sample_weight_val: And their weights.
        """
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together")
        given = None if X_val is None else (X_val, y_val, sample_weight_val)
        return self._fit(X, y, sample_weight, given, incremental=False)

    @abstractmethod
    def _check_input(self, X: Any, y: Any, *, incremental: bool, reset: bool) -> tuple[Any, Array]:
        """Return the inputs, and the targets as the core takes them, `(samples, columns)`."""

    @abstractmethod
    def _outputs_for(self, targets: Array) -> tuple[int, str]:
        """Return how many outputs there must be, and scikit-learn's name of their activation."""

    @abstractmethod
    def _score_of(self, outputs: Array, targets: Array, weight: Array | None) -> float:
        """Return the score of finite outputs beside targets as `_check_input` gave them."""

    def _weight_of(self, y: Any, *, incremental: bool, training: bool) -> Array | None:  # noqa: ARG002
        """Return what each sample counts by its target, shape `(samples,)`; None: all the same."""
        return None

    def _stratify(self, targets: Array) -> Array | None:  # noqa: ARG002
        """Return what a hold-out keeps the shares of; None: nothing."""
        return None

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation: tuple[Any, Any, Any] | None = None,
        *,
        incremental: bool,
    ) -> Self:
        sizes = hidden_sizes(self.hidden_layer_sizes)
        first = not hasattr(self, "coefs_") or (not self.warm_start and not incremental)
        X, targets = self._check_input(X, y, incremental=incremental, reset=first)
        weight = self._weights(X, y, sample_weight, incremental=incremental, training=True)
        if self.solver not in STOCHASTIC:
            lbfgs.refuse(dropout=self.dropout, clip_norm=self.clip_norm, X_val=validation)
        watched = None if validation is None else self._check_validation(*validation)
        if not first and len(sizes) != len(self.coefs_) - 1:
            raise ValueError(
                f"hidden_layer_sizes is {sizes}, the weights to go on with have"
                f" {len(self.coefs_) - 1} hidden layers"
            )
        self._random_state = check_random_state(self.random_state)
        if first:
            self._initialize([X.shape[1], *sizes], targets, X.dtype.name)
        self._use(self._network_of_weights())
        samples = Dataset(X, targets, weight)
        if self.solver in STOCHASTIC:
            self._fit_stochastic(samples, watched, incremental=incremental)
        else:
            self._fit_lbfgs(samples)
        if not np.isfinite(self._network.store.values).all():
            raise ValueError(_NOT_FINITE)
        return self

    def _weights(
        self, X: Any, y: Any, given: Any, *, incremental: bool, training: bool
    ) -> Array | None:
        """Return what each sample counts, shape `(samples, 1)`; None: all the same."""
        by_target = self._weight_of(y, incremental=incremental, training=training)
        if given is None:
            return None if by_target is None else by_target.reshape(-1, 1)
        checked: Array = _check_sample_weight(given, X).astype(np.float64).reshape(-1, 1)
        return checked if by_target is None else by_target.reshape(-1, 1) * checked

    def _check_validation(self, X: Any, y: Any, sample_weight: Any) -> Dataset:
        X, targets = self._check_input(X, y, incremental=True, reset=False)
        return Dataset(
            X, targets, self._weights(X, y, sample_weight, incremental=False, training=False)
        )

    def _initialize(self, sizes: list[int], targets: Array, dtype: str) -> None:
        self.n_outputs_, self.out_activation_ = self._outputs_for(targets)
        self.n_layers_ = len(sizes) + 1
        self.n_iter_ = 0
        self.t_ = 0
        activations = activations_of(self.activation, len(sizes) - 1)
        network = EstimatorNetwork(
            [*sizes, self.n_outputs_],
            activations,
            self.out_activation_,
            dtype,
            self.dropout,
            self._random_state.randint(2**31) if self.dropout else 0,
        )
        last = activations[-1] if activations else self.activation
        for coef, intercept, activation in zip(
            network.coefs, network.intercepts, [*activations, last], strict=True
        ):
            factor = 2.0 if activation in ("logistic", "sigmoid") else 6.0
            bound = np.sqrt(factor / sum(coef.shape))
            coef[:] = self._random_state.uniform(-bound, bound, coef.shape)
            intercept[:] = self._random_state.uniform(-bound, bound, intercept.shape)
        self._use(network)
        if self.solver in STOCHASTIC:
            self.loss_curve_: list[float] = []
            self.validation_loss_curve_: list[float] = []
            self._no_improvement_count = 0
            stops_early = self.early_stopping
            self.best_loss_: Any = None if stops_early else np.inf
            self.validation_scores_: Any = [] if stops_early else None
            self.best_validation_score_: Any = -np.inf if stops_early else None

    def _use(self, network: EstimatorNetwork) -> None:
        """Let the estimator's weights be those of the network."""
        self._network = network
        self.coefs_, self.intercepts_ = list(network.coefs), list(network.intercepts)

    def _network_of_weights(self) -> EstimatorNetwork:
        """Return the network that works with `coefs_`, or one with a copy where users set them."""
        network: EstimatorNetwork | None = getattr(self, "_network", None)
        activations = activations_of(self.activation, len(self.coefs_) - 1)
        weights = self.coefs_, self.intercepts_
        if network is not None and network.shows(*weights, activations, self.dropout):
            return network
        return EstimatorNetwork.holding(*weights, activations, self.out_activation_, self.dropout)

    def _fit_lbfgs(self, samples: Dataset) -> None:
        result = lbfgs.minimize(
            self._network,
            self.loss,
            samples,
            alpha=self.alpha,
            max_iter=self.max_iter,
            max_fun=self.max_fun,
            tol=self.tol,
        )
        self.n_iter_ = _check_optimize_result("lbfgs", result, self.max_iter)
        self.loss_ = result.fun

    def _fit_stochastic(
        self, samples: Dataset, validation: Dataset | None, *, incremental: bool
    ) -> None:
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        if not incremental or not hasattr(self, "_optimizer"):
            self._optimizer = StochasticOptimizer(self._network, self.get_params(deep=False))
        self._optimizer.bind(self._network)
        stochastic_fit.run(self, samples, validation, once=incremental)

    def _outputs(self, X: Any) -> Array:
        """Check inputs, and return the values of the output layer, shape `(samples, outputs)`."""
        X = validate_data(
            self, X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), reset=False
        )
        return self._network_of_weights().outputs(X)

    def _has_partial_fit(self) -> bool:
        if self.solver not in STOCHASTIC:
            raise AttributeError(
                "partial_fit is only available for stochastic optimizers."
                f" {self.solver} is not stochastic."
            )
        return True

    @classmethod
    def from_sklearn(cls, estimator: Any) -> Self:
        """Return ours with the parameters and, if it is fitted, the weights of scikit-learn's.

        Raises:
            TypeError: When it is not scikit-learn's class of the same name.
        """
        return cast("Self", conversion.from_sklearn(cls, estimator))

    def to_sklearn(self) -> Any:
        """Return scikit-learn's with the same parameters and, if this is fitted, weights.

        Raises:
            ValueError: When a parameter has a value that scikit-learn does not know.
        """
        return conversion.to_sklearn(self)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        state.pop("_network", None)  # it is made again from the weights
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        listed = not isinstance(self.activation, str)
        if hasattr(self, "coefs_") and not (listed and len(self.activation) != self.n_layers_ - 2):
            self._use(self._network_of_weights())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
