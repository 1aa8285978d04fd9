"""The autoencoder: what it learns, beside closed forms, and what it does with it."""

import pickle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import subspace_angles
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

import ganglion as gn
from ganglion import losses
from ganglion.autoencoder import Autoencoder

Array = NDArray[Any]

X = load_digits(return_X_y=True)[0] / 16
FEW = X[:200]
LONG: dict[str, Any] = {
    "tol": 0.0,
    "n_iter_no_change": np.inf,
    "lr_schedule": "cosine",
    "random_state": 0,
}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def error_of_pca(components: int, x: Array = X, test: Array | None = None) -> tuple[float, PCA]:
    pca = PCA(components).fit(x)
    test = x if test is None else test
    return float(((test - pca.inverse_transform(pca.transform(test))) ** 2).mean()), pca


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_linear_one_spans_the_principal_components(dtype: Any) -> None:
    error, pca = error_of_pca(16)
    net = Autoencoder(16, (), learning_rate_init=0.01, max_iter=3000, **LONG).fit(X.astype(dtype))
    assert -net.score(X) < 1.01 * error
    kernel = net.decoder_.get_weights()[0]
    assert np.degrees(subspace_angles(kernel.T, pca.components_.T).max()) < 1


def quality(seed: int, epochs: int) -> float:
    """Return the error of two codes on held-out digits, as a part of that of two components."""
    train, test = X[:1400], X[1400:]
    net = Autoencoder(2, (128, 32), activation="tanh", max_iter=epochs, batch_size=128)
    net.set_params(**LONG | {"random_state": seed}, learning_rate_init=3e-3).fit(train)
    return -net.score(test) / error_of_pca(2, train, test)[0]


def test_two_codes_of_a_deep_one_tell_more_than_two_components() -> None:
    assert quality(0, 200) < 0.85


@pytest.mark.slow
def test_two_codes_of_five_deep_ones_leave_a_quarter_less_error_than_two_components() -> None:
    assert np.median([quality(seed, 500) for seed in range(5)]) < 0.75


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", losses.Huber(0.1)])
def test_encoder_and_decoder_are_the_halves_of_the_model(tied: bool, loss: Any) -> None:
    net = Autoencoder(3, (20, 10), loss=loss, tied_weights=tied, max_iter=3).fit(FEW)
    codes = net.transform(FEW)
    assert codes.shape == (200, 3)
    assert list(net.get_feature_names_out()) == ["autoencoder0", "autoencoder1", "autoencoder2"]
    np.testing.assert_array_equal(codes, net.encoder_.predict(FEW))
    np.testing.assert_array_equal(net.inverse_transform(codes), net.reconstruct(FEW))
    np.testing.assert_allclose(net.model_.predict(FEW), net.reconstruct(FEW), rtol=1e-9)


def test_tied_weights_are_those_of_the_encoder() -> None:
    net = Autoencoder(3, (20,), tied_weights=True, max_iter=3).fit(FEW)
    first, second = net.encoder_.get_weights()[0::2]
    np.testing.assert_array_equal(net.decoder_.get_weights()[0], second.T)
    np.testing.assert_array_equal(net.decoder_.get_weights()[2], first.T)
    untied = Autoencoder(3, (20,), max_iter=3).fit(FEW)
    assert net.model_.count_params() < untied.model_.count_params()


def test_scores_are_less_the_losses_of_the_rows() -> None:
    net = Autoencoder(4, (20,), max_iter=5).fit(FEW)
    expected = -((FEW - net.reconstruct(FEW)) ** 2).mean(axis=1)
    np.testing.assert_allclose(net.score_samples(FEW), expected, rtol=1e-9)
    assert net.score(FEW) == pytest.approx(expected.mean())
    net = Autoencoder(4, (20,), loss="binary_cross_entropy", max_iter=5).fit(FEW)
    p = net.reconstruct(FEW)
    entropy = (FEW * np.log(p) + (1 - FEW) * np.log1p(-p)).mean(axis=1)
    np.testing.assert_allclose(net.score_samples(FEW), entropy, rtol=1e-9)


def test_what_is_not_like_the_rest_scores_less() -> None:
    net = Autoencoder(16, (32,), max_iter=60, random_state=0).fit(X)
    noise = np.random.default_rng(0).permuted(FEW, axis=1)
    assert (net.score_samples(noise) < np.quantile(net.score_samples(FEW), 0.02)).mean() > 0.9


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_a_pickle_and_a_file_give_the_same_bits(loss: str, tmp_path: Any) -> None:
    net = Autoencoder(3, (20,), loss=loss, max_iter=3).fit(FEW)
    again = pickle.loads(pickle.dumps(net))
    for call in ("transform", "reconstruct", "score_samples"):
        np.testing.assert_array_equal(getattr(again, call)(FEW), getattr(net, call)(FEW))
    for one in (again, net):
        one.set_params(loss="huber", tied_weights=True)  # which is for the next fit
        one.partial_fit(FEW)
    np.testing.assert_array_equal(again.transform(FEW), net.transform(FEW))
    assert again.loss_curve_ == net.loss_curve_
    net.model_.save(tmp_path / "net", optimizer=True)
    np.testing.assert_array_equal(gn.load(tmp_path / "net").predict(FEW), net.model_.predict(FEW))
    predictor = net.encoder_.predictor()
    np.testing.assert_array_equal(predictor(FEW[0].astype(predictor.dtype)), net.transform(FEW)[0])


def test_parts_are_the_epochs_of_a_fit() -> None:
    whole = Autoencoder(3, max_iter=3, random_state=0).fit(FEW)
    parts = Autoencoder(3, random_state=0)
    for _ in range(3):
        parts.partial_fit(FEW)
    np.testing.assert_array_equal(parts.transform(FEW), whole.transform(FEW))
    assert parts.loss_curve_ == whole.loss_curve_
    assert len(whole.loss_curve_) == 3


def test_a_sample_without_weight_is_not_learnt_from() -> None:
    weight = np.repeat([1.0, 0.0], 100)
    net = Autoencoder(3, max_iter=200, random_state=0).fit(FEW, sample_weight=weight)
    assert net.score(FEW[:100]) > 1.2 * net.score(FEW[100:])
    assert net.loss_ == pytest.approx(-net.score(FEW[:100]), rel=0.05)


def test_early_stopping_keeps_the_best_epoch() -> None:
    net = Autoencoder(3, early_stopping=True, n_iter_no_change=2, max_iter=30, random_state=0)
    net.fit(FEW)
    assert net.best_validation_loss_ == min(net.validation_loss_curve_)
    assert net.best_epoch_ == 1 + int(np.argmin(net.validation_loss_curve_))


def test_a_sparse_matrix_does_as_the_array() -> None:
    net = Autoencoder(3, max_iter=3, random_state=0)
    dense = net.fit(FEW).score_samples(FEW)
    rows = sparse.csr_matrix(FEW)
    np.testing.assert_array_equal(net.fit(rows).score_samples(rows), dense)


@pytest.mark.parametrize(
    ("arguments", "x", "said"),
    [
        ({"loss": losses.Poisson()}, FEW, "loss is .*Poisson.*must be one of"),
        ({"loss": "binary_cross_entropy"}, 2 * FEW, "must be from 0 to 1"),
        ({"hidden_layer_sizes": (0,)}, FEW, "hidden_layer_sizes must be > 0"),
        ({"activation": ["relu", "relu"]}, FEW, "activation is"),
        ({"n_components": 0}, FEW, "n_components"),
        ({"learning_rate_init": 1e30}, FEW, "not finite"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(
    arguments: dict[str, Any], x: Array, said: str
) -> None:
    net = Autoencoder(max_iter=3, random_state=0).fit(FEW)
    before = net.transform(FEW)
    net.set_params(**arguments)
    with pytest.raises(ValueError, match=said):
        net.fit(x)
    np.testing.assert_array_equal(net.transform(FEW), before)
