"""Denoising and sparse autoencoders: closed forms and published figures."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from ganglion.autoencoder import DenoisingAutoencoder, SparseAutoencoder

Array = NDArray[Any]

X = load_digits(return_X_y=True)[0] / 16
TRAIN, TEST = X[:1400], X[1400:]
LONG: dict[str, Any] = {"tol": 0.0, "n_iter_no_change": np.inf, "lr_schedule": "cosine"}
LEVEL = 0.3

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def noisy() -> Array:
    added: Array = np.random.default_rng(0).normal(0, LEVEL, TEST.shape)
    added += TEST
    return added


def error_of_wiener() -> float:
    """Return the error of the best linear filter (Wiener, 1949), by the training samples."""
    mean, covariance = TRAIN.mean(axis=0), np.cov(TRAIN.T, bias=True)
    filtering = np.linalg.solve(covariance + LEVEL**2 * np.eye(64), covariance)
    return float(((mean + (noisy() - mean) @ filtering - TEST) ** 2).mean())


def error_of(net: DenoisingAutoencoder) -> float:
    return float(((net.fit(TRAIN).reconstruct(noisy()) - TEST) ** 2).mean())


def test_a_linear_one_is_the_wiener_filter() -> None:
    net = DenoisingAutoencoder(64, (), noise_level=LEVEL, max_iter=300, random_state=0, **LONG)
    net.set_params(learning_rate_init=0.01)
    assert error_of(net) == pytest.approx(error_of_wiener(), rel=0.01)


def denoising(seed: int, epochs: int) -> float:
    """Return the error of a network of 256 units, as a part of the Wiener filter's."""
    net = DenoisingAutoencoder(256, (), code_activation="relu", noise_level=LEVEL, batch_size=128)
    net.set_params(max_iter=epochs, learning_rate_init=3e-3, random_state=seed, **LONG)
    return error_of(net) / error_of_wiener()


def test_a_deep_one_takes_more_noise_away_than_the_wiener_filter() -> None:
    assert denoising(0, 100) < 0.97


@pytest.mark.slow
def test_five_deep_ones_leave_a_tenth_less_than_the_wiener_filter() -> None:
    assert np.median([denoising(seed, 300) for seed in range(5)]) < 0.9


@pytest.mark.parametrize("noise", ["gaussian", "masking", "salt_and_pepper"])
def test_noise_is_in_training_alone(noise: str) -> None:
    net = DenoisingAutoencoder(8, (32,), noise=noise, max_iter=60, random_state=0).fit(TRAIN)
    np.testing.assert_array_equal(net.reconstruct(TEST), net.reconstruct(TEST))
    np.testing.assert_allclose(net.model_.predict(TEST), net.reconstruct(TEST), rtol=1e-9)
    plain = DenoisingAutoencoder(8, (32,), noise_level=0, max_iter=60, random_state=0).fit(TRAIN)
    assert net.score(TRAIN) < plain.score(TRAIN)


def test_more_noise_than_there_are_features_is_refused() -> None:
    with pytest.raises(ValueError, match=r"noise_level is 1.0, must be less than 1"):
        DenoisingAutoencoder(noise="masking", noise_level=1.0).fit(TRAIN)


def test_units_of_a_sparse_one_are_as_often_active_as_asked_for() -> None:
    net = SparseAutoencoder(64, (), max_iter=300, learning_rate_init=3e-3, **LONG)
    means = net.set_params(random_state=0).fit(TRAIN).transform(TRAIN).mean(axis=0)
    assert (np.abs(means - 0.05) <= 0.01).mean() >= 0.95
    free = SparseAutoencoder(64, (), sparsity_weight=0.0, max_iter=300, **LONG)
    means = free.set_params(random_state=0).fit(TRAIN).transform(TRAIN).mean(axis=0)
    assert (np.abs(means - 0.05) <= 0.01).mean() < 0.5


@pytest.mark.slow
def test_units_of_five_sparse_ones_are_as_often_active_as_asked_for() -> None:
    shares = []
    for seed in range(5):
        net = SparseAutoencoder(64, (), max_iter=1000, learning_rate_init=3e-3, **LONG)
        means = net.set_params(random_state=seed).fit(TRAIN).transform(TRAIN).mean(axis=0)
        shares.append((np.abs(means - 0.05) <= 0.01).mean())
    assert np.median(shares) >= 0.95


def test_l1_lets_few_numbers_of_a_code_be_active() -> None:
    def active(weight: float) -> float:
        net = SparseAutoencoder(64, (), sparsity="l1", code_activation="relu", random_state=0)
        net.set_params(sparsity_weight=weight, max_iter=200, **LONG)
        return float((net.fit(TRAIN).transform(TRAIN) > 0).mean())

    assert active(0.003) < 0.7 * active(0.0)


def test_a_k_sparse_one_beats_as_many_principal_components() -> None:
    """Each sample has its own (Makhzani and Frey, 2013)."""
    net = SparseAutoencoder(128, (), sparsity="k_sparse", code_activation=None, random_state=0)
    net.set_params(n_nonzero_coefs=8, max_iter=200, learning_rate_init=3e-3, **LONG).fit(TRAIN)
    codes = net.transform(TEST)
    assert ((codes != 0).sum(axis=1) == 8).all()
    np.testing.assert_array_equal(net.inverse_transform(codes), net.reconstruct(TEST))
    of_pca = PCA(8).fit(TRAIN)
    error = ((net.reconstruct(TEST) - TEST) ** 2).mean()
    assert error < 0.8 * ((of_pca.inverse_transform(of_pca.transform(TEST)) - TEST) ** 2).mean()


def test_a_k_sparse_one_keeps_a_tenth_if_not_told() -> None:
    for components, kept in ((64, 6), (4, 1)):
        net = SparseAutoencoder(components, (), sparsity="k_sparse", code_activation=None)
        codes = net.set_params(max_iter=1, random_state=0).fit(TRAIN).transform(TEST)
        assert ((codes != 0).sum(axis=1) == kept).all()
    with pytest.raises(ValueError, match="n_nonzero_coefs is 5, must be at most n_components, 4"):
        net.set_params(n_nonzero_coefs=5).fit(TRAIN)


def test_a_mean_of_what_is_not_between_0_and_1_is_refused() -> None:
    with pytest.raises(ValueError, match="code_activation is 'relu', must be 'sigmoid'"):
        SparseAutoencoder(code_activation="relu").fit(TRAIN)
