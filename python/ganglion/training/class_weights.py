"""Class weights: what the samples of each class count in the loss that is trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ganglion._base import checks, naming
from ganglion._base.arrays import Array
from ganglion._base.locations import first_of
from ganglion.losses import CustomLoss, Loss
from ganglion.training.data import Targets
from ganglion.training.supervision import check_weights, classes_of, found_at, has_classes

OfClasses = Mapping[int, float] | Sequence[float] | NDArray[Any] | str
"""Weights by the classes' numbers, one a class in their order, or "balanced"."""
ClassWeight = OfClasses | Mapping[str, Any]
"""Those of the only output, or of several by their names."""

_BALANCED = "balanced"


def by_output(
    call: str, class_weight: ClassWeight, names: Sequence[str]
) -> Mapping[str, OfClasses]:
    """Return the weights of classes by the names of the outputs that have some.

    Args:
        call: The function that was called, for messages.
        class_weight: As users give it.
        names: Of the outputs that have losses.

    Raises:
        ValueError: When it names no such output, or there are several and it names none. Where
            there is but one, texts are likely to be meant for classes.
    """
    is_named = isinstance(class_weight, Mapping) and any(
        isinstance(name, str) for name in class_weight
    )
    if not is_named and len(names) > 1:
        raise ValueError(
            f"{call}: class_weight must be by the names of outputs, {', '.join(names)}, such as"
            f" {{{names[0]!r}: 'balanced'}}, got {checks.shown(class_weight)}"
        )
    if not is_named:
        return {names[0]: cast(OfClasses, class_weight)}
    named = cast(Mapping[str, OfClasses], class_weight)
    unknown = [name for name in named if name not in names]
    if unknown:
        rule = f"the outputs with losses are {', '.join(names)}"
        if len(names) == 1:
            rule = "must name classes by their numbers in y, such as {0: 1.0, 1: 5.0}"
        raise ValueError(f"{call}: class_weight names {checks.shown(unknown[0])}, {rule}")
    return named


def times_class_weight(
    call: str,
    targets: Targets,
    class_weight: OfClasses,
    loss: Loss | CustomLoss,
    outputs: int,
) -> NDArray[np.float64]:
    """Return what each position counts, shape `(samples, positions)`, times what its class does.

    Args:
        call: The function that was called, for messages.
        targets: What the classes are told by, with what each position counts.
        class_weight: What each class counts; 1 where a mapping does not name it, and where it is
            "balanced" rows / (classes * rows of the class), as scikit-learn has it; where there
            are positions, those count as rows.
        loss: What compares targets with outputs.
        outputs: How many classes there are; 1: yes and no.

    Raises:
        TypeError: When a weight is no number.
        ValueError: When the loss has no classes, a target is between two, or a weight is of no
            class or out of range.
    """
    labels = _labels(call, targets, loss)
    classes = range(max(outputs, 2))
    product = np.ones(labels.shape)
    for label, value in _by_class(call, class_weight, labels, len(classes)).items():
        if label not in classes:
            raise ValueError(
                f"{call}: class_weight names class {label!r}, must be from 0 to {classes[-1]}"
            )
        checks.non_negative(f"class_weight[{label}]", value)
        product[labels == label] = value
    name = "class_weight"
    if targets.weight is not None:
        product, name = product * targets.weight, "sample_weight times class_weight"
    check_weights(call, name, product)
    return product


def refuse_balanced(call: str, class_weight: ClassWeight | None) -> None:
    """Refuse "balanced" where there is but a batch, whose shares are not those of all rows."""
    parts = class_weight.values() if isinstance(class_weight, Mapping) else [class_weight]
    for one in parts:
        if isinstance(one, str):
            raise ValueError(
                f"{call}: class_weight is {one!r}, which a batch cannot know: give each class's,"
                " such as {0: 1.0, 1: 5.0}"
            )


def _labels(call: str, targets: Targets, loss: Loss | CustomLoss) -> Array:
    if not has_classes(loss):
        name = loss.name if isinstance(loss, Loss) else "custom"
        raise ValueError(f"{call}: class_weight needs classes, the loss is {name}")
    labels = classes_of(targets, loss)
    if labels is None:
        raise ValueError(
            f"{call}: class_weight needs one class a row, y has {targets.width} columns"
        )
    between = first_of(labels != np.floor(labels))
    if between is not None:
        raise ValueError(
            f"{call}: class_weight needs classes, y is {found_at(labels, between)}, must be 0 or"
            " 1 with it"
        )
    return labels


def _by_class(
    call: str, class_weight: OfClasses, labels: Array, classes: int
) -> Mapping[int, float]:
    """Return weights by the classes' numbers."""
    if isinstance(class_weight, Mapping):
        return class_weight
    if isinstance(class_weight, str):
        naming.resolve(f"{call}: class_weight", class_weight, [_BALANCED])
        counts = {label: np.count_nonzero(labels == label) for label in range(classes)}
        present = {label: count for label, count in counts.items() if count}
        return {label: labels.size / (len(present) * count) for label, count in present.items()}
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
