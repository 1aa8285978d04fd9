"""Metrics: figures that are reported and not trained on. The arithmetic is in the core."""

from dataclasses import dataclass
from typing import ClassVar

from ganglion import checks, naming
from ganglion.arguments import explained


@dataclass(frozen=True)
class Metric:
    """Base of the metrics."""

    name: ClassVar[str]

    @property
    def parameter(self) -> float:
        """The one number the metric is set by, 0 for a metric that has none."""
        return 0.0


@explained
@dataclass(frozen=True)
class Accuracy(Metric):
    """The part of the rows whose largest output is that of the true class."""

    name: ClassVar[str] = "accuracy"


@explained
@dataclass(frozen=True)
class BinaryAccuracy(Metric):
    """The part of the entries whose yes or no is the target's: from logits 0, else one half."""

    name: ClassVar[str] = "binary_accuracy"


@explained
@dataclass(frozen=True)
class TopKAccuracy(Metric):
    """The part of the rows whose true class is among the `k` largest outputs.

    Args:
        k: How many outputs may be larger than or equal to the true one, itself included.
    """

    name: ClassVar[str] = "top_k_accuracy"

    k: int = 5

    def __post_init__(self) -> None:
        checks.positive_count("k", self.k)

    @property
    def parameter(self) -> float:
        """The number of largest outputs looked at."""
        return float(self.k)


@explained
@dataclass(frozen=True)
class MeanAbsoluteError(Metric):
    """The mean of `|y - p|` over rows and columns."""

    name: ClassVar[str] = "mean_absolute_error"


@explained
@dataclass(frozen=True)
class MeanSquaredError(Metric):
    """The mean of `(y - p)^2` over rows and columns."""

    name: ClassVar[str] = "mean_squared_error"


@explained
@dataclass(frozen=True)
class R2(Metric):
    """The coefficient of determination: 1 is perfect, 0 is as good as always saying the mean."""

    name: ClassVar[str] = "r2"


METRICS = {
    record.name: record
    for record in (Accuracy, BinaryAccuracy, TopKAccuracy, MeanAbsoluteError, MeanSquaredError, R2)
}


def get(spec: str | Metric) -> Metric:
    """Return the metric that `spec` stands for: a name gives one with its default settings."""
    return spec if isinstance(spec, Metric) else naming.build("metric", spec, METRICS)
