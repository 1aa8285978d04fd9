"""What samples and classes count: nothing less than nothing."""

from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_iris
from sklearn.utils.class_weight import compute_sample_weight

from ganglion.linear_model import Perceptron
from ganglion.model_selection import fit_many
from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
WEIGHT = np.ones(len(X))
WEIGHT[7] = -1.0  # their sum is positive

SETTINGS: list[tuple[Any, dict[str, Any]]] = [
    (MLPClassifier, {"max_iter": 2}),
    (MLPClassifier, {"max_iter": 2, "early_stopping": True}),
    (MLPClassifier, {"max_iter": 2, "solver": "lbfgs"}),
    (MLPRegressor, {"max_iter": 2}),
    (MLPRegressor, {"max_iter": 2, "standardize": True}),
    (Perceptron, {}),
    (Perceptron, {"early_stopping": True}),
]


@pytest.mark.parametrize(("make", "settings"), SETTINGS, ids=str)
def test_a_negative_sample_weight_is_refused(make: Any, settings: dict[str, Any]) -> None:
    said = r"sample_weight is -1\.0 at row 7, must not be negative"
    with pytest.raises(ValueError, match=said):
        make(**settings).fit(X, Y, sample_weight=WEIGHT)
    with pytest.raises(ValueError, match=said):
        fit_many([make(**settings)], X, Y, sample_weight=WEIGHT)


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor, Perceptron])
def test_a_negative_sample_weight_of_partial_fit_is_refused(make: Any) -> None:
    classes = {} if make is MLPRegressor else {"classes": [0, 1, 2]}
    with pytest.raises(ValueError, match=r"sample_weight is -1\.0 at row 7"):
        make().partial_fit(X, Y, sample_weight=WEIGHT, **classes)


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_a_negative_weight_of_validation_data_is_refused(make: Any) -> None:
    with pytest.raises(ValueError, match=r"sample_weight_val is -1\.0 at row 7"):
        make(max_iter=2).fit(X, Y, X_val=X, y_val=Y, sample_weight_val=WEIGHT)


@pytest.mark.parametrize("make", [MLPClassifier, Perceptron])
@pytest.mark.parametrize("wrong", [-0.5, np.inf, np.nan])
def test_a_negative_weight_of_a_class_is_refused(make: Any, wrong: float) -> None:
    with pytest.raises(ValueError, match=r"class_weight\[0\] must be zero or a positive"):
        make(class_weight={0: wrong, 1: 5.0, 2: 1.0}).fit(X, Y)


def test_a_negative_weight_of_a_label_is_refused() -> None:
    labels = np.column_stack([Y > 0, Y > 1]).astype(int)
    weights = [{0: 1.0, 1: 1.0}, {0: 2.0, 1: -1.0}]
    with pytest.raises(ValueError, match=r"class_weight\[1\] must be zero or a positive"):
        MLPClassifier(class_weight=weights).fit(X, labels)


LABELS = np.column_stack([Y > 0, Y > 1]).astype(int)


@pytest.mark.parametrize("make", [MLPClassifier, Perceptron])
@pytest.mark.parametrize(
    "weights", [{"cat": 5.0, "dog": 1.0, "emu": 0.5}, {"cat": 5.0}, "balanced"]
)
def test_classes_that_are_texts_are_weighted_by_them(make: Any, weights: Any) -> None:
    names = np.array(["cat", "dog", "emu"])
    numbered = weights
    if isinstance(weights, dict):
        numbered = {number: weights[name] for number, name in enumerate(names) if name in weights}
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 5}
    told = make(class_weight=weights, **settings).fit(X[:120], names[Y[:120]])
    same = make(class_weight=numbered, **settings).fit(X[:120], Y[:120])
    plain = make(**settings).fit(X[:120], Y[:120])
    found = told.decision_function(X) if make is Perceptron else told.predict_proba(X)
    assert np.array_equal(told.predict(X), names[same.predict(X)])
    assert np.array_equal(
        found, same.decision_function(X) if make is Perceptron else same.predict_proba(X)
    )
    assert not np.array_equal(
        found, plain.decision_function(X) if make is Perceptron else plain.predict_proba(X)
    )


@pytest.mark.parametrize("make", [MLPClassifier, Perceptron])
def test_a_weight_of_no_class_is_refused_as_scikit_learn_refuses_it(make: Any) -> None:
    labels = np.array(["cat", "dog", "emu"])[Y]
    with pytest.raises(ValueError, match=r"The classes, .* are not in class_weight"):
        make(class_weight={0: 2.0}).fit(X, labels)


def test_class_weights_of_several_labels_are_multiplied() -> None:
    weights: list[Any] = [{0: 1.0, 1: 3.0}, {0: 0.5, 1: 2.0}]
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 5}
    by_class = MLPClassifier(class_weight=weights, **settings).fit(X, LABELS)
    each = np.where(LABELS[:, 0], 3.0, 1.0) * np.where(LABELS[:, 1], 2.0, 0.5)
    by_sample = MLPClassifier(**settings).fit(X, LABELS, each)
    np.testing.assert_array_equal(by_class.predict_proba(X), by_sample.predict_proba(X))
    plain = MLPClassifier(**settings).fit(X, LABELS)
    assert not np.array_equal(by_class.predict_proba(X), plain.predict_proba(X))


def test_balanced_weights_of_several_labels_are_scikit_learns() -> None:
    uneven = np.r_[0:10, 50:100, 100:105]
    x, labels = X[uneven], LABELS[uneven]
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 5}
    by_class = MLPClassifier(class_weight="balanced", **settings).fit(x, labels)
    by_sample = MLPClassifier(**settings).fit(x, labels, compute_sample_weight("balanced", labels))
    np.testing.assert_array_equal(by_class.predict_proba(x), by_sample.predict_proba(x))


def test_a_list_of_class_weights_is_for_several_labels() -> None:
    with pytest.raises(ValueError, match="class_weight is a list, which is for several labels"):
        MLPClassifier(class_weight=[{0: 1.0}]).fit(X, Y)


RARE = np.r_[0:10, 50:100, 100:140]
EVEN_OR_NOT: list[Any] = ["balanced", {0: 20.0, 1: 1.0, 2: 0.0}]


def still(step: int) -> float:
    """Return a learning rate that changes nothing."""
    return 0.0


@pytest.mark.parametrize("class_weight", EVEN_OR_NOT, ids=str)
@pytest.mark.parametrize("metric", ["score", "loss", "neg_log_loss"])
@pytest.mark.parametrize("given", [True, False], ids=["data given", "held out"])
@pytest.mark.parametrize("weight", [None, np.arange(len(RARE)) % 4], ids=["even", "weighted"])
def test_class_weights_do_not_count_in_validation(
    class_weight: Any, metric: str, given: bool, weight: Any
) -> None:
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 2, "early_stopping": True}
    settings |= {"lr_schedule": still, "early_stopping_metric": metric, "validation_fraction": 0.3}
    x, y = X[RARE], Y[RARE]
    more = {"X_val": x, "y_val": y, "sample_weight_val": weight} if given else {}
    weighted = MLPClassifier(class_weight=class_weight, **settings).fit(x, y, weight, **more)
    plain = MLPClassifier(**settings).fit(x, y, weight, **more)
    assert weighted.validation_scores_ == plain.validation_scores_
    assert weighted.validation_loss_curve_ == plain.validation_loss_curve_
    assert weighted.loss_ != plain.loss_


def test_class_weights_of_labels_do_not_count_in_validation() -> None:
    weights: list[Any] = [{0: 1.0, 1: 3.0}, {0: 0.5, 1: 9.0}]
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 2, "early_stopping": True}
    settings |= {"lr_schedule": still}
    weighted = MLPClassifier(class_weight=weights, **settings).fit(X, LABELS)
    plain = MLPClassifier(**settings).fit(X, LABELS)
    assert weighted.validation_scores_ == plain.validation_scores_
    assert weighted.validation_loss_curve_ == plain.validation_loss_curve_


def test_sample_weights_count_in_validation_as_scikit_learns_do() -> None:
    weight = 1.0 + np.arange(len(X)) % 7
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 20, "early_stopping": True}
    found = MLPClassifier(**settings).fit(X, Y, weight)
    expected = neural_network.MLPClassifier(**settings).fit(X, Y, weight)
    np.testing.assert_allclose(found.validation_scores_, expected.validation_scores_, rtol=1e-12)
    even = MLPClassifier(**settings).fit(X, Y)
    assert found.validation_scores_ != even.validation_scores_


def test_class_weights_do_not_count_in_the_scale_of_features() -> None:
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 2, "standardize": True}
    weighted = MLPClassifier(class_weight={0: 20.0}, **settings).fit(X[RARE], Y[RARE])
    plain = MLPClassifier(**settings).fit(X[RARE], Y[RARE])
    np.testing.assert_array_equal(weighted.scaler_.mean_, plain.scaler_.mean_)
