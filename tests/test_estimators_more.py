"""What the estimators do beyond scikit-learn's, and the way to and from those."""

import pickle
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn import neural_network as theirs
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import _NotAnArray

from ganglion import neural_network as ours

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IRIS = load_iris(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
DIABETES = DIABETES[0], DIABETES[1] / 100

FITS = [("MLPClassifier", IRIS), ("MLPRegressor", DIABETES)]


@pytest.mark.parametrize(("name", "data"), FITS, ids=["classifier", "regressor"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_conversion_both_ways_keeps_predictions(name: str, data: Any, early_stopping: bool) -> None:
    x, y = data
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 5, "early_stopping": early_stopping}
    original = getattr(theirs, name)(**settings).fit(x, y)
    converted = getattr(ours, name).from_sklearn(original)
    np.testing.assert_allclose(converted.predict(x), original.predict(x), rtol=1e-12)
    back = converted.to_sklearn()
    assert type(back) is type(original)
    np.testing.assert_array_equal(back.predict(x), original.predict(x))
    assert back.get_params() == original.get_params()
    converted.coefs_[0][:] = 0  # a copy
    np.testing.assert_array_equal(back.predict(x), original.predict(x))
    back.set_params(warm_start=True).fit(x, y)  # scikit-learn goes on with it
    converted.set_params(warm_start=True).fit(x, y)


def test_conversion_of_what_is_not_fitted_keeps_the_parameters() -> None:
    net = ours.MLPClassifier.from_sklearn(theirs.MLPClassifier(alpha=0.5))
    assert net.alpha == 0.5
    assert net.to_sklearn().alpha == 0.5
    assert not hasattr(net, "coefs_")


def test_conversion_refuses_what_the_other_does_not_know() -> None:
    with pytest.raises(TypeError, match=r"must be sklearn\.neural_network's MLPClassifier"):
        ours.MLPClassifier.from_sklearn(theirs.MLPRegressor())
    with pytest.raises(ValueError, match="knows no dropout"):
        ours.MLPRegressor(dropout=0.5).to_sklearn()
    for activation in ("gelu", ["relu", "tanh"]):
        with pytest.raises(ValueError, match="for all layers"):
            ours.MLPRegressor(activation=activation).to_sklearn()
    for activation, name in (("sigmoid", "logistic"), (["tanh", "tanh"], "tanh")):
        assert ours.MLPRegressor(activation=activation).to_sklearn().activation == name


def test_an_activation_for_each_layer() -> None:
    x, y = IRIS
    settings: dict[str, Any] = {"hidden_layer_sizes": (9, 8), "random_state": 0, "max_iter": 30}
    same = ours.MLPClassifier(activation=["tanh", "tanh"], **settings).fit(x, y)
    one = ours.MLPClassifier(activation="tanh", **settings).fit(x, y)
    np.testing.assert_array_equal(same.predict_proba(x), one.predict_proba(x))
    mixed = ours.MLPClassifier(activation=["gelu", "logistic"], **settings).fit(x, y)
    assert not np.allclose(mixed.predict_proba(x), one.predict_proba(x))
    for wrong in (["tanh"], ["tanh", "softmax"], ["tanh", "no"]):
        with pytest.raises(ValueError, match="one for each hidden layer, here 2, of"):
            ours.MLPClassifier(activation=wrong, **settings).fit(x, y)


@pytest.mark.parametrize("loss", ["absolute_error", "huber"])
def test_losses_that_an_outlier_moves_less(loss: str) -> None:
    x, y = DIABETES
    y = np.array(y - y.mean()) / y.std()
    net = ours.MLPRegressor(loss, solver="lbfgs", activation="tanh", random_state=0, max_iter=500)
    squared = clone(net).set_params(loss="squared_error")
    spoiled = y.copy()
    spoiled[::10] += 50
    moved = {
        one.loss: np.abs(clone(one).fit(x, spoiled).predict(x) - one.fit(x, y).predict(x)).mean()
        for one in (net, squared)
    }
    assert moved[loss] < moved["squared_error"] / 2
    error = np.abs(net.predict(x) - y)
    value = error if loss == "absolute_error" else np.where(error > 1, error - 0.5, error**2 / 2)
    penalty = net.alpha / 2 / len(y) * sum((coef**2).sum() for coef in net.coefs_)
    assert net.loss_ == pytest.approx(value.mean() + penalty)
    with pytest.raises(ValueError, match=f"knows no loss '{loss}'"):
        net.to_sklearn()


def test_class_weight_is_sample_weight() -> None:
    x, y = IRIS
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 20}
    by_class = ours.MLPClassifier(class_weight={0: 1, 1: 2, 2: 5}, **settings).fit(x, y)
    by_sample = ours.MLPClassifier(**settings).fit(x, y, np.array([1, 2, 5])[y])
    np.testing.assert_array_equal(by_class.predict_proba(x), by_sample.predict_proba(x))
    uneven = np.r_[0:50, 50:60, 100:130]
    balanced = ours.MLPClassifier(class_weight="balanced", **settings).fit(x[uneven], y[uneven])
    counted = ours.MLPClassifier(**settings).fit(
        x[uneven], y[uneven], 90 / (3 * np.bincount(y[uneven]))[y[uneven]]
    )
    np.testing.assert_allclose(balanced.predict_proba(x), counted.predict_proba(x))
    odd = _NotAnArray(y[uneven])
    same = ours.MLPClassifier(class_weight="balanced", **settings).fit(x[uneven], odd)
    np.testing.assert_array_equal(same.predict_proba(x), balanced.predict_proba(x))
    with pytest.raises(ValueError, match="partial_fit cannot know"):
        ours.MLPClassifier(class_weight="balanced").partial_fit(x, y, classes=[0, 1, 2])


def test_dropout_changes_the_fit_and_not_the_prediction() -> None:
    x, y = DIABETES
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 10, "hidden_layer_sizes": (50,)}
    net = ours.MLPRegressor(dropout=0.3, **settings).fit(x, y)
    again = ours.MLPRegressor(dropout=0.3, **settings).fit(x, y)
    np.testing.assert_array_equal(net.predict(x), again.predict(x))
    hidden = np.maximum(x @ net.coefs_[0] + net.intercepts_[0], 0)
    np.testing.assert_allclose(net.predict(x), (hidden @ net.coefs_[1] + net.intercepts_[1])[:, 0])
    assert net.loss_curve_ != ours.MLPRegressor(**settings).fit(x, y).loss_curve_
    refused: list[dict[str, Any]] = [{"dropout": 0.3}, {"clip_norm": 1.0}]
    for setting in refused:
        with pytest.raises(ValueError, match="is for solver 'adam' or 'sgd'"):
            ours.MLPRegressor(solver="lbfgs", **setting).fit(x, y)


def test_clip_norm_limits_a_step() -> None:
    x, y = DIABETES
    settings: dict[str, Any] = {
        "solver": "sgd",
        "momentum": 0.0,
        "alpha": 0.0,
        "batch_size": len(x),
        "random_state": 0,
        "max_iter": 1,
    }
    rate, limit = 0.5, 1e-2
    start = ours.MLPRegressor(learning_rate_init=1e-30, **settings).fit(x, y)
    net = ours.MLPRegressor(learning_rate_init=rate, clip_norm=limit, **settings).fit(x, y)
    before = np.concatenate([part.ravel() for part in start.coefs_ + start.intercepts_])
    after = np.concatenate([part.ravel() for part in net.coefs_ + net.intercepts_])
    assert np.linalg.norm(after - before) == pytest.approx(rate * limit, rel=1e-6)


@pytest.mark.parametrize(("name", "data"), FITS, ids=["classifier", "regressor"])
def test_validation_data_of_ones_own(name: str, data: Any) -> None:
    x, y = data
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 12, "alpha": 0.0}
    x_val, y_val, weight = x[::3], y[::3], np.linspace(1, 2, len(x[::3]))
    net = getattr(ours, name)(**settings)
    net.fit(x, y, X_val=x_val, y_val=y_val, sample_weight_val=weight)
    plain = getattr(ours, name)(**settings).fit(x, y)
    np.testing.assert_array_equal(net.predict(x), plain.predict(x))  # it only looks
    assert plain.validation_scores_ is None
    assert len(net.validation_scores_) == len(net.validation_loss_curve_) == 12
    assert net.validation_scores_[-1] == pytest.approx(net.score(x_val, y_val, weight))
    assert net.best_validation_score_ == max(net.validation_scores_)
    if name == "MLPClassifier":
        expected = np.average(-np.log(net.predict_proba(x_val)[range(50), y_val]), weights=weight)
    else:
        expected = np.average((net.predict(x_val) - y_val) ** 2, weights=weight) / 2
    assert net.validation_loss_curve_[-1] == pytest.approx(expected)


def test_the_best_epoch_is_that_of_validation_data_where_there_are_some() -> None:
    x, y = DIABETES
    net = ours.MLPRegressor(random_state=0, max_iter=10).fit(x, y, X_val=x, y_val=-y)
    assert net.best_epoch_ == int(np.argmax(net.validation_scores_)) + 1
    assert net.best_epoch_ < int(np.argmin(net.loss_curve_)) + 1


def test_early_stopping_goes_by_validation_data_of_ones_own() -> None:
    x, y = IRIS
    net = ours.MLPClassifier(random_state=0, early_stopping=True, n_iter_no_change=3)
    net.fit(x, y, X_val=x[::3], y_val=y[::3])
    assert net.n_iter_ < net.max_iter
    assert net.score(x[::3], y[::3]) == net.best_validation_score_
    with pytest.raises(ValueError, match="X_val is for solver 'adam' or 'sgd'"):
        ours.MLPClassifier(solver="lbfgs").fit(x, y, X_val=(x,), y_val=y)


def test_what_is_refused_leaves_the_fit_before() -> None:
    x, y = IRIS
    net = ours.MLPClassifier(random_state=0, max_iter=20).fit(x, y)
    before = net.predict_proba(x)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"X_val": x}, "must be given together"),
        ({"y_val": y}, "must be given together"),
        ({"X_val": x, "y_val": y + 1}, "not in"),
        ({"X_val": x[:, :2], "y_val": y}, "features"),
    ]
    for wrong, said in refused:
        with pytest.raises(ValueError, match=said):
            net.fit(x, y, **wrong)
    for setting in ({"dropout": 0.5}, {"clip_norm": 1.0}):
        with pytest.raises(ValueError, match="is for solver 'adam' or 'sgd'"):
            net.set_params(solver="lbfgs", **setting).fit(x, y)
        net.set_params(solver="adam", dropout=0.0, clip_norm=None)
    np.testing.assert_array_equal(net.predict_proba(x), before)


def test_parameters_set_after_a_fit_count() -> None:
    x, y = IRIS
    original = theirs.MLPClassifier(random_state=0, max_iter=20).fit(x, y)
    net = ours.MLPClassifier(random_state=0, max_iter=20).fit(x, y)
    for one in (original, net):
        one.set_params(activation="tanh")
    np.testing.assert_allclose(net.predict_proba(x), original.predict_proba(x), rtol=1e-9)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(net)).predict_proba(x), net.predict_proba(x)
    )
    net.set_params(warm_start=True, hidden_layer_sizes=(8, 8))
    with pytest.raises(ValueError, match="the weights to go on with have 1 hidden layers"):
        net.fit(x, y)


def test_class_weights_hold_where_a_class_is_missing() -> None:
    x, y = IRIS
    weights = {1: 5.0}
    by_class = ours.MLPClassifier(class_weight=weights, random_state=0)
    by_sample = ours.MLPClassifier(random_state=0)
    for part in (slice(0, 20), slice(40, 110)):
        by_class.partial_fit(x[part], y[part], classes=[0, 1, 2])
        counts = np.where(y[part] == 1, 5.0, 1.0)
        by_sample.partial_fit(x[part], y[part], counts, classes=[0, 1, 2])
    np.testing.assert_allclose(by_class.predict_proba(x), by_sample.predict_proba(x), rtol=1e-12)
    balanced = ours.MLPClassifier(class_weight="balanced", random_state=0, max_iter=3)
    balanced.fit(x, y, X_val=x[:60], y_val=y[:60])
    assert len(balanced.validation_scores_) == 3


def test_validation_data_passes_through_a_pipeline() -> None:
    x, y = IRIS
    with sklearn.config_context(enable_metadata_routing=True):
        net = ours.MLPClassifier(random_state=0, max_iter=40)
        net.set_fit_request(X_val=True, y_val=True)
        model = make_pipeline(StandardScaler(), net, transform_input=["X_val"])
        model.fit(x, y, X_val=x, y_val=y)
    assert net.validation_scores_[-1] == pytest.approx(model.score(x, y))


def test_they_work_in_pipelines_and_searches() -> None:
    x, y = IRIS
    net = ours.MLPClassifier(random_state=0, max_iter=30)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), net),
        {"mlpclassifier__alpha": [1e-4, 1e-1], "mlpclassifier__activation": ["relu", "gelu"]},
        cv=3,
        n_jobs=2,
    ).fit(x, y)
    assert search.best_score_ > 0.7
    assert clone(search.best_estimator_).get_params()
