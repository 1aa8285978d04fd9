"""Parameters beyond scikit-learn's that are given and can have no effect: a warning for each.

scikit-learn ignores such ones of its own, as `momentum` with "adam", without a word; so do we.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ganglion._base.messages import warn
from ganglion.estimators.multilayer.parameters import STOCHASTIC, hidden_sizes

Rule = tuple[str, str, Callable[[Mapping[str, Any]], bool]]


def _is_stochastic(given: Mapping[str, Any]) -> bool:
    return given["solver"] in STOCHASTIC


def _has_hidden_layers(given: Mapping[str, Any]) -> bool:
    if "hidden_layer_sizes" not in given:  # of a residual network
        return True
    shape = (given.get(name) for name in ("hidden_layer_sizes", "n_hidden_layers", "hidden_width"))
    return bool(hidden_sizes(*shape))


# A parameter, what it needs, and whether that is so.
_RULES: tuple[Rule, ...] = (
    ("quantile", "loss='quantile'", lambda given: given["loss"] == "quantile"),
    (
        "early_stopping_metric",
        "early_stopping=True, or X_val, and solver 'adam' or 'sgd'",
        lambda given: _is_stochastic(given) and (given["early_stopping"] or given["validates"]),
    ),
    (
        "keep_optimizer_state",
        "warm_start=True and solver 'adam' or 'sgd'",
        lambda given: _is_stochastic(given) and given["warm_start"],
    ),
    ("max_history", "solver 'adam' or 'sgd'", _is_stochastic),
    ("dropout", "hidden layers", _has_hidden_layers),
)


def warn_of_ignored(estimator: Any, *, validates: bool) -> None:
    """Warn of each parameter that is not as by default and can have no effect beside the others.

    Args:
        estimator: Whose parameters.
        validates: Whether `fit` is given validation data.
    """
    given = {**estimator.get_params(deep=False), "validates": validates}
    parameters = inspect.signature(type(estimator)).parameters
    for name, needs, holds in _RULES:
        if name not in given or holds(given):
            continue
        if not np.array_equal(given[name], parameters[name].default):
            warn([f"{name}={given[name]!r} is ignored: it needs {needs}"])
