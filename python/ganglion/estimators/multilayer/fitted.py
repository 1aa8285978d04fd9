"""What a fitted estimator does with its weights, and which methods it has."""

from __future__ import annotations

import operator
from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import column_or_1d
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import check_is_fitted, validate_data

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer import conversion
from ganglion.estimators.multilayer.arguments import MLPArguments
from ganglion.estimators.multilayer.mlp import holding, outputs_of, shown
from ganglion.estimators.multilayer.parameters import STOCHASTIC, Activation, activations_of
from ganglion.estimators.shared.answers import Estimator
from ganglion.estimators.shared.texts import text_told
from ganglion.estimators.shared.threads import limited
from ganglion.estimators.shared.turns import predicts
from ganglion.graphs.architectures import Architecture
from ganglion.models import Sequential


class FittedMLP(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Estimator, MLPArguments):  # type: ignore[misc]  # scikit-learn has no types
    """Base of the estimators, with `coefs_` and `intercepts_` once they are fitted."""

    def _outputs(self, X: Any) -> Array:
        """Check inputs, and return the values of the output layer, shape `(samples, outputs)`."""
        check_is_fitted(self)
        return self._outputs_of(self._net_of_weights(), X, self.out_activation_)

    def _outputs_of(self, net: Sequential, X: Any, out_activation: Activation) -> Array:
        with text_told(X):
            X = validate_data(
                self, X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), reset=False
            )
        with limited(self.n_jobs):
            return outputs_of(net, self._scaled(X), out_activation)

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

    @predicts
    def transform(self, X: Any, layer: int = -1) -> Array:
        """Return the outputs of a hidden layer, shape `(samples, units)`.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            layer: Which one: 0 is the first, -1 the last.

        Raises:
            TypeError: When `layer` is no whole number.
            ValueError: When there is no such layer.
        """
        check_is_fitted(self)
        count = len(self.coefs_) - 1
        layer = operator.index(layer)
        if not -count <= layer < count:
            raise ValueError(f"layer is {layer}, there are {count} hidden layers")
        end = layer % count + 1
        if end != count and _get_output_config("transform", self)["dense"] != "default":
            raise ValueError(
                f"layer is {layer}: set_output names the outputs of the last hidden layer only,"
                " others need set_output(transform='default')"
            )
        activations = activations_of(self.activation, count)
        hidden = holding(
            self.coefs_[:end],
            self.intercepts_[:end],
            activations[: end - 1],
            activations[end - 1],
        )
        return self._outputs_of(hidden, X, activations[end - 1])

    @property
    def _n_features_out(self) -> int:
        """How many columns `transform` gives."""
        return int(self.coefs_[-1].shape[0])

    @property
    def architecture(self) -> Architecture:
        """What the fitted network is made of, as `gn.plot_model` draws it."""
        check_is_fitted(self)
        return self._net_of_weights().architecture

    def _use(self, net: Sequential) -> None:
        """Let the estimator's weights be those of a model made as its parameters say."""
        self._net = net
        self.coefs_, self.intercepts_ = shown(net)
        self._net_shows = self._made_as()

    def _net_of_weights(self) -> Sequential:
        """Return the model that works with `coefs_`, or one with a copy where users set them."""
        made_as = self._made_as()
        if hasattr(self, "_net") and _are_the_same(made_as, self._net_shows):
            return self._net
        activations, dropout, _ = made_as
        seed = getattr(self, "_dropout_seed", 0)  # scikit-learn's have none
        weights = self.coefs_, self.intercepts_
        return holding(*weights, activations, self.out_activation_, dropout, seed)

    def _made_as(self) -> tuple[list[Activation], float, tuple[Array, ...]]:
        """Return the hidden layers' activations and dropout, and all arrays of weights."""
        activations = activations_of(self.activation, len(self.coefs_) - 1)
        return activations, self.dropout, (*self.coefs_, *self.intercepts_)

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

    @classmethod
    def from_sklearn(cls, estimator: Any) -> Self:
        """Return ours with the parameters and, if it is fitted, the weights of scikit-learn's.

        Raises:
            TypeError: When it is not scikit-learn's class of the same name.
        """
        parameters, learnt = conversion.from_sklearn(cls.__name__, estimator)
        made = cls(**parameters)
        made.__dict__.update(learnt)
        if hasattr(made, "coefs_"):
            made._use(made._net_of_weights())
        return made

    def to_sklearn(self) -> Any:
        """Return scikit-learn's with the same parameters and, if this is fitted, weights.

        Raises:
            ValueError: When a parameter has a value that scikit-learn does not know.
        """
        return conversion.to_sklearn(self)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        for name in ("_net", "_net_shows"):  # they are made again from the weights
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        given = self.activation
        fits = isinstance(given, Activation) or len(given) == getattr(self, "n_layers_", 2) - 2
        if hasattr(self, "coefs_") and fits:
            self._use(self._net_of_weights())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _are_the_same(made: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> bool:
    """Are these the same arrays, in the same kind of layers?"""
    (*layers, arrays), (*other_layers, other_arrays) = made, other
    same = len(arrays) == len(other_arrays)
    return same and layers == other_layers and all(map(operator.is_, arrays, other_arrays))
