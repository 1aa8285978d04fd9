"""Data: samples with their targets and weights, checked, and never copied as a whole.

The core converts the numbers a batch at a time. Only what it cannot read, such as a list or a data
frame, becomes an array first; a sparse matrix does so a stretch of batches at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base.arrays import Array, as_samples, unfolded
from ganglion._base.frames import Labels, labels_of
from ganglion.losses import CustomLoss, Loss
from ganglion.training.class_weights import ClassWeight, times_class_weight
from ganglion.training.supervision import as_targets, as_weights

Weight = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples with their targets.

    Args:
        x: Inputs, shape `(samples, features)`, of any type of number; or a sparse matrix of rows.
        y: Targets, shape `(samples, columns)`; one column of class numbers for cross_entropy.
        weight: What each sample counts in the loss, shape `(samples, 1)`; None: all the same.
        metric_weight: What it counts in the metrics that are weighted.
        labels: The names of the columns of `x`, if they have any.
    """

    x: Any
    y: Array
    weight: Weight | None = None
    metric_weight: Weight | None = None
    labels: Labels | None = None

    def __len__(self) -> int:
        return int(self.x.shape[0])

    def rows(self, chosen: slice | NDArray[np.int64]) -> Dataset:
        """Return some of the samples; those of a slice are not copied."""
        return Dataset(
            self.x[chosen],
            self.y[chosen],
            None if self.weight is None else self.weight[chosen],
            None if self.metric_weight is None else self.metric_weight[chosen],
            self.labels,
        )

    def unfolded(self) -> Dataset:
        """Return the samples with a sparse matrix's rows in an array."""
        return replace(self, x=unfolded(self.x))


def as_dataset(
    call: str,
    batch: tuple[ArrayLike, ArrayLike | None, ArrayLike | None],
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
    inputs = as_samples(call, x, features)
    if y is None:
        raise ValueError(f"{call}: y is missing")
    targets = as_targets(call, y, loss, outputs)
    if len(targets) != inputs.shape[0]:
        raise ValueError(f"{call}: y has {len(targets)} rows, X has {inputs.shape[0]}")
    weight = as_weights(call, targets, sample_weight)
    return Dataset(inputs, targets, weight, weight, labels_of(x))


def weighted_by_class(
    call: str,
    data: Dataset,
    class_weight: ClassWeight | None,
    outputs: int,
    loss: Loss | CustomLoss,
) -> Dataset:
    """Return samples whose classes count in the loss, and there alone, what `class_weight` says.

    Raises:
        TypeError: When it holds no numbers.
        ValueError: When the loss has no classes, or a value does not fit.
    """
    if class_weight is None:
        return data
    weight = times_class_weight(call, data.weight, data.y, class_weight, loss, outputs)
    return replace(data, weight=weight)
