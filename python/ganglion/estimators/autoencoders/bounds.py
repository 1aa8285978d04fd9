"""Bounds of the likelihood that a variational autoencoder gives to samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Array = NDArray[Any]
LogLikelihood = Callable[[Array], Array]
"""Of codes, a row for each sample: how likely the samples are by them, `(samples,)`."""

_PAIRS = 32  # of draws, at least


def evidence_bound(mean: Array, log_variance: Array, likelihood: LogLikelihood, seed: int) -> Array:
    """Return the evidence lower bound of each sample (Kingma and Welling, 2013), `(samples,)`.

    The divergence is computed, the expected likelihood is a mean over draws. These are the same for
    each sample, and have mean 0 and covariance 1: so it is exact where the logarithm of the
    likelihood is a square of the code.

    Args:
        mean: Of each sample's codes, `(samples, n_components)`.
        log_variance: The logarithms of their variances.
        likelihood: What follows from a code.
        seed: Of the draws.
    """
    divergence = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
    total = np.zeros(len(mean))
    draws = balanced_draws(mean.shape[1], seed)
    for draw in draws:
        total += likelihood(mean + np.exp(log_variance / 2) * draw)
    bound: Array = total / len(draws) - divergence
    return bound


def importance_bound(
    mean: Array, log_variance: Array, likelihood: LogLikelihood, seed: int, draws: int
) -> Array:
    """Return the importance-weighted bound (Burda et al., 2015), which more draws make closer.

    Arguments are those of `evidence_bound`, and how many draws there are, the same for each sample.
    """
    rng = np.random.default_rng(seed)
    logs = np.empty((draws, len(mean)))
    for one in logs:
        draw = rng.normal(size=mean.shape[1])
        code = mean + np.exp(log_variance / 2) * draw
        before_and_after = (draw**2 - code**2 + log_variance).sum(axis=1) / 2
        one[:] = likelihood(code) + before_and_after
    bound: Array = logsumexp(logs, axis=0) - np.log(draws)
    return bound


def balanced_draws(columns: int, seed: int) -> Array:
    """Return normal draws, `(draws, columns)`, whose mean is 0 and whose covariance is 1."""
    half = max(_PAIRS, columns)
    normal = np.random.default_rng(seed).normal(size=(half, columns))
    left, _, right = np.linalg.svd(normal, full_matrices=False)
    draws = np.sqrt(half) * left @ right  # the nearest whose columns are orthogonal
    return np.concatenate([draws, -draws])
