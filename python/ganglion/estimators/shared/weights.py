"""What samples and classes count, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import _check_sample_weight

from ganglion._base import checks
from ganglion._base.arrays import Array


def checked_sample_weight(name: str, given: Any, X: Any, dtype: Any = np.float64) -> Array:
    """Return what each sample counts, shape `(samples,)`.

    Args:
        name: The argument's, for messages.
        given: Its value: a number for each sample, or one for all.
        X: The samples.
        dtype: What the weights become.

    Raises:
        ValueError: When they are not as many as the samples, or one is negative or not finite.
    """
    weight: Array = _check_sample_weight(given, X, dtype=dtype)
    negative = np.flatnonzero(weight < 0)
    if negative.size:
        raise ValueError(
            f"{name} is {weight[negative[0]]} at row {negative[0]}, must not be negative"
        )
    return weight


def check_class_weight(given: Any) -> None:
    """Refuse weights of classes that are negative, not finite, or no numbers.

    Args:
        given: A mapping, a list with one for each label, "balanced" or None.

    Raises:
        TypeError: When one is no number.
        ValueError: When one is negative or not finite.
    """
    for weights in given if isinstance(given, list) else [given]:
        if isinstance(weights, Mapping):
            for label, value in weights.items():
                checks.non_negative(f"class_weight[{label!r}]", value)


def sample_weights(name: str, given: Any, X: Any) -> Array | None:
    """Return what each sample counts, shape `(samples, 1)`; None: all the same.

    Arguments are those of `checked_sample_weight`, which says what is refused; so are weights of
    which none counts.
    """
    if given is None:
        return None
    return _positive_in_all(checked_sample_weight(name, given, X).reshape(-1, 1))


def times(weight: Array | None, by_class: Array | None) -> Array | None:
    """Return what each sample counts in training, shape `(samples, 1)`; None: all the same.

    Args:
        weight: What it counts anywhere, shape `(samples, 1)`, or None.
        by_class: And its class in training, shape `(samples,)`, or None.

    Raises:
        ValueError: When nothing counts.
    """
    if by_class is None:
        return weight
    by_class = by_class.reshape(-1, 1)
    return _positive_in_all(by_class if weight is None else weight * by_class)


def _positive_in_all(weight: Array) -> Array:
    """Return weights of which one at least counts.

    Raises:
        ValueError: When none does.
    """
    total = weight.sum()
    if not total > 0:
        raise ValueError(f"the samples' weights add up to {total}, must to a positive number")
    return weight
