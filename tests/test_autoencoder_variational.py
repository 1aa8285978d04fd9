"""The variational autoencoder: closed forms of what it bounds, and what it does."""

import pickle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from ganglion.autoencoder import VariationalAutoencoder
from ganglion.estimators.autoencoders import bounds

Array = NDArray[Any]

X = load_digits(return_X_y=True)[0] / 16
FEW = X[:200]
LONG: dict[str, Any] = {
    "tol": 0.0,
    "n_iter_no_change": np.inf,
    "lr_schedule": "cosine",
    "learning_rate_init": 0.01,
    "random_state": 0,
}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("components", [5, 10])
def test_a_linear_one_is_as_likely_as_probabilistic_components(components: int) -> None:
    pca = PCA(components).fit(X)
    net = VariationalAutoencoder(components, (), max_iter=600, **LONG).fit(X)
    assert net.score(X) == pytest.approx(pca.score(X), rel=0.01)
    assert net.score(X) < pca.score(X)  # which no bound exceeds
    assert net.noise_variance_ == pytest.approx(pca.noise_variance_, rel=0.01)


def test_the_bound_is_exact_where_the_codes_are_known() -> None:
    rng = np.random.default_rng(0)
    x, variance = rng.normal(size=(20, 7)), 0.5
    scale = np.diag([1.5, 0.5, 1.0])  # codes that are independent: orthogonal directions
    kernel = scale @ np.linalg.qr(rng.normal(size=(7, 3)))[0].T
    covariance = kernel.T @ kernel + variance * np.eye(7)
    truth = -(7 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]) / 2
    truth = truth - (x @ np.linalg.inv(covariance) * x).sum(axis=1) / 2
    precision = 1 + np.diag(scale) ** 2 / variance
    mean, log_variance = x @ kernel.T / variance / precision, np.tile(-np.log(precision), (20, 1))

    def likelihood(code: Array) -> Array:
        errors = ((x - code @ kernel) ** 2).sum(axis=1)
        value: Array = -(7 * np.log(2 * np.pi * variance) + errors / variance) / 2
        return value

    bound = bounds.evidence_bound(mean, log_variance, likelihood, 0)
    np.testing.assert_allclose(bound, truth, rtol=1e-10)
    for draws in (1, 5):  # by the true codes each draw alone tells all
        bound = bounds.importance_bound(mean, log_variance, likelihood, 0, draws)
        np.testing.assert_allclose(bound, truth, rtol=1e-10)
    wider = log_variance + 1
    loose = bounds.evidence_bound(mean, wider, likelihood, 0)
    assert (loose < truth - 0.1).all()
    closer = bounds.importance_bound(mean, wider, likelihood, 0, 2000)
    assert (np.abs(closer - truth) < 0.1).all()


@pytest.mark.parametrize("columns", [1, 2, 40])
def test_balanced_draws_have_mean_0_and_covariance_1(columns: int) -> None:
    draws = bounds.balanced_draws(columns, 3)
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(draws.T @ draws / len(draws), np.eye(columns), atol=1e-12)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_what_is_trained_is_less_the_bound_of_a_feature(likelihood: str) -> None:
    net = VariationalAutoencoder(2, (64,), likelihood=likelihood, max_iter=100, random_state=0)
    net.fit(X)
    constant = np.log(2 * np.pi) / 2 if likelihood == "gaussian" else 0.0
    assert -net.score(X) / 64 == pytest.approx(net.loss_ + constant, rel=0.02)
    assert net.score_samples(X, 50).mean() > net.score(X)


def test_the_divergence_counts_as_much_as_beta_says() -> None:
    def divergence(beta: float) -> float:
        net = VariationalAutoencoder(4, (32,), beta=beta, max_iter=60, random_state=0).fit(X)
        codes = net.encoder_.predict(X)
        m, s = codes["mean"], codes["log_variance"]
        return float((m**2 + np.exp(s) - 1 - s).sum(axis=1).mean() / 2)

    assert divergence(20) < 0.8 * divergence(1) < 0.8 * divergence(0)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_halves_pickles_and_samples(likelihood: str) -> None:
    net = VariationalAutoencoder(2, (32,), likelihood=likelihood, max_iter=5, random_state=0)
    net.fit(FEW)
    whole = net.model_.predict(FEW)[:, :64]  # a prediction decodes the mean
    np.testing.assert_allclose(net.reconstruct(FEW), whole, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(net.transform(FEW), net.encoder_.predict(FEW)["mean"])
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.score_samples(FEW), net.score_samples(FEW))
    samples = net.sample(5, random_state=0)
    assert samples.shape == (5, 64)
    np.testing.assert_array_equal(again.sample(5, random_state=0), samples)
    assert hasattr(net, "noise_variance_") == (likelihood == "gaussian")


def test_samples_look_like_what_was_learnt() -> None:
    net = VariationalAutoencoder(2, (64,), likelihood="bernoulli", max_iter=100, random_state=0)
    net.fit(X)
    samples = net.sample(200, random_state=0)
    assert ((samples >= 0) & (samples <= 1)).all()
    assert net.score(samples) > net.score(X[:, ::-1])
    np.testing.assert_allclose(samples.mean(axis=0), X.mean(axis=0), atol=0.2)


@pytest.mark.parametrize("n_samples", [0, -1])
def test_numbers_of_draws_that_are_none_are_refused(n_samples: int) -> None:
    net = VariationalAutoencoder(max_iter=1).fit(FEW)
    with pytest.raises(ValueError, match="n_samples"):
        net.sample(n_samples)
    with pytest.raises(ValueError, match="n_samples"):
        net.score_samples(FEW, n_samples)


def test_what_is_no_yes_or_no_is_refused_by_the_bernoulli_likelihood() -> None:
    net = VariationalAutoencoder(likelihood="bernoulli", max_iter=1)
    with pytest.raises(ValueError, match="must be from 0 to 1"):
        net.fit(2 * FEW)
    assert not hasattr(net, "model_")
