"""Figures: how good predictions are, beside those of the best answer that looks at no column."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganglion._base.arguments import explained
from ganglion._base.ranking import mean_roc_auc
from ganglion.tables.targets import ClassTarget, Target, ValueTarget, log_probabilities

_RARE = 0.5  # of the share that a class would have if all had the same: less is a rare one


@explained
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """How well rows were told apart.

    Args:
        rows: How many they are.
        left_out: How many more there were, whose class is missing.
        accuracy: Share of the rows whose class was found.
        log_loss: Mean of minus the natural logarithm of the true class's probability.
        precision: Of the rows said to be of a class, the share that are.
        recall: Of the rows of a class, the share that were found.
        f1: Harmonic mean of precision and recall.
        auc: Chance that a row of a class is given a higher probability of it than one of another
            class; NaN where all rows are of one class.
        positive: The class of two that precision, recall and F1 are of; None where there are more
            classes, of which these and AUC are the mean over those that occur ("macro").
        classes: The classes.
        confusion: Rows of each class (first index) that were said to be of each (second).
        constant: The class that is the most frequent.
        baseline: The figures of this class for every row, with the shares of the classes as
            probabilities; None for those figures themselves.
    """

    rows: int
    left_out: int = 0
    accuracy: float
    log_loss: float
    precision: float
    recall: float
    f1: float
    auc: float
    positive: str | None
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...] = field(repr=False)
    constant: str
    baseline: "ClassFigures | None" = field(default=None, repr=False)

    def named(self) -> Mapping[str, float]:
        """Give the figures by the names that people read."""
        kind, of = ("macro ", "") if self.positive is None else ("", f" of {self.positive!r}")
        return {
            "accuracy": self.accuracy,
            "log loss": self.log_loss,
            f"{kind}F1{of}": self.f1,
            f"{kind}precision{of}": self.precision,
            f"{kind}recall{of}": self.recall,
            f"{kind}AUC": self.auc,
        }

    def most_confused(self, most: int) -> list[tuple[str, str, int]]:
        """Give pairs of a class and what its rows were taken for, with their number, most first."""
        pairs = [
            (true, said, count)
            for true, counts in zip(self.classes, self.confusion, strict=True)
            for said, count in zip(self.classes, counts, strict=True)
            if count and true != said
        ]
        return sorted(pairs, key=lambda pair: -pair[2])[:most]

    def overlooked(self) -> list[tuple[str, float]]:
        """Give rare classes that no row was said to be of, with their share of the rows."""
        confusion = np.array(self.confusion)
        shares, said = confusion.sum(axis=1) / self.rows, confusion.sum(axis=0)
        return [
            (name, float(share))
            for name, share, count in zip(self.classes, shares, said, strict=True)
            if count == 0 and 0 < share < _RARE / len(self.classes)
        ]

    @property
    def about_baseline(self) -> str:
        """What the baseline is, in a few words."""
        return f"{self.constant!r} for every row, with the shares of the classes as probabilities"


@explained
@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFigures:
    """How near predicted numbers are, in the target's own units.

    Args:
        rows: How many they are.
        left_out: How many more there were, whose value is missing.
        mae: Mean absolute error.
        rmse: Root of the mean squared error.
        r2: Share of the variance that is explained; NaN where all values are the same.
        constant: The mean of the values.
        baseline: The figures of this mean for every row; None for those figures themselves.
    """

    rows: int
    left_out: int = 0
    mae: float
    rmse: float
    r2: float
    constant: float
    baseline: "ValueFigures | None" = field(default=None, repr=False)

    def named(self) -> Mapping[str, float]:
        """Give the figures by the names that people read."""
        return {"MAE": self.mae, "RMSE": self.rmse, "R2": self.r2}

    @property
    def about_baseline(self) -> str:
        """What the baseline is, in a few words."""
        return "the mean for every row"


Figures = ClassFigures | ValueFigures


def measure(
    target: Target, outputs: NDArray[np.floating], encoded: NDArray[np.generic], left_out: int = 0
) -> Figures:
    """Measure the outputs for rows whose target is known.

    Args:
        target: What is predicted.
        outputs: The network's, shape `(rows, outputs)`.
        encoded: What the target made of the rows, shape `(rows,)` or `(rows, 1)`.
        left_out: How many rows more there were, without a target.
    """
    true = encoded.ravel()
    if isinstance(target, ClassTarget):
        return _class_figures(target, outputs, true, left_out)
    return _value_figures(target, outputs, true, left_out)


def score(target: Target, outputs: NDArray[np.floating], encoded: NDArray[np.generic]) -> float:
    """Give the accuracy, or R2: 1 is perfect."""
    true = encoded.ravel()
    if isinstance(target, ClassTarget):
        return float((outputs.argmax(axis=1) == true).mean())
    return _r2(true.astype(np.float64), outputs[:, 0].astype(np.float64))


def _class_figures(
    target: ClassTarget, outputs: NDArray[np.floating], true: NDArray[np.generic], left_out: int
) -> ClassFigures:
    counts = np.bincount(true.astype(np.int64), minlength=len(target.classes))
    with np.errstate(divide="ignore"):  # a class without a row has the logarithm of 0
        shares = np.log(counts / len(true))
    constant = np.broadcast_to(shares, (len(true), len(counts)))
    return _of_logits(target, outputs, true, left_out, _of_logits(target, constant, true, left_out))


def _of_logits(
    target: ClassTarget,
    logits: NDArray[np.floating],
    true: NDArray[np.generic],
    left_out: int,
    baseline: ClassFigures | None = None,
) -> ClassFigures:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    logarithms, said = log_probabilities(logits), logits.argmax(axis=1)
    numbers, two = np.arange(len(target.classes)), len(target.classes) == 2
    settings = {"average": "binary"} if two else {"average": "macro"}
    precision, recall, f1, _ = precision_recall_fscore_support(
        true, said, zero_division=0.0, **settings
    )
    confusion = confusion_matrix(true, said, labels=numbers)
    return ClassFigures(
        rows=len(true),
        left_out=left_out,
        accuracy=float((said == true).mean()),
        log_loss=float(-logarithms[np.arange(len(true)), true.astype(np.int64)].mean()),
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        auc=_auc(np.exp(logarithms), true),
        positive=target.classes[1] if two else None,
        classes=target.classes,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        constant=target.classes[int(confusion.sum(axis=1).argmax())],
        baseline=baseline,
    )


def _auc(shares: NDArray[np.float64], true: NDArray[np.generic]) -> float:
    """Give the mean of each class's AUC against all others, over those that have both."""
    numbers = np.array([1]) if shares.shape[1] == 2 else np.arange(shares.shape[1])
    return mean_roc_auc(true[:, None] == numbers, shares[:, numbers], np.ones(len(true)))


def _value_figures(
    target: ValueTarget, outputs: NDArray[np.floating], true: NDArray[np.generic], left_out: int
) -> ValueFigures:
    values, mean = target.unscaled(true), float(target.unscaled(true).mean())

    def of(predicted: NDArray[np.float64], baseline: ValueFigures | None = None) -> ValueFigures:
        error = predicted - values
        return ValueFigures(
            rows=len(values),
            left_out=left_out,
            mae=float(np.abs(error).mean()),
            rmse=float(np.sqrt((error**2).mean())),
            r2=_r2(values, predicted),
            constant=mean,
            baseline=baseline,
        )

    return of(target.unscaled(outputs[:, 0]), of(np.full(len(values), mean)))


def _r2(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    from ganglion.estimators.shared.scores import score_of_numbers

    if values.min() == values.max():
        return float("nan")
    return score_of_numbers(predicted[:, None], values[:, None], None, levels=())
