"""Estimators of scikit-learn's made ours, and ours made scikit-learn's."""

from __future__ import annotations

import copy
from typing import Any

# What scikit-learn knows.
_LOSSES = {"log_loss", "squared_error", "poisson"}
_ACTIVATIONS = {"identity", "logistic", "relu", "tanh"}

# What a fitted estimator has beside its attributes' public names.
_PRIVATE = ("_label_binarizer", "_no_improvement_count", "_random_state")


def from_sklearn(name: str, estimator: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters of scikit-learn's estimator of a name, and a copy of what it learnt.

    Raises:
        TypeError: When it is not scikit-learn's class of that name.
    """
    if not isinstance(estimator, sklearn_class(name)):
        raise TypeError(
            f"from_sklearn: estimator is {estimator!r}, must be sklearn.neural_network's {name}"
        )
    return estimator.get_params(deep=False), _fitted(estimator)


def to_sklearn(estimator: Any) -> Any:
    """Return scikit-learn's estimator with the parameters and, if fitted, the weights of ours.

    Raises:
        ValueError: When a parameter has a value that scikit-learn does not know.
    """
    cls = sklearn_class(type(estimator).__name__)
    known = cls._get_param_names()
    defaults = type(estimator)().get_params(deep=False)
    given = estimator.get_params(deep=False)
    ours = [key for key in given if key not in known and given[key] != defaults[key]]
    loss = given.get("loss", "log_loss")
    for setting, scaler in (("standardize", "scaler_"), ("standardize_target", "target_scaler_")):
        if hasattr(estimator, scaler) and setting not in ours:
            ours.append(scaler)
    if loss not in _LOSSES:
        ours.append(f"loss {loss!r}")
    if ours:
        raise ValueError(f"to_sklearn: scikit-learn knows no {', '.join(ours)}")
    given["activation"] = _activation(estimator)
    made = cls(**{key: value for key, value in given.items() if key in known})
    made.__dict__.update(_fitted(estimator))
    if hasattr(made, "coefs_") and made.early_stopping:
        made._best_coefs = [coef.copy() for coef in made.coefs_]
        made._best_intercepts = [intercept.copy() for intercept in made.intercepts_]
    return made


def _activation(estimator: Any) -> str:
    """Return scikit-learn's name of the activation that all hidden layers have."""
    one = isinstance(estimator.activation, str)
    names = {
        "logistic" if name == "sigmoid" else name
        for name in ([estimator.activation] if one else estimator.activation)
    }
    if len(names) != 1 or not names <= _ACTIVATIONS:
        raise ValueError(
            f"to_sklearn: activation is {estimator.activation!r}, scikit-learn has one of"
            f" {', '.join(sorted(_ACTIVATIONS))} for all layers"
        )
    return str(names.pop())


def sklearn_class(name: str) -> Any:
    """Return scikit-learn's class of a name."""
    from sklearn import neural_network

    return getattr(neural_network, name)


def _fitted(estimator: Any) -> dict[str, Any]:
    """Return a copy of what a fit has set, without the optimizer's state."""
    return {
        name: copy.deepcopy(value)
        for name, value in vars(estimator).items()
        if name in _PRIVATE or (name.endswith("_") and not name.startswith("_"))
    }
