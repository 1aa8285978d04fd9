"""Hidden layers as the parameters of estimators say them: their units, and their activations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganglion import activations
from ganglion._base.naming import ALIASES, nearest

# scikit-learn's four, and what else the core has for hidden layers.
ACTIVATIONS = {"logistic", *activations.trainable_names()}

Activation = str | activations.ActivationFunction


def sizes_of(given: Any, name: str = "hidden_layer_sizes") -> list[int]:
    """Return the units of each hidden layer.

    Args:
        given: Them, or those of the only layer.
        name: Of the parameter, for messages.

    Raises:
        ValueError: When one is not a positive whole number.
    """
    sizes = np.atleast_1d(given).tolist()
    if any(size <= 0 for size in sizes):
        raise ValueError(f"{name} must be > 0, got {sizes}.")
    if any(size != int(size) or size >= 2**31 for size in sizes):
        raise ValueError(f"{name} must be whole numbers below 2**31, got {sizes}.")
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
