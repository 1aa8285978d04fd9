"""Targets and weights: what a loss compares the outputs with, and what each sample counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base.arrays import Array, as_array
from ganglion._base.frames import Labels, labels_of, shown
from ganglion.losses import BinaryCrossEntropy, CrossEntropy, CustomLoss, Loss

_LIGHTEST, _HEAVIEST = 1e-30, 1e30  # weights, so that float32 can hold a batch's sum of them

_ALLOWED = {  # lowest and highest value a loss takes, and the rule in words
    "cross_entropy": (0.0, 1.0, "a probability from 0 to 1"),
    "binary_cross_entropy": (0.0, 1.0, "from 0 to 1"),
    "poisson": (0.0, np.inf, "zero or positive"),
}


def as_targets(call: str, y: ArrayLike, loss: Loss | CustomLoss, outputs: int) -> Array:
    """Return the targets as a table of the columns that the loss compares with `outputs`.

    Raises:
        TypeError: When `y` holds neither numbers nor bools.
        ValueError: When its shape does not fit, or a value is not one the loss takes.
    """
    try:
        array = as_array(call, "y", y)
    except TypeError:
        _refuse_strings(call, y, loss)
        raise
    table = array[:, None] if array.ndim == 1 else array
    name = _name(loss)
    if name == "cross_entropy" and table.ndim == 2 and table.shape[1] == 1:
        check_classes(call, table[:, 0], outputs)
    elif table.ndim != 2 or table.shape[1] not in _columns(loss, outputs):
        rows = len(array) if array.ndim else "samples"
        classes = f", or ({rows},) class numbers" if name == "cross_entropy" else ""
        raise ValueError(
            f"{call}: y has shape {array.shape}, must be ({rows}, {_columns(loss, outputs)[0]})"
            f" for a network with {outputs} outputs{classes}"
        )
    else:
        _check_values(call, name, table, labels_of(y))
    return table


def as_weights(call: str, y: Array, sample_weight: ArrayLike | None) -> NDArray[np.float64] | None:
    """Return what each sample counts, shape `(samples, 1)`, or None when all count the same."""
    if sample_weight is None:
        return None
    weight = as_array(call, "sample_weight", sample_weight).astype(np.float64)
    if weight.shape != (len(y),):
        raise ValueError(f"{call}: sample_weight has shape {weight.shape}, must be ({len(y)},)")
    check_weights(call, "sample_weight", weight)
    return weight[:, None]


def check_weights(call: str, name: str, weight: NDArray[np.float64]) -> None:
    """Refuse weights `(samples,)` that are out of range, or of which none counts."""
    wrong = np.flatnonzero(~((weight == 0) | ((weight >= _LIGHTEST) & (weight <= _HEAVIEST))))
    if wrong.size:
        raise ValueError(
            f"{call}: {name} is {weight[wrong[0]]} at row {wrong[0]}, must be 0 or from"
            f" {_LIGHTEST} to {_HEAVIEST}"
        )
    if not weight.any():
        raise ValueError(f"{call}: {name} is zero for every sample")


def takes_any_number(loss: Loss | CustomLoss) -> bool:
    """Tell whether a loss is known to compare outputs with numbers of any size."""
    return isinstance(loss, Loss) and loss.name not in _ALLOWED


def classes_of(y: Array, loss: Loss | CustomLoss) -> Array | None:
    """Return each sample's class, shape `(samples,)`; None where it has not just one."""
    if isinstance(loss, BinaryCrossEntropy):
        return y[:, 0] if y.shape[1] == 1 else None
    if isinstance(loss, CrossEntropy):
        return y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    return None


def _name(loss: Loss | CustomLoss) -> str:
    return loss.name if isinstance(loss, Loss) else "custom"


def _columns(loss: Loss | CustomLoss, outputs: int) -> tuple[int, ...]:
    return loss.target_columns(outputs) if isinstance(loss, Loss) else (outputs,)


def _refuse_strings(call: str, y: ArrayLike, loss: Loss | CustomLoss) -> None:
    rule = f"must be numbers for the loss {_name(loss)}"
    if isinstance(loss, CrossEntropy | BinaryCrossEntropy):
        rule = "number the classes from 0 (numpy.unique(y, return_inverse=True))"
    for label in np.ravel(np.asarray(y, dtype=object)):
        if isinstance(label, str | bytes):
            raise TypeError(f"{call}: y holds strings, such as {label!r}: {rule}")


def check_classes(call: str, labels: Array, classes: int) -> None:
    """Refuse what is not the number of a class, with its row."""
    if labels.dtype.kind == "f":
        wrong = np.flatnonzero(labels != np.floor(labels))  # NaN too
        if wrong.size:
            raise ValueError(
                f"{call}: y is {labels[wrong[0]]} at row {wrong[0]}, must be a class number"
            )
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise ValueError(
            f"{call}: y is {labels[wrong[0]]} at row {wrong[0]}, must be a class number from 0 to"
            f" {classes - 1}: the network has {classes} outputs"
        )


def _check_values(call: str, loss: str, y: Array, labels: Labels | None) -> None:
    """Refuse targets that are not finite, or not in the range of the loss."""
    low, high, rule = _ALLOWED.get(loss, (-np.inf, np.inf, "finite"))
    wrong = np.argwhere(~((y >= low) & (y <= high) & np.isfinite(y)))
    if wrong.size:
        row, column = wrong[0]
        label = column if labels is None else labels[column]
        raise ValueError(
            f"{call}: y is {y[row, column]} at row {row}, column {shown(label)}, must be {rule} for"
            f" the loss {loss}"
        )
    if loss == "cross_entropy":
        sums = y.sum(axis=1)
        rows = np.flatnonzero(np.abs(sums - 1) > 1e-3)
        if rows.size:
            raise ValueError(
                f"{call}: y's probabilities add up to {sums[rows[0]]} at row {rows[0]}, must to 1"
            )
