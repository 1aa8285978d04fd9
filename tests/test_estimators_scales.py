"""Scales of targets and inputs: learned by the network, and undone in what it tells."""

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, make_friedman1
from sklearn.metrics import get_scorer
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

Array = NDArray[Any]

X, Y = load_diabetes(return_X_y=True)
X = X * 20
PRICES = 180_000 + 1_000 * Y
TWO = np.column_stack([PRICES, Y / 1e6])
FIT: dict[str, Any] = {"random_state": 0, "max_iter": 8, "standardize_target": True}


def still(step: int) -> float:
    """Return a learning rate that changes nothing."""
    return 0.0


def by_hand(y: Array, **settings: Any) -> tuple[MLPRegressor, StandardScaler]:
    """Return a fit to targets scaled before it, and their scaler."""
    weight = settings.pop("sample_weight", None)
    table = y.reshape(len(y), -1)
    scaler = StandardScaler().fit(table, sample_weight=weight)
    scaled = scaler.transform(table)
    net = MLPRegressor(**{**FIT, "standardize_target": False, **settings})
    return net.fit(X, scaled.ravel() if y.ndim == 1 else scaled, weight), scaler


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "lbfgs", "max_iter": 20},
        {"loss": "absolute_error"},
        {"loss": "huber"},
        {"loss": "quantile", "quantile": 0.9},
        {"early_stopping": True},
        {"sample_weight": np.arange(len(Y)) % 3},
    ],
    ids=str,
)
@pytest.mark.parametrize("y", [PRICES, TWO], ids=["one target", "two"])
def test_targets_are_scaled_before_and_predictions_back(y: Array, settings: dict[str, Any]) -> None:
    same, scaler = by_hand(y, **dict(settings))
    weight = settings.get("sample_weight")
    arguments = {name: value for name, value in settings.items() if name != "sample_weight"}
    net = MLPRegressor(**{**FIT, **arguments}).fit(X, y, weight)
    expected = scaler.inverse_transform(same.predict(X).reshape(len(y), -1))
    np.testing.assert_allclose(net.predict(X), expected.reshape(y.shape), rtol=1e-12)
    assert net.loss_ == same.loss_  # in the scaled units
    table = scaler.transform(y.reshape(len(y), -1))
    assert net.score(X, y) == pytest.approx(same.score(X, table.reshape(y.shape)), rel=1e-9)
    np.testing.assert_allclose(net.target_scaler_.mean_, scaler.mean_)


def test_house_prices_are_learned() -> None:
    x, y = make_friedman1(1500, 8, random_state=0)
    prices = 180_000 + 8_000 * (y - y.mean())
    net = MLPRegressor(random_state=0, standardize=True, standardize_target=True, max_iter=100)
    net.fit(x[:1000], prices[:1000])
    assert net.score(x[1000:], prices[1000:]) > 0.85
    with pytest.warns(UserWarning, match="y has mean"):
        plain = clone(net).set_params(standardize_target=False).fit(x[:1000], prices[:1000])
    assert plain.score(x[1000:], prices[1000:]) < 0


def test_deviations_are_in_the_units_of_the_target() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (2000, 1))
    y = 100 + 20 * x[:, 0] + rng.normal(size=2000) * np.where(x[:, 0] > 0, 4.0, 1.0)
    net = MLPRegressor("gaussian", solver="lbfgs", random_state=0, standardize_target=True)
    mean, deviation = net.set_params(max_iter=200).fit(x, y).predict(x, return_std=True)
    assert abs(mean - (100 + 20 * x[:, 0])).mean() < 1
    assert deviation[x[:, 0] > 0.2].mean() == pytest.approx(4, rel=0.2)
    assert deviation[x[:, 0] < -0.2].mean() == pytest.approx(1, rel=0.2)
    two = np.column_stack([y, y * 1000])
    values, both = clone(net).fit(x, two).predict(x, return_std=True)
    assert values.shape == both.shape == (2000, 2)
    assert (both[:, 1] / both[:, 0]).mean() == pytest.approx(1000, rel=0.3)


def test_several_quantiles_are_in_the_units_of_the_target() -> None:
    net = MLPRegressor("quantile", quantile=[0.1, 0.5, 0.9], standardize_target=True)
    net.set_params(random_state=0, solver="lbfgs", max_iter=300).fit(X, PRICES)
    shares = (net.predict(X) > PRICES[:, None]).mean(axis=0)
    np.testing.assert_allclose(shares, [0.1, 0.5, 0.9], atol=0.08)
    assert 0 < net.score(X, PRICES) <= 1


@pytest.mark.parametrize("metric", ["score", "r2", "neg_mean_absolute_error", "loss"])
def test_validation_scores_are_in_the_users_units_and_losses_in_the_scaled(metric: str) -> None:
    net = MLPRegressor(**FIT, early_stopping=True, early_stopping_metric=metric)
    net.fit(X[50:], PRICES[50:], X_val=X[:50], y_val=PRICES[:50])
    scorer = get_scorer("r2" if metric in ("score", "loss") else metric)
    expected = scorer(net, X[:50], PRICES[:50])  # with the weights of the best epoch
    assert net.validation_scores_[net.best_epoch_ - 1] == pytest.approx(expected)
    scaled = net.target_scaler_.transform(np.c_[net.predict(X[:50]), PRICES[:50]][:, :1])
    true = net.target_scaler_.transform(PRICES[:50, None])
    found = net.validation_loss_curve_[net.best_epoch_ - 1]
    assert found == pytest.approx(((scaled - true) ** 2).mean() / 2)


def test_a_scorer_is_given_the_targets_themselves() -> None:
    y = np.where(Y > 150, PRICES, 0.0)  # which is not to be -1e-12
    seen = []

    def score(estimator: Any, x: Array, y: Array) -> float:
        seen.append(y.min())
        return 0.0

    net = MLPRegressor(**FIT, early_stopping=True, early_stopping_metric=score)
    net.fit(X, y)
    assert seen == [0.0] * len(seen)


def test_the_first_samples_decide_until_a_fresh_fit() -> None:
    net = MLPRegressor(**FIT)
    net.partial_fit(X[:100], PRICES[:100]).partial_fit(X[100:], PRICES[100:])
    np.testing.assert_allclose(net.target_scaler_.mean_, PRICES[:100].mean())
    net.set_params(warm_start=True).fit(X, PRICES)
    np.testing.assert_allclose(net.target_scaler_.mean_, PRICES[:100].mean())
    net.set_params(warm_start=False).fit(X, PRICES)
    np.testing.assert_allclose(net.target_scaler_.mean_, PRICES.mean())
    net.set_params(standardize_target=False).fit(X, Y / 100)
    assert not hasattr(net, "target_scaler_")


def test_it_is_pickled_and_cloned() -> None:
    net = MLPRegressor("gaussian", **FIT).fit(X, PRICES)
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.predict(X), net.predict(X))
    net.partial_fit(X, PRICES)
    again.partial_fit(X, PRICES)
    np.testing.assert_array_equal(again.predict(X), net.predict(X))
    assert clone(net).standardize_target


def test_targets_in_their_units_are_float64() -> None:
    t = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    y = 1e8 + 3.0 * t[:, 0].astype(np.float64)  # float32 tells multiples of 8 apart
    net = MLPRegressor("gaussian", **{**FIT, "max_iter": 100}).fit(t, y)
    values, deviations = net.predict(t, return_std=True)
    assert values.dtype == deviations.dtype == np.float64
    assert len(np.unique(values)) > 250
    assert net.score(t, y) > 0.95


def test_sparse_inputs_and_whole_numbers_are_taken() -> None:
    dense = MLPRegressor(**FIT).fit(X, PRICES.astype(int))
    folded = MLPRegressor(**FIT).fit(sparse.csr_matrix(X), PRICES.astype(int))
    np.testing.assert_allclose(folded.predict(X), dense.predict(X))


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(ValueError, match="standardize_target is True, and loss 'poisson'"):
        MLPRegressor("poisson", standardize_target=True).fit(X, Y)
    with pytest.raises(ValueError, match="knows no standardize_target"):
        MLPRegressor(**FIT).fit(X, PRICES).to_sklearn()
    net = MLPRegressor(**FIT).fit(X, PRICES).set_params(standardize_target=False)
    with pytest.raises(ValueError, match="knows no target_scaler_"):
        net.to_sklearn()
    net = MLPRegressor("gaussian", **FIT, warm_start=True).fit(X, PRICES)
    with pytest.raises(ValueError, match="y has 2 targets, in the fit before 1"):
        net.set_params(loss="squared_error").fit(X, TWO)
    with pytest.raises(ValueError, match="a variance is not finite"):
        MLPRegressor(**FIT).fit(X, Y * 1e300)


SETTINGS: list[dict[str, Any]] = [
    {},
    {"loss": "gaussian"},
    {"loss": "quantile", "quantile": [0.2, 0.8]},
    {"hidden_layer_sizes": ()},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("name", ["standardize", "standardize_target"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_what_is_set_later_counts_and_goes_on_from_the_same_predictions(
    settings: dict[str, Any], name: str, first: bool, way: str
) -> None:
    y = 3 + Y / 50
    net = MLPRegressor(**{**FIT, "standardize_target": False, "warm_start": True, **settings})
    net.set_params(**{name: first}).fit(X + 1, y)
    before = net.predict(X + 1, return_std=net.loss == "gaussian")
    net.set_params(**{name: not first}, lr_schedule=still, max_iter=1)
    getattr(net, way)(X + 1, y)
    after = net.predict(X + 1, return_std=net.loss == "gaussian")
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-9)
    scaler = "scaler_" if name == "standardize" else "target_scaler_"
    assert hasattr(net, scaler) is not first
    if not first:
        data = (X + 1) if name == "standardize" else y[:, None]
        np.testing.assert_allclose(getattr(net, scaler).mean_, data.mean(axis=0))
    loss = net.set_params(lr_schedule=None, max_iter=30).fit(X + 1, y).loss_
    assert loss < net.loss_curve_[-31]  # and it goes on learning


def test_a_scale_of_sparse_inputs_counts_later_too() -> None:
    x = sparse.csr_matrix(np.where(X > 0.2, X, 0))
    net = MLPRegressor(random_state=0, max_iter=5, warm_start=True).fit(x, Y / 100)
    before = net.predict(x)
    net.set_params(standardize=True, lr_schedule=still).fit(x, Y / 100)
    np.testing.assert_allclose(net.predict(x), before, rtol=1e-9)
    np.testing.assert_allclose(net.scaler_.scale_, x.toarray().std(axis=0))


def test_a_scale_set_later_is_put_back_where_the_fit_fails() -> None:
    net = MLPRegressor(**{**FIT, "warm_start": True, "standardize_target": False})
    net.fit(X, Y / 100)
    before = net.predict(X)
    net.set_params(standardize=True, standardize_target=True, lr_schedule=lambda step: -1.0)
    with pytest.raises(ValueError, match="lr_schedule at step 0"):
        net.fit(X, Y / 100)
    net.set_params(standardize=False, standardize_target=False)
    np.testing.assert_array_equal(net.predict(X), before)
    assert not hasattr(net, "scaler_")
    assert not hasattr(net, "target_scaler_")


def test_a_classifier_standardizes_later_too() -> None:
    y = Y > 150
    net = MLPClassifier(random_state=0, max_iter=5, warm_start=True).fit(X + 1, y)
    before = net.predict_proba(X + 1)
    net.set_params(standardize=True, lr_schedule=still).fit(X + 1, y)
    np.testing.assert_allclose(net.predict_proba(X + 1), before, rtol=1e-9)
    assert hasattr(net, "scaler_")


FAR = [
    PRICES,
    Y,  # mean 152: R2 is below 0
    Y * 1e-5,
    (Y - 150) * 9,
    37 + Y / 1000,
    np.full(len(Y), 1e6),
    np.column_stack([Y / 100, PRICES]),
]
NEAR = [
    Y / 100,
    (Y - 140) * 3,  # mean 36, deviation 231
    Y * 2 - 180,  # mean 124, deviation 154
    Y / 10,
    Y / 2,
    (Y > 150) * 1,
    Y * 0,
    np.full(len(Y), 7),
    np.column_stack([Y, Y]) / 9,
]


@pytest.mark.parametrize("y", FAR, ids=lambda y: f"{y.mean():.3g}")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_one_warning_where_targets_are_far_from_what_is_learned_well(y: Array, solver: str) -> None:
    net = MLPRegressor(solver=solver, max_iter=3, random_state=0)
    with pytest.warns(UserWarning, match="pass standardize_target=True") as caught:
        net.fit(X, y)
    told = [one for one in caught if "standardize_target" in str(one.message)]
    assert [(one.category, one.filename) for one in told] == [(UserWarning, __file__)]
    assert ("y, column 1, has" in str(told[0].message)) == (y.ndim == 2)


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("y", NEAR, ids=lambda y: f"{y.mean():.3g}")
def test_no_warning_where_they_are_not(y: Array) -> None:
    MLPRegressor(max_iter=3).fit(X, y)


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_no_warning_where_it_would_not_help() -> None:
    MLPRegressor(**FIT).fit(X, PRICES)
    MLPRegressor("poisson", max_iter=3).fit(X, Y)
    MLPRegressor(max_iter=3).fit(X, Y / 100, X_val=X, y_val=PRICES)


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_samples_that_count_nothing_are_not_warned_of() -> None:
    y = np.where(Y > 200, PRICES, Y / 100)
    MLPRegressor(max_iter=3).fit(X, y, (Y <= 200) * 1)
    with pytest.raises(UserWarning, match="y has mean"):
        MLPRegressor(max_iter=3).fit(X, y)


def test_it_warns_once_and_not_in_each_part() -> None:
    net = MLPRegressor(random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            net.partial_fit(X, PRICES)
        net.set_params(warm_start=True, max_iter=1).fit(X, PRICES)
    assert len([one for one in caught if "standardize_target" in str(one.message)]) == 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.filterwarnings("error:.*standardize_target=True")
@parametrize_with_checks([MLPRegressor(max_iter=30)])  # type: ignore[untyped-decorator]
def test_scikit_learns_checks_are_free_of_it(estimator: Any, check: Any) -> None:
    check(estimator)
