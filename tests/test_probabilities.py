"""Probabilities of a network, by its last layer or its loss; and the short ways to ask it."""

from typing import Any

import numpy as np
import pytest

import ganglion as gn

X = np.random.default_rng(2).normal(size=(6, 4)) * 30
DTYPES = ["float32", "float64"]


def net_of(outputs: int, loss: Any, last: str | None = None, dtype: str = "float32") -> gn.MLP:
    net = gn.MLP([4, outputs], output_activation=last, dtype=dtype)
    net.compile(loss=loss)
    return net


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("loss", "last", "outputs"),
    [
        ("cross_entropy", "softmax", 3),
        ("binary_cross_entropy", "sigmoid", 1),
        ("binary_cross_entropy", "sigmoid", 2),
    ],
)
def test_they_are_what_the_last_layer_would_give(
    loss: str, last: str, outputs: int, dtype: str
) -> None:
    logits, ended = (net_of(outputs, loss, end, dtype) for end in (None, last))
    probabilities = logits.predict_proba(X)
    assert probabilities.dtype == np.dtype(dtype)
    assert probabilities == pytest.approx(ended.predict(X), abs=1e-6)
    assert np.array_equal(ended.predict_proba(X), ended.predict(X))


def test_they_stay_finite_for_logits_of_any_size() -> None:
    far = np.array([[1e6, -1e6], [-1e6, 1e6]])
    assert np.array_equal(gn.losses.CrossEntropy().probabilities(far), np.eye(2))
    assert np.array_equal(gn.losses.BinaryCrossEntropy().probabilities(far), np.eye(2))


def test_a_network_that_ends_in_probabilities_need_not_be_compiled() -> None:
    net = gn.MLP([4, 3], output_activation="softmax")
    assert np.array_equal(net.predict_proba(X, batch_size=2), net.predict(X))


def test_a_network_is_called_to_predict() -> None:
    net = gn.MLP([4, 5, 3])
    assert np.array_equal(net(X), net.predict(X))


def test_count_params_counts_weights_and_biases() -> None:
    assert gn.MLP([4, 5, 3]).count_params() == 4 * 5 + 5 + 5 * 3 + 3
    assert gn.Sequential([gn.Activation("relu")], input_size=2).count_params() == 0


def test_without_them_it_is_said_why() -> None:
    def half_square(y: Any, p: Any, weight: Any) -> tuple[float, Any]:
        return float(((p - y) ** 2).mean() / 2), (p - y) / p.size

    with pytest.raises(ValueError, match="the loss squared_error compares values"):
        net_of(2, "squared_error").predict_proba(X)
    with pytest.raises(ValueError, match="predict_proba: the loss is a function"):
        net_of(2, half_square).predict_proba(X)
    with pytest.raises(ValueError, match="predict_proba: the model is not compiled"):
        gn.MLP([4, 2]).predict_proba(X)


@pytest.mark.parametrize("last", [None, "sigmoid"])
def test_they_are_put_together_as_predictions_are(last: str | None) -> None:
    x = gn.Input(4)
    y = gn.Dense(1, last)(x)
    alone, named, listed = (gn.Model(x, outputs) for outputs in (y, {"o": y}, [y]))
    for model in (alone, named, listed):
        model.compile(loss="binary_cross_entropy")
    expected = alone.predict_proba(X)
    assert list(named.predict_proba(X)) == ["o"]
    np.testing.assert_array_equal(named.predict_proba(X)["o"], expected)
    (of_list,) = listed.predict_proba(X)
    np.testing.assert_array_equal(of_list, expected)
