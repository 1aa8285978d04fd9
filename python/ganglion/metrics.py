"""Metrics: figures that are reported and not trained on. The arithmetic is in the core."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import NDArray

from ganglion._base import attributes, checks, naming
from ganglion._base.arguments import explained

MetricFunction = Callable[[NDArray[Any], NDArray[Any]], float]
"""A metric of one's own: `f(targets, outputs)` of all rows of an epoch gives its value."""


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
    """The part of the rows whose largest output is that of the true class.

    Under binary_cross_entropy, whose columns do not exclude each other, it is `BinaryAccuracy`.
    """

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


@explained
@dataclass(frozen=True)
class Precision(Metric):
    """The part of the yes said that are right; 0 where none is said.

    Of two classes class 1 is the yes; of more it is the mean over the classes that occur or are
    said, and of several columns of yes and no that over the columns: scikit-learn's "macro".
    """

    name: ClassVar[str] = "precision"


@explained
@dataclass(frozen=True)
class Recall(Metric):
    """The part of the true yes that are said; 0 where there is none. Means as of `Precision`."""

    name: ClassVar[str] = "recall"


@explained
@dataclass(frozen=True)
class F1(Metric):
    """The harmonic mean of precision and recall; 0 where both are. Means as of `Precision`."""

    name: ClassVar[str] = "f1"


@explained
@dataclass(frozen=True)
class AUC(Metric):
    """The area under the receiver operating characteristic, exact, of all rows of the epoch.

    Of more than two classes it is the mean of each against the rest, and of several columns that
    over the columns; those in which there are not both yes and no are left out, NaN without any.
    Outputs and targets of an epoch are kept for it, in float64.
    """

    name: ClassVar[str] = "auc"


METRICS = {
    record.name: record
    for record in (
        *(Accuracy, BinaryAccuracy, TopKAccuracy),
        *(MeanAbsoluteError, MeanSquaredError, R2),
        *(Precision, Recall, F1, AUC),
    )
}


def get(spec: str | Metric | MetricFunction) -> Metric | MetricFunction:
    """Return the metric that `spec` stands for: a name gives one with its default settings.

    A function is returned as it is.
    """
    if isinstance(spec, Metric) or (callable(spec) and not isinstance(spec, type)):
        return spec
    return naming.build("metric", spec, METRICS)


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
