"""The regressor's losses that scikit-learn's does not have: quantiles and likelihoods."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.preprocessing import StandardScaler

from ganglion.neural_network import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X_SUGAR, Y_SUGAR = load_diabetes(return_X_y=True, scaled=False)
SUGAR = (StandardScaler().fit_transform(X_SUGAR), (Y_SUGAR - Y_SUGAR.mean()) / Y_SUGAR.std())


def test_quantiles_cover_their_part_of_the_targets() -> None:
    x, y = SUGAR
    levels = (0.1, 0.5, 0.9)
    net = MLPRegressor(
        "quantile", quantile=levels, activation="tanh", max_iter=300, learning_rate_init=0.01
    )
    net.set_params(random_state=0, alpha=0.0, n_iter_no_change=50).fit(x, y)
    predicted = net.predict(x)
    assert predicted.shape == (len(x), 3)
    np.testing.assert_allclose((predicted > y[:, None]).mean(axis=0), levels, atol=0.05)
    expected = [d2_pinball_score(y, predicted[:, i], alpha=level) for i, level in enumerate(levels)]
    assert net.score(x, y) == pytest.approx(np.mean(expected))
    one = MLPRegressor("quantile", quantile=0.9, random_state=0).fit(x, y)
    assert one.predict(x).shape == (len(x),)
    assert one.score(x, y) == pytest.approx(d2_pinball_score(y, one.predict(x), alpha=0.9))


def test_quantile_loss_of_a_bias_finds_the_quantile() -> None:
    y = np.random.default_rng(0).normal(size=1001)
    net = MLPRegressor("quantile", (), quantile=(0.2, 0.7), solver="sgd", alpha=0.0, momentum=0)
    net.set_params(learning_rate_init=0.02, max_iter=600, n_iter_no_change=600, random_state=0)
    net.fit(np.zeros((1001, 1)), y)
    np.testing.assert_allclose(net.predict([[0.0]])[0], np.quantile(y, [0.2, 0.7]), atol=0.03)


def test_gaussian_likelihood_learns_where_the_noise_is() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (2000, 1))
    noise = np.where(x[:, 0] > 0, 0.5, 0.1)
    y = 2 * x[:, 0] + noise * rng.normal(size=2000)
    net = MLPRegressor("gaussian", (32,), activation="tanh", learning_rate_init=0.01)
    net.set_params(max_iter=300, n_iter_no_change=50, random_state=0).fit(x, y)
    mean, deviation = net.predict(x, return_std=True)
    assert mean.shape == deviation.shape == (2000,)
    assert np.abs(mean - 2 * x[:, 0]).mean() < 0.05
    assert np.abs(np.log(deviation / noise)).mean() < 0.2
    assert net.score(x, y) == pytest.approx(r2_score(y, mean))
    both = MLPRegressor("gaussian", max_iter=2).fit(x, np.column_stack([y, -y]))
    assert [part.shape for part in both.predict(x, return_std=True)] == [(2000, 2)] * 2
    with pytest.raises(ValueError, match="return_std is for the loss 'gaussian'"):
        MLPRegressor(max_iter=2).fit(x, y).predict(x, return_std=True)


def test_predictions_go_by_the_loss_that_was_fitted() -> None:
    x, y = SUGAR
    net = MLPRegressor("gaussian", max_iter=3, random_state=0).fit(x, y)
    mean, score = net.predict(x), net.score(x, y)
    net.set_params(loss="squared_error")
    np.testing.assert_array_equal(net.predict(x), mean)
    assert net.score(x, y) == score
    with pytest.raises(ValueError, match=r"need \(1, 'identity'\), the weights to go on with have"):
        net.set_params(warm_start=True).fit(x, y)
    np.testing.assert_array_equal(net.predict(x), mean)
    net = MLPRegressor("quantile", quantile=[0.2, 0.8], max_iter=3, random_state=0).fit(x, y)
    score = net.score(x, y)
    assert net.set_params(quantile=0.5).score(x, y) == score


def test_several_quantiles_are_of_one_target() -> None:
    x, y = SUGAR
    with pytest.raises(ValueError, match="several quantiles are for one target, y has 2"):
        MLPRegressor("quantile", quantile=[0.1, 0.9]).fit(x, np.column_stack([y, y]))
    wrongs: list[Any] = [[0.5, 1.0], [], [[0.1]], [None], "a"]
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"must be (inside|a float)"):
            MLPRegressor("quantile", quantile=wrong).fit(x, y)
    two = MLPRegressor("quantile", quantile=0.3, max_iter=3).fit(x, np.column_stack([y, y]))
    assert two.predict(x).shape == (len(x), 2)
