"""The variational autoencoder."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.arrays import Array
from ganglion.estimators.autoencoders import bounds
from ganglion.estimators.autoencoders.base import BaseAutoencoder
from ganglion.estimators.autoencoders.layers import chained, hidden, learnt_number, mirrored
from ganglion.estimators.autoencoders.plots import SamplesPlotMixin
from ganglion.estimators.shared.access import predicts
from ganglion.estimators.shared.parameters import NOT_NEGATIVE, one_of, parameter, parametrized
from ganglion.graphs.ends import Input
from ganglion.layers import Concatenate, Dense, Sampling
from ganglion.losses import BinaryCrossEntropy, Gaussian, Loss, NormalKL
from ganglion.models import Model

# By the likelihood: their means over features are that, but for factor and constants.
_LOSSES: dict[str, Loss] = {
    "bernoulli": BinaryCrossEntropy(),
    "gaussian": Gaussian(),
}


@parametrized
class LikelihoodArguments:
    """What it is told beside what any autoencoder is."""

    _: KW_ONLY
    likelihood: str = parameter(
        one_of(_LOSSES),
        default="gaussian",
        says='What a feature is, given a code: "gaussian", normal around what is decoded, with one'
        ' variance for all, which is learned; or "bernoulli", yes or no, or a number between.',
    )
    beta: float = parameter(
        NOT_NEGATIVE,
        default=1.0,
        says="What the codes' divergence from the standard normal counts in training (Higgins et"
        " al., 2017).",
    )


@explained
@parametrized
class VariationalAutoencoder(SamplesPlotMixin, BaseAutoencoder, LikelihoodArguments):
    """A variational autoencoder (Kingma and Welling, 2013; Rezende et al., 2014).

    Each sample has a normal distribution of codes, near the standard one, from which a code is
    drawn in each step. What is made small is less the evidence lower bound, divided by the number
    of features. Without hidden layers, with the Gaussian likelihood, it is probabilistic principal
    component analysis (Lucas et al., 2019).

    It is the graph of `Dense` layers, with `Sampling` between and `ganglion.losses.NormalKL` of
    mean and logarithm of the variance beside the loss. A sample's weight counts in both.

    Args:
        {parameters}

    Attributes:
        encoder_: Gives `mean` and `log_variance` of codes, by name.
        noise_variance_: That of the Gaussian likelihood.
    """

    def _new_model(self, features: int, dtype: str, seed: int) -> Model:
        sizes, activations = self._shape()
        self._loss = _LOSSES[self.likelihood]
        is_gaussian = isinstance(self._loss, Gaussian)
        before = hidden(sizes, activations)
        decoder = mirrored(sizes, activations, features, None if is_gaussian else "sigmoid")
        logits = [*decoder[:-1], Dense(features)]
        x, given = Input(features), Input(int(self.n_components))
        traits = chained(before, x)
        mean, log_variance = (Dense(int(self.n_components))(traits) for _ in range(2))
        code = Sampling()([mean, log_variance])
        decoded = chained(decoder, code)
        divergence = float(self.beta) / features * NormalKL()([mean, log_variance])
        if is_gaussian:
            decoded = Concatenate()([decoded, learnt_number(code, features)])
        made: dict[str, Any] = {"dtype": dtype, "seed": seed}
        self.encoder_ = Model(x, {"mean": mean, "log_variance": log_variance}, **made)
        self.decoder_ = Model(given, chained(decoder, given), **made)
        self._logits = Model(given, chained(logits, given), **made)
        return Model(x, decoded, losses={"normal_kl": divergence}, **made)

    def _take_weights(self) -> None:
        weights = self.model_.get_weights()
        first = len(self.encoder_.get_weights())
        last = first + len(self.decoder_.get_weights())
        self.encoder_.set_weights(weights[:first])
        for model in (self.decoder_, self._logits):
            model.set_weights(weights[first:last])
        self.__dict__.pop("noise_variance_", None)
        if isinstance(self._loss, Gaussian):
            log_variance = self.model_.predict(np.zeros((1, self.n_features_in_)))[0, -1]
            self.noise_variance_ = float(np.exp(log_variance))

    def _codes_of(self, X: Any) -> Array:
        mean: Array = self.encoder_.predict(X)["mean"]
        return mean

    @predicts
    def score_samples(self, X: Any, n_samples: int | None = None) -> Array:
        """Return a bound of the logarithm of each sample's likelihood, shape `(samples,)`.

        The higher, the more normal a sample is. The same sample has the same bound in each call.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
            n_samples: Draws for the importance-weighted bound (Burda et al., 2015), which is the
                closer the more there are; None: the evidence lower bound.

        Raises:
            ValueError: When `n_samples` is less than 1.
        """
        check_is_fitted(self)
        if n_samples is not None:
            checks.positive_count("n_samples", n_samples)

        def bound(rows: Array) -> Array:
            codes = self.encoder_.predict(rows)
            mean, log_variance = (codes[name].astype(float) for name in ("mean", "log_variance"))
            given = (mean, log_variance, lambda code: self._log_likelihood(rows, code))
            if n_samples is None:
                return bounds.evidence_bound(*given, self.model_.seed)
            return bounds.importance_bound(*given, self.model_.seed, int(n_samples))

        return self._scores(X, bound)

    def _log_likelihood(self, X: Array, codes: Array) -> Array:
        """Return the logarithm of the likelihood of each sample, given a code for it."""
        decoded = self._logits.predict(codes).astype(float)
        if hasattr(self, "noise_variance_"):
            variance = self.noise_variance_
            likelihood = -(np.log(2 * np.pi * variance) + (X - decoded) ** 2 / variance) / 2
        else:
            likelihood = X * decoded - np.logaddexp(0, decoded)
        total: Array = likelihood.sum(axis=1)
        return total

    @predicts
    def sample(self, n_samples: int = 1, random_state: Any = None) -> Array:
        """Return new samples, of codes from the standard normal, shape `(n_samples, features)`.

        They are what is decoded: means, without the likelihood's own noise.

        Args:
            n_samples: How many.
            random_state: Decides which; None: they are others in each call.

        Raises:
            ValueError: When `n_samples` is less than 1.
        """
        check_is_fitted(self)
        checks.positive_count("n_samples", n_samples)
        size = (int(n_samples), self._n_features_out)
        return self._decoded(check_random_state(random_state).normal(size=size))
