"""What the parameters of the estimators may be, as scikit-learn checks them."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ganglion import activations

STOCHASTIC = ("sgd", "adam")  # the solvers that go sample by sample

# scikit-learn's four, and what else the core has for hidden layers.
ACTIVATIONS = {"logistic", *activations.names()} - {"softmax"}

CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [StrOptions(ACTIVATIONS), "array-like"],
    "solver": [StrOptions({"lbfgs", *STOCHASTIC})],
    "alpha": [Interval(Real, 0, None, closed="left")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
    "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
    "power_t": [Interval(Real, 0, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [Interval(Real, 0, None, closed="left")],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "beta_1": [Interval(Real, 0, 1, closed="left")],
    "beta_2": [Interval(Real, 0, 1, closed="left")],
    "epsilon": [Interval(Real, 0, None, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
    "max_fun": [Interval(Integral, 1, None, closed="left")],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "clip_norm": [Interval(Real, 0, None, closed="neither"), None],
}


def hidden_sizes(given: Any) -> list[int]:
    """Return the units of each hidden layer.

    Raises:
        ValueError: When one is not a positive whole number.
    """
    sizes = np.atleast_1d(given).tolist()
    if any(size <= 0 for size in sizes):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
    if any(size != int(size) or size >= 2**31 for size in sizes):
        raise ValueError(f"hidden_layer_sizes must be whole numbers below 2**31, got {sizes}.")
    return [int(size) for size in sizes]


def activations_of(given: str | Sequence[str], hidden_layers: int) -> list[str]:
    """Return the activation of each hidden layer.

    Raises:
        ValueError: When a list does not have one for each.
    """
    if isinstance(given, str):
        return [given] * hidden_layers
    if len(given) != hidden_layers or not set(given) <= ACTIVATIONS:
        raise ValueError(
            f"activation is {list(given)}, must be a name or a list with one for each hidden layer,"
            f" here {hidden_layers}, of {', '.join(sorted(ACTIVATIONS))}."
        )
    return list(given)
