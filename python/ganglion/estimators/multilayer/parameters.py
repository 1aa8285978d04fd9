"""What the parameters of the estimators may be, as scikit-learn checks them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganglion import activations
from ganglion._base.naming import ALIASES, nearest

STOCHASTIC = ("sgd", "adam")  # the solvers that go sample by sample

# scikit-learn's four, and what else the core has for hidden layers.
ACTIVATIONS = {"logistic", *activations.trainable_names()}


Activation = str | activations.ActivationFunction

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
