"""Early stopping by scikit-learn's scorers: which classes they are told of, and what they count."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.metrics import get_scorer, log_loss, make_scorer, roc_auc_score

from ganglion.neural_network import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, NUMBERS = load_iris(return_X_y=True)
Y = np.array(["setosa", "versicolor", "virginica"])[NUMBERS]
NET: dict[str, Any] = {"random_state": 0, "max_iter": 5, "early_stopping": True}
LACKING = NUMBERS < 2  # no virginica


def fitted(metric: Any, chosen: Any) -> Any:
    net = MLPClassifier(early_stopping_metric=metric, **NET)
    return net.fit(X, Y, X_val=X[chosen], y_val=Y[chosen])


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        ("neg_log_loss", lambda y, p: -log_loss(y, p, labels=np.unique(Y))),
        ("neg_brier_score", None),
        ("d2_log_loss_score", None),
        ("top_k_accuracy", None),
        ("roc_auc_ovo", None),
        (make_scorer(log_loss, response_method="predict_proba", greater_is_better=False), None),
        ("accuracy", None),
        ("f1_macro", None),
    ],
    ids=str,
)
def test_validation_data_may_lack_a_class(metric: Any, score: Any) -> None:
    try:
        get_scorer(metric)
    except ValueError:
        pytest.skip("an older scikit-learn has none of that name")
    net = fitted(metric, LACKING)
    assert np.isfinite(net.validation_scores_).all()
    if score is not None:
        expected = score(Y[LACKING], net.predict_proba(X[LACKING]))
        assert max(net.validation_scores_) == pytest.approx(expected)


def test_a_hold_out_may_lack_a_class() -> None:
    x, y = np.r_[X[:100], X[100:102]], np.r_[Y[:100], Y[100:102]]
    net = MLPClassifier(early_stopping_metric="neg_log_loss", **NET).fit(x, y)
    assert np.isfinite(net.validation_scores_).all()


@pytest.mark.filterwarnings("error")
def test_a_class_that_the_metric_needs_is_named_before_training() -> None:
    net = MLPClassifier(lr_schedule=_never, early_stopping_metric="roc_auc_ovr", **NET)
    said = "metric 'roc_auc_ovr' needs samples with and without each class.* 'virginica'"
    with pytest.raises(ValueError, match=said):
        net.fit(X, Y, X_val=X[LACKING], y_val=Y[LACKING])
    assert not hasattr(net, "coefs_")


def test_of_two_classes_the_missing_one_is_named() -> None:
    net = MLPClassifier(lr_schedule=_never, early_stopping_metric="roc_auc", **NET)
    with pytest.raises(ValueError, match="do not have them for True"):
        net.fit(X, NUMBERS > 0, X_val=X[:50], y_val=NUMBERS[:50] > 0)


def test_a_label_that_none_has_is_named() -> None:
    x, y = make_multilabel_classification(100, 5, n_classes=3, random_state=0)
    none = y[:, 1] == 0
    net = MLPClassifier(lr_schedule=_never, early_stopping_metric="roc_auc", **NET)
    with pytest.raises(ValueError, match="do not have them for 1:"):
        net.fit(x, y, X_val=x[none], y_val=y[none])


def test_the_classes_change_no_score_where_all_are_there() -> None:
    net = fitted("roc_auc_ovr", slice(None))
    best = max(net.validation_scores_)
    assert best == pytest.approx(roc_auc_score(Y, net.predict_proba(X), multi_class="ovr"))


def _never(step: int) -> float:
    raise AssertionError("it has begun to train")


@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss", get_scorer("f1_macro")])
def test_a_scorer_is_given_the_weights_of_validation_data(metric: Any) -> None:
    weight = np.where(NUMBERS == 1, 9.0, 0.1)
    net = MLPClassifier(early_stopping_metric=metric, **NET)
    net.fit(X, Y, X_val=X, y_val=Y, sample_weight_val=weight)
    found, scorer = max(net.validation_scores_), get_scorer(metric)
    assert found == pytest.approx(scorer(net, X, Y, sample_weight=weight))
    assert found != pytest.approx(scorer(net, X, Y))


def test_a_scorer_is_given_the_weights_of_samples_held_out() -> None:
    weight = np.where(NUMBERS == 1, 9.0, 0.1)
    settings = NET | {"validation_fraction": 0.5, "max_iter": 1}
    by_scorer = MLPClassifier(early_stopping_metric="accuracy", **settings).fit(X, Y, weight)
    own = MLPClassifier(**settings).fit(X, Y, weight)
    assert by_scorer.validation_scores_ == pytest.approx(own.validation_scores_)


def test_a_function_is_given_no_weights() -> None:
    def score(estimator: Any, x: Any, y: Any) -> float:
        return float(estimator.score(x, y))

    net = MLPClassifier(early_stopping_metric=score, **NET)
    net.fit(X, Y, X_val=X, y_val=Y, sample_weight_val=np.where(NUMBERS == 1, 9.0, 0.1))
    assert max(net.validation_scores_) == net.score(X, Y)


@pytest.mark.parametrize(
    ("given", "meant"), [("auc", "roc_auc"), ("acuracy", "accuracy"), ("val_loss", "loss")]
)
def test_a_wrong_metric_is_answered_with_the_one_that_is_meant(given: str, meant: str) -> None:
    net = MLPClassifier(early_stopping=True, early_stopping_metric=given)
    said = f"early_stopping_metric is '{given}', did you mean '{meant}'. There are 'score', 'loss'"
    with pytest.raises(ValueError, match=said):
        net.fit([[0.0], [1.0]], [0, 1])
