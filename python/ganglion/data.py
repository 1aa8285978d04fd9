"""Data: arrays as users bring them, checked and seen as tables, never copied as a whole.

The core converts the numbers a batch at a time. Only what it cannot read, such as a list or a data
frame, becomes an array first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion.losses import CustomLoss, Loss
from ganglion.precision import Precision

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples with their targets.

    Args:
        x: Inputs, shape `(samples, features)`, of any type of number.
        y: Targets, shape `(samples, columns)`; one column of class numbers for cross_entropy.
        weight: What each sample counts, shape `(samples, 1)`; None: all the same.
    """

    x: Array
    y: Array
    weight: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, chosen: slice | NDArray[np.int64]) -> Dataset:
        """Return some of the samples; those of a slice are not copied."""
        weight = None if self.weight is None else self.weight[chosen]
        return Dataset(self.x[chosen], self.y[chosen], weight)


def as_dataset(
    call: str,
    batch: tuple[ArrayLike, ArrayLike | None, ArrayLike | None],
    class_weight: Mapping[int, float] | None,
    features: int,
    outputs: int,
    loss: Loss | CustomLoss,
) -> Dataset:
    """Check `(x, y, sample_weight)` and return them as a dataset.

    Raises:
        TypeError: When something does not hold numbers.
        ValueError: When a shape or a value does not fit.
    """
    x, y, sample_weight = batch
    inputs = as_inputs(call, x, features)
    if y is None:
        raise ValueError(f"{call}: y is missing")
    targets = as_targets(call, y, loss, outputs)
    if len(targets) != len(inputs):
        raise ValueError(f"{call}: y has {len(targets)} rows, X has {len(inputs)}")
    return Dataset(inputs, targets, as_weights(call, targets, sample_weight, class_weight, loss))


def as_array(call: str, name: str, values: ArrayLike) -> Array:
    """Return `values` as an array the core can read, copying only what it cannot."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{call}: {name} has type {array.dtype}, must hold numbers or bools")
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        return array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def as_inputs(call: str, x: ArrayLike, features: int) -> Array:
    """Return the inputs as a table of shape `(samples, features)`.

    Raises:
        TypeError: When `x` does not hold numbers.
        ValueError: When its shape does not fit.
    """
    array = as_array(call, "X", x)
    if array.ndim < 2:
        raise ValueError(
            f"{call}: X has shape {array.shape}, must be (samples, {features});"
            " for one sample pass x[None]"
        )
    if len(array) == 0:
        raise ValueError(f"{call}: X has shape {array.shape}: there are no samples")
    table = array.reshape(len(array), -1)  # images and the like: the columns one after the other
    if table.shape[1] != features:
        raise ValueError(f"{call}: X has {table.shape[1]} columns, the network takes {features}")
    return table


def check_finite(call: str, name: str, array: Array, precision: Precision, scale: float) -> None:
    """Refuse NaN, infinity and what is too large, with the first row and column."""
    place = precision.first_not_finite(array, scale)
    if place is not None:
        row, column = place
        value = array[row, column] if array.ndim == 2 else array[row]
        rule = f", too large for {precision.dtype}" if np.isfinite(value) else ""
        raise ValueError(f"{call}: {name} has {value} at row {row}, column {column}{rule}")


def as_targets(call: str, y: ArrayLike, loss: Loss | CustomLoss, outputs: int) -> Array:
    """Return the targets as a table of the columns that the loss compares with `outputs`.

    Raises:
        TypeError: When `y` holds neither numbers nor bools.
        ValueError: When its shape does not fit, or a value is not one the loss takes.
    """
    if np.asarray(y).dtype.kind in "OSUT" and _holds_strings(y):
        raise TypeError(
            f"{call}: y holds strings, such as {np.asarray(y).ravel()[0]!r}: number the classes"
            " from 0 (numpy.unique(y, return_inverse=True)), or use the estimators of"
            " ganglion.neural_network, which take labels"
        )
    array = as_array(call, "y", y)
    if array.ndim == 1:
        array = array[:, None]
    name = loss.name if isinstance(loss, Loss) else "custom"
    if name == "cross_entropy" and array.ndim == 2 and array.shape[1] == 1:
        _check_classes(call, array, outputs)
        return array
    if array.ndim != 2 or array.shape[1] != outputs:
        classes = f", or ({len(array)},) class numbers" if name == "cross_entropy" else ""
        raise ValueError(
            f"{call}: y has shape {np.shape(y)}, must be ({len(array)}, {outputs}) for a network"
            f" with {outputs} outputs{classes}"
        )
    _check_values(call, name, array)
    return array


def as_weights(
    call: str,
    y: Array,
    sample_weight: ArrayLike | None,
    class_weight: Mapping[int, float] | None,
    loss: Loss | CustomLoss,
) -> NDArray[np.float64] | None:
    """Return what each sample counts, shape `(samples, 1)`, or None when all count the same."""
    if sample_weight is None and class_weight is None:
        return None
    weight = np.ones(len(y))
    if sample_weight is not None:
        weight = as_array(call, "sample_weight", sample_weight).astype(np.float64)
        if weight.shape != (len(y),):
            raise ValueError(f"{call}: sample_weight has shape {weight.shape}, must be ({len(y)},)")
    if class_weight is not None:
        weight = weight * _weights_of_classes(call, y, class_weight, loss)
    wrong = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))
    if wrong.size:
        raise ValueError(
            f"{call}: sample_weight is {weight[wrong[0]]} at row {wrong[0]}, must be finite and not"
            " negative"
        )
    if not weight.any():
        raise ValueError(f"{call}: sample_weight is zero for every sample")
    return weight[:, None]


def _holds_strings(y: ArrayLike) -> bool:
    return any(isinstance(value, str | bytes) for value in np.asarray(y).ravel())


def _check_classes(call: str, y: Array, classes: int) -> None:
    """Refuse what is not the number of a class."""
    if y.dtype.kind == "f":
        wrong = np.flatnonzero(y[:, 0] != np.floor(y[:, 0]))  # NaN too
        if wrong.size:
            raise ValueError(
                f"{call}: y is {y[wrong[0], 0]} at row {wrong[0]}, must be a class number"
            )
    wrong = np.flatnonzero((y[:, 0] < 0) | (y[:, 0] >= classes))
    if wrong.size:
        raise ValueError(
            f"{call}: y is {y[wrong[0], 0]} at row {wrong[0]}, must be a class number from 0 to"
            f" {classes - 1}: the network has {classes} outputs"
        )


_VALUE_RULES = {
    "cross_entropy": (0.0, 1.0, "a probability from 0 to 1"),
    "binary_cross_entropy": (0.0, 1.0, "from 0 to 1"),
    "poisson": (0.0, np.inf, "zero or positive"),
}


def _check_values(call: str, loss: str, y: Array) -> None:
    """Refuse targets that are not finite, or not in the range of the loss."""
    low, high, rule = _VALUE_RULES.get(loss, (-np.inf, np.inf, "finite"))
    wrong = np.argwhere(~((y >= low) & (y <= high) & np.isfinite(y)))
    if wrong.size:
        row, column = wrong[0]
        raise ValueError(
            f"{call}: y is {y[row, column]} at row {row}, column {column}, must be {rule} for"
            f" the loss {loss}"
        )
    if loss == "cross_entropy":
        sums = y.sum(axis=1)
        rows = np.flatnonzero(np.abs(sums - 1) > 1e-3)
        if rows.size:
            raise ValueError(
                f"{call}: y's probabilities add up to {sums[rows[0]]} at row {rows[0]}, must to 1"
            )


def _weights_of_classes(
    call: str, y: Array, class_weight: Mapping[int, float], loss: Loss | CustomLoss
) -> NDArray[np.float64]:
    """Return the weight of each sample's class, 1 for classes that are not named."""
    name = loss.name if isinstance(loss, Loss) else "custom"
    if name not in ("cross_entropy", "binary_cross_entropy"):
        raise ValueError(f"{call}: class_weight needs classes, the loss is {name}")
    if name == "binary_cross_entropy" and y.shape[1] > 1:
        raise ValueError(f"{call}: class_weight needs one class a row, y has {y.shape[1]} columns")
    labels = y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    weight = np.ones(len(y))
    for label, value in class_weight.items():
        weight[labels == label] = value
    return weight
