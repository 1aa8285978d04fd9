"""What samples count in the losses of autoencoders that are not of each sample alone."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from played_team import assert_same_in_any_order

from ganglion.autoencoder import (
    Autoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)

Array = NDArray[Any]

ROWS, FEATURES, CODE = 50, 12, 6
X = np.random.default_rng(0).uniform(size=(ROWS, FEATURES))
WEIGHT = np.random.default_rng(1).uniform(0.1, 5, ROWS)
WEIGHT[[3, 17, 40]] = 0

KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "plain": (Autoencoder, {}),
    "denoising": (DenoisingAutoencoder, {}),
    "kl": (SparseAutoencoder, {"sparsity_weight": 0.7}),
    "l1": (SparseAutoencoder, {"sparsity": "l1", "code_activation": "relu"}),
    "k_sparse": (SparseAutoencoder, {"sparsity": "k_sparse", "n_nonzero_coefs": 2}),
    "gaussian": (VariationalAutoencoder, {}),
    "bernoulli": (VariationalAutoencoder, {"likelihood": "bernoulli", "beta": 0.6}),
}
NOISY = ["denoising", "gaussian", "bernoulli"]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def net_of(kind: str, **arguments: Any) -> Any:
    make, own = KINDS[kind]
    made = make(CODE, (10,), activation="tanh", max_iter=20, shuffle=False, random_state=0)
    return made.set_params(tol=0.0, n_iter_no_change=np.inf, **own, **arguments)


def results(net: Any) -> list[Array]:
    return [net.model_.parameter_vector, np.array(net.loss_curve_)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_of_1_give_the_bits_of_none(kind: str, dtype: Any) -> None:
    x = X.astype(dtype)
    plain = net_of(kind, batch_size=20).fit(x)
    weighted = net_of(kind, batch_size=20).fit(x, sample_weight=np.ones(ROWS))
    for found, expected in zip(results(weighted), results(plain), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOISY])
def test_whole_weights_are_samples_that_are_there_so_often(kind: str) -> None:
    counts = np.arange(ROWS) % 4
    weighted = net_of(kind).fit(X, sample_weight=counts)
    repeated = net_of(kind).fit(X.repeat(counts, axis=0))
    for found, expected in zip(results(weighted), results(repeated), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_samples_that_count_nothing_may_be_anything(kind: str, early_stopping: bool) -> None:
    other = np.where(WEIGHT[:, None] == 0, 1 - X, X)
    one, same = (
        net_of(kind, early_stopping=early_stopping).fit(x, sample_weight=WEIGHT) for x in (X, other)
    )
    for found, expected in zip(results(same), results(one), strict=True):
        np.testing.assert_array_equal(found, expected)
    if early_stopping:
        assert one.validation_loss_curve_ == same.validation_loss_curve_


@pytest.mark.parametrize("kind", KINDS)
def test_samples_that_count_nothing_may_be_left_out(kind: str) -> None:
    """Those at the end, for the others have their noise by their places."""
    weight = np.where(np.arange(ROWS) < 30, WEIGHT, 0)
    whole = net_of(kind).fit(X, sample_weight=weight)
    part = net_of(kind).fit(X[:30], sample_weight=weight[:30])
    for found, expected in zip(results(whole), results(part), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_of_which_no_sample_counts_is_gone_through(kind: str) -> None:
    weight = np.where(np.arange(ROWS) // 10 == 2, 0, WEIGHT)
    net = net_of(kind, batch_size=10).fit(X, sample_weight=weight)
    assert np.isfinite(net.loss_curve_).all()
    assert net.loss_ < net.loss_curve_[0]


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_the_epochs_of_a_fit_and_may_have_weights_or_not(kind: str) -> None:
    whole = net_of(kind, max_iter=3).fit(X, sample_weight=WEIGHT)
    parts = net_of(kind)
    for _ in range(3):
        parts.partial_fit(X, sample_weight=WEIGHT)
    for found, expected in zip(results(parts), results(whole), strict=True):
        np.testing.assert_array_equal(found, expected)
    mixed, same = net_of(kind), net_of(kind)
    for weight, of_same in ((WEIGHT, WEIGHT), (None, np.ones(ROWS)), (WEIGHT, WEIGHT)):
        mixed.partial_fit(X, sample_weight=weight)
        same.partial_fit(X, sample_weight=of_same)
    for found, expected in zip(results(mixed), results(same), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_has_the_same_bits_on_any_team(kind: str) -> None:
    def fitted() -> Array:
        net = net_of(kind, max_iter=3, batch_size=40).fit(X, sample_weight=WEIGHT)
        return np.concatenate(results(net))

    assert_same_in_any_order(fitted)


WRONG: list[tuple[Any, str]] = [
    (np.where(np.arange(ROWS) == 7, -1.0, 1.0), r"sample_weight is -1\.0 at row 7, must not be"),
    (np.where(np.arange(ROWS) == 7, np.nan, 1.0), "NaN"),
    (np.where(np.arange(ROWS) == 7, np.inf, 1.0), "infinity"),
    (np.ones(ROWS - 1), r"sample_weight.shape == \(49,\), expected \(50,\)"),
    (np.zeros(ROWS), "at least one non-zero number"),
]


@pytest.mark.parametrize(("weight", "said"), WRONG, ids=[said for _, said in WRONG])
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_weights_are_refused_and_change_nothing(kind: str, weight: Array, said: str) -> None:
    net = net_of(kind, max_iter=1).fit(X)
    before = results(net)
    for call in (net.fit, net.partial_fit):
        with pytest.raises(ValueError, match=said):
            call(X, sample_weight=weight)
    for found, expected in zip(results(net), before, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", ["kl", "l1", "gaussian", "bernoulli"])
def test_weights_whose_sum_float32_does_not_hold_are_refused(kind: str) -> None:
    weight = np.where(np.arange(ROWS) == 7, 1e35, 1.0)
    with pytest.raises(ValueError, match=r"sample_weight is 1e\+35 at row 7, must be 0 or from"):
        net_of(kind).fit(X, sample_weight=weight)
