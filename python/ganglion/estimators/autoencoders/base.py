"""What every autoencoder does: codes of samples, and samples of codes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin, _fit_context
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ganglion._base.arrays import Array, rows_at_once, unfolded
from ganglion.estimators.autoencoders.arguments import AutoencoderArguments
from ganglion.estimators.autoencoders.plots import PlotsMixin
from ganglion.estimators.one_graph.base import OneGraph
from ganglion.estimators.shared.access import fits_alone, predicts
from ganglion.estimators.shared.hidden_layers import Activation, activations_of, sizes_of
from ganglion.estimators.shared.threads import limited
from ganglion.losses import Loss
from ganglion.models import Model, inside
from ganglion.optimizers import Adam
from ganglion.training.data import Dataset, Inputs
from ganglion.training.supervision import check_weights, own_targets


class BaseAutoencoder(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]  # scikit-learn has no types
    TransformerMixin,  # type: ignore[misc]
    OneGraph,
    PlotsMixin,
    AutoencoderArguments,
):
    """Base of the autoencoders.

    Attributes:
        model_: The whole network.
        encoder_: What makes codes, a `gn.Model` with a copy of the weights.
        decoder_: What makes samples of codes, likewise.
    """

    encoder_: Model
    decoder_: Model
    _loss: Loss  # of a sample and its reconstruction, in the fit

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit to samples, afresh.

        The loss of a batch is the weighted mean over its samples, of each part of it. One that
        counts nothing goes through the network all the same, which must be able to compute it.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
            y: Ignored, but for scikit-learn's callbacks, which are told of it.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.

        Raises:
            ValueError: When X or an argument does not fit; when a weight is negative, not finite,
                or too large or small for a batch's sum, they are not as many as the samples, or
                none counts.
        """
        return self._fitted(X, y, sample_weight, incremental=False)

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Go on for one epoch, from the weights and the optimizer's state of the call before.

        Arguments, and what is refused, are those of `fit`.
        """
        return self._fitted(X, y, sample_weight, incremental=True)

    @predicts
    def transform(self, X: Any) -> Array:
        """Return the codes, shape `(samples, n_components)`.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
        """
        check_is_fitted(self)
        return self._codes(self._checked(X, reset=False))

    @predicts
    def inverse_transform(self, X: Any) -> Array:
        """Return the samples that codes stand for, shape `(samples, features)`.

        Args:
            X: Codes, shape `(samples, n_components)`.
        """
        check_is_fitted(self)
        return self._decoded(check_array(X, dtype=(self.decoder_.dtype,)))

    @predicts
    def reconstruct(self, X: Any) -> Array:
        """Return what samples are after the bottleneck, shape `(samples, features)`.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
        """
        check_is_fitted(self)
        return self._decoded(self._codes(self._checked(X, reset=False)))

    @abstractmethod
    def score_samples(self, X: Any) -> Array:
        """Return how normal each sample is, shape `(samples,)`: the higher, the more."""

    def score(self, X: Any, y: Any = None) -> float:  # noqa: ARG002  (as scikit-learn has it)
        """Return the mean of `score_samples`.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
            y: Ignored.
        """
        return float(self.score_samples(X).mean())

    def _codes(self, X: Any) -> Array:
        with limited(self.n_jobs):
            return self._codes_of(X)

    def _codes_of(self, X: Any) -> Array:
        """Return the codes of checked inputs."""
        codes: Array = self.encoder_.predict(X)
        return codes

    def _decoded(self, codes: Array) -> Array:
        with limited(self.n_jobs):
            decoded: Array = self.decoder_.predict(codes)
        return decoded

    def _compile(self, model: Model, optimizer: Adam) -> None:
        model.compile(optimizer, self._loss)

    def _shape(self) -> tuple[list[int], list[Activation]]:
        """Return the units of each hidden layer before the code, and its activation."""
        sizes = sizes_of(self.hidden_layer_sizes)
        return sizes, activations_of(self.activation, len(sizes))

    def _check_arguments(self, *, incremental: bool) -> None:
        super()._check_arguments(incremental=incremental)
        self._shape()

    def _scores(self, X: Any, of: Callable[[Array], Array]) -> Array:
        """Check inputs, and return what a function gives rows; of a matrix, some at a time."""
        X = self._checked(X, reset=False)
        step = rows_at_once(X)
        with limited(self.n_jobs):
            parts = [of(unfolded(X[row : row + step])) for row in range(0, X.shape[0], step)]
        return np.concatenate(parts)

    def _samples(self, X: Any, weight: Array | None) -> Dataset:
        targets = own_targets("fit, whose target is X", X, self._loss)
        counted = replace(targets, weight=weight, metric_weight=weight)
        data = Dataset((Inputs(X),), (counted,))
        if weight is None:
            return data
        check_weights("fit", "sample_weight", weight)
        has_terms = bool(inside.parametrized(self.model_).network.terms)
        return replace(data, term_weight=weight) if has_terms else data

    @property
    def _n_features_out(self) -> int:
        """How many columns `transform` gives."""
        return int(self.decoder_.input_size)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
