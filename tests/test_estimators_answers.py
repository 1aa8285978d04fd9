"""Wrong parameters of the estimators are answered with what is meant, in a fixed order."""

import inspect
import re
from typing import Any

import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils._param_validation import StrOptions

from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)

MEANT: list[tuple[Any, str, str]] = [
    (MLPClassifier, "hidden_layers", "hidden_layer_sizes"),
    (MLPClassifier, "lr", "learning_rate_init"),
    (MLPRegressor, "epochs", "max_iter"),
    (MLPRegressor, "seed", "random_state"),
    (MLPRegressor, "standardise", "standardize"),
    (MLPClassifier, "optimizer", "solver"),
    (MLPClassifier, "patience", "n_iter_no_change"),
    (Perceptron, "lr", "eta0"),
    (Perceptron, "epochs", "max_iter"),
]


@pytest.mark.parametrize(("make", "name", "meant"), MEANT)
def test_a_wrong_parameter_is_answered_with_the_one_that_is_meant(
    make: Any, name: str, meant: str
) -> None:
    said = f"unknown argument '{name}', did you mean '{meant}'"
    with pytest.raises(TypeError, match=f"{make.__name__}: {said}"):
        make(**{name: 1})
    net = make()
    with pytest.raises(ValueError, match=said):
        net.set_params(max_iter=7, **{name: 1})
    assert net.get_params() == make().get_params()
    with pytest.raises(ValueError, match=said):
        make_pipeline(net).set_params(**{f"{make.__name__.lower()}__{name}": 1})


def test_a_search_over_a_wrong_parameter_is_answered() -> None:
    with pytest.raises(ValueError, match="did you mean 'learning_rate_init'"):
        GridSearchCV(MLPClassifier(), {"lr": [0.1]}, cv=2).fit(X, Y)


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor, Perceptron])
def test_scikit_learn_reads_the_constructor_as_before(make: Any) -> None:
    names = list(inspect.signature(make).parameters)
    assert sorted(names) == sorted(make().get_params())
    assert "max_iter" in names
    assert clone(make(max_iter=3)).get_params() == make(max_iter=3).get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'no_such'"):
        make().set_params(no_such__part=1)


VALUES: list[tuple[Any, str, Any, str]] = [
    (MLPRegressor, "loss", "gausian", "gaussian"),
    (MLPRegressor, "loss", "mse", "squared_error"),
    (MLPClassifier, "class_weight", "balance", "balanced"),
    (MLPClassifier, "solver", "Adam", "adam"),
    (MLPClassifier, "activation", "swish", "silu"),
    (MLPRegressor, "activation", ["relo"], "relu"),
    (MLPRegressor, "learning_rate", "adaptiv", "adaptive"),
    (MLPRegressor, "lr_schedule", "cos", "cosine"),
    (Perceptron, "class_weight", "balance", "balanced"),
    (Perceptron, "penalty", "L2", "l2"),
]


@pytest.mark.parametrize(("make", "name", "value", "meant"), VALUES)
def test_a_wrong_value_is_answered_with_the_one_that_is_meant(
    make: Any, name: str, value: Any, meant: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}.* Did you mean '{meant}'\\?$"):
        make(**{name: value}).fit(X, Y)


def test_a_value_that_is_near_none_or_no_name_is_answered_as_by_scikit_learn() -> None:
    for wrong in ({"solver": "newton"}, {"alpha": "adam"}, {"activation": 3}):
        with pytest.raises(ValueError, match=r"parameter of .* Got .* instead\.$"):
            MLPClassifier(**wrong).fit(X, Y)


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor, Perceptron])
def test_allowed_values_are_told_in_order(make: Any) -> None:
    lists = 0
    for name, constraints in make._parameter_constraints.items():
        if not any(isinstance(one, StrOptions) for one in constraints):
            continue
        net = make(**{name: "no such"})
        with pytest.raises(ValueError, match=f"The '{name}' parameter") as caught:
            net.fit(X, Y)
        (listed,) = re.findall(r"\{(.*?)\}", str(caught.value))
        names = listed.split(", ")
        assert names == sorted(names)
        lists += len(names) > 1
    assert lists > (0 if make is Perceptron else 3)
