"""Parameters that can have no effect beside the others are told, once, with what they need."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris

from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)

IGNORED: list[tuple[dict[str, Any], str]] = [
    ({"early_stopping_metric": "loss"}, "early_stopping=True, or X_val"),
    ({"early_stopping_metric": "roc_auc_ovr", "solver": "lbfgs"}, "solver 'adam' or 'sgd'"),
    ({"keep_optimizer_state": True}, "warm_start=True"),
    ({"keep_optimizer_state": True, "warm_start": True, "solver": "lbfgs"}, "solver 'adam'"),
    ({"max_history": 3, "solver": "lbfgs"}, "solver 'adam' or 'sgd'"),
    ({"dropout": 0.1, "hidden_layer_sizes": []}, "hidden layers"),
]
HEEDED: list[dict[str, Any]] = [
    {},
    {"early_stopping_metric": "loss", "early_stopping": True},
    {"keep_optimizer_state": True, "warm_start": True},
    {"max_history": 3},
    {"dropout": 0.1},
    {"hidden_layer_sizes": (50, 50), "hidden_width": 20},  # in its place, as searches do
    {"momentum": 0.5, "power_t": 0.1, "max_fun": 3, "validation_fraction": 0.5},  # scikit-learn's
    {"solver": "lbfgs", "early_stopping": True, "batch_size": 20, "warm_start": True},
]


def told(net: Any, **more: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.fit(X, Y, **more)
    ours = [one for one in caught if "is ignored" in str(one.message)]
    assert all((one.category, one.filename) == (UserWarning, __file__) for one in ours)
    return [str(one.message) for one in ours]


@pytest.mark.parametrize(("settings", "needs"), IGNORED, ids=str)
@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_a_parameter_without_effect_is_told_once(
    make: Any, settings: dict[str, Any], needs: str
) -> None:
    name = next(iter(settings))
    (said,) = told(make(max_iter=2, **settings))
    assert said.startswith(f"{name}={settings[name]!r} is ignored: it needs ")
    assert needs in said


def test_a_quantile_without_its_loss_is_told() -> None:
    said = "quantile=0.9 is ignored: it needs loss='quantile'"
    assert told(MLPRegressor(max_iter=2, quantile=0.9)) == [said]
    assert not told(MLPRegressor("quantile", max_iter=2, quantile=0.9))
    assert not told(MLPRegressor(max_iter=2, quantile=np.float64(0.5)))


@pytest.mark.parametrize("settings", HEEDED, ids=str)
@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_what_counts_and_what_scikit_learn_ignores_is_not_told(
    make: Any, settings: dict[str, Any]
) -> None:
    net = make(max_iter=2, **settings)
    assert not told(net)
    assert not told(clone(net))


def test_a_metric_counts_where_validation_data_are_given() -> None:
    net = MLPClassifier(max_iter=2, early_stopping_metric="loss")
    assert not told(net, X_val=X, y_val=Y)
    assert len(told(net)) == 1


def test_going_on_is_not_told_of_again() -> None:
    net = MLPClassifier(max_iter=2, warm_start=True, early_stopping_metric="loss")
    assert [len(told(net)) for _ in range(3)] == [1, 0, 0]
