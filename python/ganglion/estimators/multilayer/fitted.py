"""What a fitted estimator does with its model, and which methods it has."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer.arguments import NetworkArguments
from ganglion.estimators.multilayer.outputs import outputs_of
from ganglion.estimators.multilayer.parameters import STOCHASTIC
from ganglion.estimators.shared.answers import Estimator
from ganglion.estimators.shared.hidden_layers import Activation
from ganglion.estimators.shared.texts import text_told
from ganglion.estimators.shared.threads import limited
from ganglion.graphs.architectures import Architecture
from ganglion.models import Model


class FittedNetwork(Estimator, NetworkArguments):
    """Base of the estimators, with a model once they are fitted."""

    solver: str
    out_activation_: str
    _net: Model

    def _outputs(self, X: Any) -> Array:
        """Check inputs, and return the values of the output layer, shape `(samples, outputs)`."""
        check_is_fitted(self)
        return self._outputs_of(self._net_of_weights(), X, self.out_activation_)

    def _outputs_of(self, net: Model, X: Any, out_activation: Activation) -> Array:
        with text_told(X):
            X = validate_data(
                self, X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), reset=False
            )
        with limited(self.n_jobs):
            return outputs_of(net, self._fed(X), out_activation)

    def _validated(self, X: Any, y: Any, *, reset: bool, **checks: Any) -> tuple[Any, Array]:
        """Check inputs and targets as scikit-learn does; one column of targets becomes flat."""
        with text_told(X):
            X, y = validate_data(
                self,
                X,
                y,
                accept_sparse=["csr", "csc"],
                multi_output=True,
                dtype=(np.float64, np.float32),
                reset=reset,
                **checks,
            )
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    @property
    def architecture(self) -> Architecture:
        """What the fitted network is made of, as `gn.plot_model` draws it."""
        check_is_fitted(self)
        return self._net_of_weights().architecture

    def _use(self, net: Model) -> None:
        """Let a model be the estimator's."""
        self._net = net

    def _net_of_weights(self) -> Model:
        """Return the model that the estimator works with."""
        return self._net

    def _learnt_so_far(self) -> dict[str, Any]:
        """Return a copy of what predictions need, by the names of attributes."""
        return {"_net": copy.copy(self._net)}

    def _fed(self, X: Any) -> tuple[Any, ...]:
        """Return the table that each input of the network is fed, of checked inputs."""
        return (self._scaled(X),)

    def _as_prepared(self, tables: Sequence[Any]) -> Any:
        """Return inputs that are fed as these tables to an estimator that scales nothing."""
        (table,) = tables
        return table

    def _scaled(self, X: Any) -> Any:
        """Return checked inputs as the network takes them."""
        scaler = getattr(self, "scaler_", None)
        if scaler is not None and scaler.with_mean and not isinstance(X, np.ndarray):
            raise ValueError(
                "X is sparse, while standardize has learned the means of dense features: pass an"
                " array, or fit to a sparse matrix"
            )
        return X if scaler is None else scaler.transform(X)

    def _has_partial_fit(self) -> bool:
        if self.solver not in STOCHASTIC:
            raise AttributeError(
                "partial_fit is only available for stochastic optimizers."
                f" {self.solver} is not stochastic."
            )
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
