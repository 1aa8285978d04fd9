"""Targets: the column to predict, as a network is trained on it and as a person reads it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ganglion.tables.columns import is_number, mean_and_scale, numbers, texts
from ganglion.tables.errors import InputError
from ganglion.tables.options import Task
from ganglion.tables.reading import first_row

MOST_CLASSES = 20  # integers with more different values than this are amounts, not classes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTarget:
    """A target that is one of several classes; a network has one output (a logit) for each.

    Args:
        name: The column's name in the table.
        classes: The classes as text, in the order of the outputs.
        kind: What the file calls this record.
    """

    name: str
    classes: tuple[str, ...]
    kind: Literal["classes"] = "classes"

    task: ClassVar[Task] = Task.CLASSIFICATION

    @classmethod
    def fit(cls, column: "pd.Series[Any]") -> Self:
        """Collect the classes: numbers by size, texts by alphabet."""
        _require_all(column)
        values = column.drop_duplicates()
        ordered = values.sort_values() if is_number(column) else values.astype(str).sort_values()
        classes = tuple(dict.fromkeys(str(text) for text in texts(ordered)))
        if len(classes) < 2:
            raise InputError(f"target {column.name!r} has one class only: {classes[0]!r}")
        return cls(name=str(column.name), classes=classes)

    @property
    def output_size(self) -> int:
        """Outputs of the network."""
        return len(self.classes)

    def encode(self, column: "pd.Series[Any]") -> NDArray[np.int64]:
        """Give the class numbers, shape `(rows,)`."""
        _require_all(column)
        places = {text: place for place, text in enumerate(self.classes)}
        found = np.array([places.get(str(text), -1) for text in texts(column)], dtype=np.int64)
        unknown = pd.Series(found < 0, index=column.index)
        if unknown.any():
            raise InputError(
                f"target {self.name!r} has a class the model does not know: "
                f"{str(column[unknown].iloc[0])!r} in row {first_row(unknown)}"
            )
        return found

    def decode(self, outputs: NDArray[Any], *, probabilities: bool = False) -> pd.DataFrame:
        """Give the likeliest class of each row, with the probability of each class if asked.

        Args:
            outputs: The network's logits, shape `(rows, classes)`.
            probabilities: Whether to add a column `probability_<class>` for each class.
        """
        best = np.array(self.classes, dtype=object)[outputs.argmax(axis=1)]
        frame = pd.DataFrame({self.name: best})
        if not probabilities:
            return frame
        names = [f"probability_{name}" for name in self.classes]
        shares = pd.DataFrame(np.exp(_log_probabilities(outputs)), columns=names)
        return pd.concat([frame, shares], axis=1)

    def figures(self, outputs: NDArray[Any], encoded: NDArray[Any]) -> dict[str, float]:
        """Give the accuracy and the mean of minus the logarithm of the true class's probability."""
        true = _log_probabilities(outputs)[np.arange(len(encoded)), encoded]
        hits = outputs.argmax(axis=1) == encoded
        return {"accuracy": float(hits.mean()), "log loss": float(-true.mean())}

    def describe(self) -> str:
        """Tell what is predicted, in a few words."""
        return f"{self.name}, one of {', '.join(self.classes)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTarget:
    """A target that is a number; a network is trained on it moved to mean 0 and scaled to 1.

    Args:
        name: The column's name in the table.
        mean: Mean over the training rows.
        scale: Standard deviation over the training rows.
        kind: What the file calls this record.
    """

    name: str
    mean: float
    scale: float
    kind: Literal["value"] = "value"

    task: ClassVar[Task] = Task.REGRESSION
    output_size: ClassVar[int] = 1

    @classmethod
    def fit(cls, column: "pd.Series[Any]") -> Self:
        """Measure the target, which must hold at least two different numbers."""
        _require_all(column)
        values = numbers(column)
        if values.min() == values.max():
            raise InputError(f"target {column.name!r} has one value only: {values[0]:g}")
        mean, scale = mean_and_scale(values)
        return cls(name=str(column.name), mean=mean, scale=scale)

    def encode(self, column: "pd.Series[Any]") -> NDArray[np.float32]:
        """Give the scaled values, shape `(rows, 1)`."""
        _require_all(column)
        return ((numbers(column) - self.mean) / self.scale).astype(np.float32)[:, None]

    def decode(self, outputs: NDArray[Any], *, probabilities: bool = False) -> pd.DataFrame:
        """Give the predicted values in the target's own units."""
        if probabilities:
            raise InputError(f"--probabilities needs classes, target {self.name!r} is a number")
        return pd.DataFrame({self.name: self._unscaled(outputs)})

    def figures(self, outputs: NDArray[Any], encoded: NDArray[Any]) -> dict[str, float]:
        """Give MAE and RMSE in the target's own units, and R2."""
        true = self._unscaled(encoded)
        error = self._unscaled(outputs) - true
        spread = float(np.sum((true - true.mean()) ** 2))
        return {
            "MAE": float(np.abs(error).mean()),
            "RMSE": float(np.sqrt((error**2).mean())),
            "R2": 1 - float(np.sum(error**2)) / spread if spread > 0 else float("nan"),
        }

    def describe(self) -> str:
        """Tell what is predicted, in a few words."""
        return f"{self.name}, mean {self.mean:.4g}, deviation {self.scale:.4g}"

    def _unscaled(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        return outputs[:, 0].astype(np.float64) * self.scale + self.mean


Target = ClassTarget | ValueTarget


def choose_task(column: "pd.Series[Any]") -> Task:
    """Tell what a target is: a number, or a class.

    Texts, booleans, categories, and integers of at most `MOST_CLASSES` different values are
    classes; other numbers are numbers.
    """
    if not is_number(column) or types.is_bool_dtype(column):
        return Task.CLASSIFICATION
    if types.is_integer_dtype(column) and column.nunique() <= MOST_CLASSES:
        return Task.CLASSIFICATION
    return Task.REGRESSION


def require_rows(column: "pd.Series[Any]", least: int) -> None:
    """Refuse a target with a class of fewer rows than `least`, which no split can share out."""
    counts = Counter(texts(column))
    rarest = min(counts, key=lambda text: counts[text])
    if counts[rarest] < least:
        raise InputError(
            f"target {column.name!r} has too few rows of class {rarest!r}: every class needs "
            f"{least}, for training, validation and test, got {counts[rarest]}"
        )


def target_from_fields(fields: Mapping[str, Any]) -> Target:
    """Make the record `dataclasses.asdict` took apart."""
    if fields["kind"] == "classes":
        classes = tuple(str(name) for name in fields["classes"])
        return ClassTarget(name=str(fields["name"]), classes=classes)
    if fields["kind"] == "value":
        mean, scale = float(fields["mean"]), float(fields["scale"])
        return ValueTarget(name=str(fields["name"]), mean=mean, scale=scale)
    raise ValueError(f"kind of target must be 'classes' or 'value', got {fields['kind']!r}")


def _require_all(column: "pd.Series[Any]") -> None:
    missing = column.isna()
    if missing.all():
        raise InputError(f"target {column.name!r} has no value, all rows are missing")
    if missing.any():
        raise InputError(
            f"target {column.name!r} is missing in {int(missing.sum())} of {len(column)} rows, "
            f"first in row {first_row(missing)}"
        )


def _log_probabilities(logits: NDArray[Any]) -> NDArray[np.float64]:
    values = logits.astype(np.float64)
    shifted: NDArray[np.float64] = values - values.max(axis=1, keepdims=True)
    sums: NDArray[np.float64] = np.exp(shifted).sum(axis=1, keepdims=True)
    return shifted - np.log(sums)
