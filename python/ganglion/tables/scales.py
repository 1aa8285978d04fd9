"""Scales of columns: numbers of any size as a network learns them best."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ganglion._base.scaling import Scale
from ganglion.tables import fields as file

FARTHEST = 5.0  # deviations from the mean; what lies farther out is moved here


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedScale:
    """Numbers moved to mean 0 and scaled to standard deviation 1, outliers held in.

    A column that is the same in nearly every row has few, but huge, scaled values. Unbounded they
    cost the bundled digits a point of accuracy, whose outermost pixels are such columns.

    Args:
        median: Stands for a missing number.
        mean: Mean over the training rows.
        scale: Standard deviation over the training rows; 1 where all are the same.
    """

    median: float
    mean: float
    scale: float

    @classmethod
    def fit(cls, values: NDArray[np.float64]) -> Self:
        """Measure numbers, at least one of which is not NaN."""
        median = float(np.nanmedian(values))
        scale = Scale.measured(np.where(np.isnan(values), median, values))
        return cls(median=median, mean=float(scale.shift), scale=float(scale.unit))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make the record `dataclasses.asdict` took apart."""
        return cls(
            median=file.number(fields, "median"),
            mean=file.number(fields, "mean"),
            scale=file.positive(fields, "scale"),
        )

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Give the scaled numbers, shape `(rows, 1)`."""
        with np.errstate(over="ignore"):  # what is too far out is held in, however far it is
            filled = np.where(np.isnan(values), self.median, values)
            scaled = Scale(self.mean, self.scale).apply(filled)
        return np.clip(scaled, -FARTHEST, FARTHEST).astype(np.float32)[:, None]
