"""Data: samples with their targets and weights, checked, and never copied as a whole.

The core converts the numbers a batch at a time. Only what it cannot read, such as a list or a data
frame, becomes an array first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion.arrays import Array, as_inputs
from ganglion.losses import CustomLoss, Loss
from ganglion.targets import as_targets, as_weights


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
        return int(self.x.shape[0])

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
    weight = as_weights(call, targets, sample_weight, class_weight, loss, outputs)
    return Dataset(inputs, targets, weight)
