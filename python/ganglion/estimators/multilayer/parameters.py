"""What the parameters of the estimators may be, as scikit-learn checks them."""

import textwrap
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from sklearn.utils._param_validation import Interval, Options

from ganglion import activations
from ganglion._base.naming import ALIASES, nearest
from ganglion.estimators.shared.answers import one_of

Estimator = TypeVar("Estimator")

STOCHASTIC = ("sgd", "adam")  # the solvers that go sample by sample

# scikit-learn's four, and what else the core has for hidden layers.
ACTIVATIONS = {"logistic", *activations.trainable_names()}


CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [one_of(ACTIVATIONS), activations.ActivationFunction, "array-like"],
    "solver": [one_of({"lbfgs", *STOCHASTIC})],
    "alpha": [Interval(Real, 0, None, closed="left")],
    "batch_size": [one_of({"auto"}), Interval(Integral, 1, None, closed="left")],
    "learning_rate": [one_of({"constant", "invscaling", "adaptive"})],
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
    "weight_decay": [Interval(Real, 0, None, closed="left")],
    "lr_schedule": [one_of({"cosine", "one_cycle"}), callable, None],
    "warmup_steps": [Interval(Integral, 0, None, closed="left")],
    "standardize": ["boolean"],
    "early_stopping_metric": [str, callable],
    "max_time": [Interval(Real, 0, None, closed="neither"), None],
    "keep_optimizer_state": ["boolean"],
    "max_history": [Interval(Integral, 1, None, closed="left"), None],
    "n_hidden_layers": [Interval(Integral, 1, None, closed="left"), None],
    "hidden_width": [Interval(Integral, 1, None, closed="left"), None],
    "n_jobs": [Integral, None],
}

# What the estimators' docstrings say of the arguments that scikit-learn's do not have.
_SHARED_ARGUMENTS = """\
activation: One of the hidden layers' activations, or a list with one for each; also those
    of `ganglion.activations` that scikit-learn does not have.
dropout: The part of each hidden layer's outputs zeroed while training, in `[0, 1)`.
clip_norm: Largest norm of the loss's gradient in a step of "adam" or "sgd", before the
    penalty of `alpha`; None clips nothing.
weight_decay: With "adam", weights and intercepts shrink in each step by this times the
    learning rate (AdamW; Loshchilov and Hutter, 2019); with "sgd" it counts in the gradient.
lr_schedule: The learning rate of each step of "adam" or "sgd": "cosine" or "one_cycle" over
    `max_iter` epochs, with `learning_rate_init` the highest; a schedule of
    `ganglion.schedules`; or a function of the step's number. None: as `learning_rate` says.
warmup_steps: Steps in which the rate rises from 0 to where it begins.
standardize: Whether each feature is moved and scaled to mean 0 and variance 1 (of a sparse
    matrix only scaled) as it was in the first fit's samples; `scaler_` does it.
early_stopping_metric: What early stopping goes by: "score", the validation's "loss", or
    one of scikit-learn's scorers, by name or as a function.
max_time: Seconds after which a fit ends with the epoch or iteration it is in.
keep_optimizer_state: Whether, with `warm_start`, "adam" and "sgd" go on with what they
    remember of the fit before.
max_history: Epochs at most of which curves and scores are kept; None: of all.
n_hidden_layers: With `hidden_width` in place of `hidden_layer_sizes`: how many hidden
    layers. None: one, where `hidden_width` is given.
hidden_width: Units of each. None: 100, where `n_hidden_layers` is given.
n_jobs: Threads of a call: -1 for all; None: those that pay, but one in a thread of joblib's.
"""

# What only the stochastic solvers know.
OF_STOCHASTIC = ("dropout", "clip_norm", "weight_decay", "lr_schedule", "warmup_steps")


def hidden_sizes(given: Any, layers: int | None, width: int | None) -> list[int]:
    """Return the units of each hidden layer.

    Args:
        given: Them, or those of the only layer.
        layers: How many, in place of `given`, if it or `width` is there.
        width: Units of each.

    Raises:
        ValueError: When one is not a positive whole number.
    """
    if layers is not None or width is not None:
        given = [100 if width is None else width] * (1 if layers is None else layers)
    sizes = np.atleast_1d(given).tolist()
    if any(size <= 0 for size in sizes):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
    if any(size != int(size) or size >= 2**31 for size in sizes):
        raise ValueError(f"hidden_layer_sizes must be whole numbers below 2**31, got {sizes}.")
    return [int(size) for size in sizes]


Activation = str | activations.ActivationFunction


def activations_of(
    given: Activation | Sequence[Activation], hidden_layers: int
) -> list[Activation]:
    """Return the activation of each hidden layer.

    Raises:
        ValueError: When a list does not have one for each, or one is not for hidden layers.
    """
    listed = [given] * hidden_layers if isinstance(given, Activation) else list(given)
    names = {one.name if isinstance(one, activations.ActivationFunction) else one for one in listed}
    if len(listed) != hidden_layers or not names <= ACTIVATIONS:
        unknown = [name for name in listed if isinstance(name, str) and name not in ACTIVATIONS]
        meant = nearest(unknown[0], ACTIVATIONS, ALIASES) if unknown else None
        raise ValueError(
            f"activation is {given!r}, must be a name or a list with one for each hidden layer,"
            f" here {hidden_layers}, of {', '.join(sorted(ACTIVATIONS))}."
            + (f" Did you mean {meant!r}?" if meant else "")
        )
    return listed


def levels_of(loss: str, quantile: Any) -> tuple[float, ...]:
    """Return one or several levels of quantiles, none of another loss.

    Raises:
        ValueError: When they are no numbers inside (0, 1).
    """
    if loss != "quantile":
        return ()
    try:
        levels = np.atleast_1d(np.asarray(quantile, np.float64))
    except (TypeError, ValueError):
        levels = np.empty(0)
    if levels.ndim != 1 or not levels.size or not ((levels > 0) & (levels < 1)).all():
        raise ValueError(f"quantile is {quantile!r}, must be inside (0, 1), or a list")
    return tuple(levels.tolist())


def with_shared_arguments(cls: type[Estimator]) -> type[Estimator]:
    """Put what both estimators say of their arguments in the place of `{shared}` in a docstring."""
    text = textwrap.indent(_SHARED_ARGUMENTS, " " * 8).strip()
    cls.__doc__ = str(cls.__doc__).replace("{shared}", text)
    return cls
