"""Class weights: what the samples of each class count in the loss that is trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base import checks, naming
from ganglion._base.arrays import Array
from ganglion.losses import BinaryCrossEntropy, CrossEntropy, CustomLoss, Loss
from ganglion.training.supervision import check_weights, classes_of

ClassWeight = Mapping[int, float] | Sequence[float] | NDArray[Any] | str
"""Weights by the classes' numbers, one a class in their order, or "balanced"."""

_BALANCED = "balanced"


def times_class_weight(
    call: str,
    weight: NDArray[np.float64] | None,
    y: Array,
    class_weight: ClassWeight,
    loss: Loss | CustomLoss,
    outputs: int,
) -> NDArray[np.float64]:
    """Return what each sample counts, shape `(samples, 1)`, times what its class does.

    Args:
        call: The function that was called, for messages.
        weight: What each sample counts, shape `(samples, 1)`, or None.
        y: Targets, as `as_targets` gives them.
        class_weight: What each class counts; 1 where a mapping does not name it, and where it is
            "balanced" rows / (classes * rows of the class), as scikit-learn has it.
        loss: What compares targets with outputs.
        outputs: How many there are.

    Raises:
        TypeError: When a weight is no number.
        ValueError: When the loss has no classes, or a weight is of no class or out of range.
    """
    labels = _labels(call, y, loss)
    classes = range(max(outputs, 2))
    product = np.ones(len(y))
    for label, value in _by_class(call, class_weight, labels, len(classes)).items():
        if label not in classes:
            raise ValueError(
                f"{call}: class_weight names class {label!r}, must be from 0 to {classes[-1]}"
            )
        checks.non_negative(f"class_weight[{label}]", value)
        product[labels == label] = value
    name = "class_weight"
    if weight is not None:
        product, name = product * weight[:, 0], "sample_weight times class_weight"
    check_weights(call, name, product)
    return product[:, None]


def refuse_balanced(call: str, class_weight: ClassWeight | None) -> None:
    """Refuse "balanced" where there is but a batch, whose shares are not those of all rows."""
    if isinstance(class_weight, str):
        raise ValueError(
            f"{call}: class_weight is {class_weight!r}, which a batch cannot know: give each"
            " class's, such as {0: 1.0, 1: 5.0}"
        )


def _labels(call: str, y: Array, loss: Loss | CustomLoss) -> Array:
    if not isinstance(loss, CrossEntropy | BinaryCrossEntropy):
        name = loss.name if isinstance(loss, Loss) else "custom"
        raise ValueError(f"{call}: class_weight needs classes, the loss is {name}")
    labels = classes_of(y, loss)
    if labels is None:
        raise ValueError(f"{call}: class_weight needs one class a row, y has {y.shape[1]} columns")
    return labels


def _by_class(
    call: str, class_weight: ClassWeight, labels: Array, classes: int
) -> Mapping[int, float]:
    """Return weights by the classes' numbers."""
    if isinstance(class_weight, Mapping):
        return class_weight
    if isinstance(class_weight, str):
        naming.resolve(f"{call}: class_weight", class_weight, [_BALANCED])
        counts = {label: np.count_nonzero(labels == label) for label in range(classes)}
        present = {label: count for label, count in counts.items() if count}
        return {label: len(labels) / (len(present) * count) for label, count in present.items()}
    if not isinstance(class_weight, Sequence | np.ndarray):
        raise TypeError(
            f"{call}: class_weight must map classes to weights, hold one for each in their order,"
            f" or be {_BALANCED!r}, got {class_weight!r}"
        )
    if np.shape(class_weight) != (classes,):
        raise ValueError(
            f"{call}: class_weight has shape {np.shape(class_weight)}, must be ({classes},), one"
            " for each class in their order"
        )
    return dict(enumerate(class_weight))
