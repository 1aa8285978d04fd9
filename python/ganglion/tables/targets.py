"""Targets: the column to predict, as a network is trained on it and as a person reads it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganglion._base.scaling import Scale
from ganglion.tables import fields as file
from ganglion.tables.cells import Cells
from ganglion.tables.columns import numbers
from ganglion.tables.date_format import DateFormat
from ganglion.tables.doubts import not_quite
from ganglion.tables.errors import InputError
from ganglion.tables.formats import format_of
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.options import Task
from ganglion.tables.text_format import TextFormat
from ganglion.tables.wording import places_of_float32, plain

_WHOLE = re.compile(r"[+-]?\d+(\.0)?")
MOST_CLASSES = 20  # integers with more different values than this are amounts, not classes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTarget:
    """A target that is one of several classes; a network has one output (a logit) for each.

    Args:
        name: The column's name in the table.
        format: How its texts are read.
        classes: The classes in the spelling of the table, in the order of the outputs.
        kind: What the file calls this record.
    """

    name: str
    format: TextFormat
    classes: tuple[str, ...]
    kind: Literal["classes"] = "classes"

    task: ClassVar[Task] = Task.CLASSIFICATION

    @classmethod
    def fit(cls, cells: Cells) -> Self:
        """Collect the classes: numbers by size, texts by alphabet."""
        format = TextFormat.of(cells)
        _require_all(cells, format)
        classes = sorted({text for text in format.read(cells) if text is not None})
        sizes = NumberFormat().parse(classes)
        if not np.isnan(sizes).any():
            classes = [classes[place] for place in np.argsort(sizes, kind="stable")]
        if len(classes) < 2:
            raise InputError(f"target {cells.name!r} has one class only: {classes[0]!r}")
        return cls(name=cells.name, format=format, classes=tuple(classes))

    @property
    def output_size(self) -> int:
        """Outputs of the network."""
        return len(self.classes)

    def encode(self, cells: Cells) -> NDArray[np.int64]:
        """Give the class numbers, shape `(rows,)`."""
        _require_all(cells, self.format)
        found = self.format.places(cells, self.classes)
        unknown = found < 0
        if unknown.any():
            raise InputError(
                f"target {self.name!r} has a class the model does not know: {cells.first(unknown)}"
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
        shares = pd.DataFrame(np.exp(log_probabilities(outputs)).astype(np.float32), columns=names)
        return pd.concat([frame, shares], axis=1)

    def describe(self) -> str:
        """Tell what is predicted, in a few words."""
        return f"{self.name}, one of {', '.join(self.classes)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTarget:
    """A target that is a number; a network is trained on it moved to mean 0 and scaled to 1.

    Args:
        name: The column's name in the table.
        format: How its numbers are written.
        mean: Mean over the training rows.
        scale: Standard deviation over the training rows.
        kind: What the file calls this record.
    """

    name: str
    format: NumberFormat
    mean: float
    scale: float
    kind: Literal["value"] = "value"

    task: ClassVar[Task] = Task.REGRESSION
    output_size: ClassVar[int] = 1

    @classmethod
    def fit(cls, cells: Cells, rows: NDArray[Any] | slice = slice(None)) -> Self:
        """Measure some rows of the target, all of which must hold two different numbers."""
        format = _number_format(cells)
        _require_all(cells, format)
        values = numbers(cells, format)
        if values.min() == values.max():
            raise InputError(f"target {cells.name!r} has one value only: {values[0]:g}")
        scale = Scale.measured(values[rows])
        mean, deviation = float(scale.shift), float(scale.unit)
        return cls(name=cells.name, format=format, mean=mean, scale=deviation)

    def encode(self, cells: Cells) -> NDArray[np.float32]:
        """Give the scaled values, shape `(rows, 1)`."""
        _require_all(cells, self.format)
        values = numbers(cells, self.format)
        return Scale(self.mean, self.scale).apply(values).astype(np.float32)[:, None]

    def decode(self, outputs: NDArray[Any], *, probabilities: bool = False) -> pd.DataFrame:
        """Give the predicted values in the target's own units."""
        if probabilities:
            raise InputError(f"--probabilities needs classes, target {self.name!r} is a number")
        places = places_of_float32(self.scale)
        values = [round(value, places) for value in self.unscaled(outputs[:, 0]).tolist()]
        return pd.DataFrame({self.name: values})

    def describe(self) -> str:
        """Tell what is predicted, in a few words."""
        return f"{self.name}, mean {plain(self.mean)}, deviation {plain(self.scale)}"

    def unscaled(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Give scaled values in the target's own units."""
        return Scale(self.mean, self.scale).undo(values)


Target = ClassTarget | ValueTarget


def choose_task(cells: Cells) -> Task:
    """Tell what a target is: a number, or a class.

    Texts, truth values, categories, and whole numbers of at most `MOST_CLASSES` different values
    are classes; other numbers are numbers.

    Raises:
        InputError: For dates.
    """
    format = format_of(cells, most_texts=MOST_CLASSES)
    if isinstance(format, DateFormat):
        raise InputError(f"target {cells.name!r} holds dates, must hold numbers or classes")
    if isinstance(format, TextFormat) or format.truth:
        return Task.CLASSIFICATION
    few = np.count_nonzero(~np.isnan(np.unique(format.read(cells)))) <= MOST_CLASSES
    return Task.CLASSIFICATION if few and _are_whole(cells, format) else Task.REGRESSION


def without_value(cells: Cells, task: Task) -> NDArray[np.bool_]:
    """Tell which cells of a target are missing."""
    format = TextFormat.of(cells) if task is Task.CLASSIFICATION else _number_format(cells)
    return format.is_missing(cells)


def require_rows(cells: Cells, least: int) -> None:
    """Refuse a target with a class of fewer rows than `least`, which no split can share out."""
    counts = Counter(TextFormat.of(cells).read(cells))
    rarest = min(counts, key=lambda text: counts[text])
    if counts[rarest] < least:
        why = not_quite(cells)
        raise InputError(
            f"target {cells.name!r} has too few rows of class {rarest!r}: every class needs "
            f"{least}, for training, validation and test, got {counts[rarest]}"
            + (f"; it reads as text: {why}" if why else "")
        )


def target_from_fields(fields: Mapping[str, Any]) -> Target:
    """Make the record `dataclasses.asdict` took apart; a ValueError says what is wrong with it."""
    kind = file.choice(fields, "kind", ("classes", "value"))
    name, format = file.text(fields, "name"), file.record(fields, "format")
    if kind == "classes":
        classes = file.words(fields, "classes")
        return ClassTarget(name=name, format=TextFormat.from_fields(format), classes=classes)
    return ValueTarget(
        name=name,
        format=NumberFormat.from_fields(format),
        mean=file.number(fields, "mean"),
        scale=file.positive(fields, "scale"),
    )


def _number_format(cells: Cells) -> NumberFormat:
    """Return how the numbers of a target are written, which need not be all of its cells."""
    if not cells.spelled:
        return NumberFormat()
    return NumberFormat.of(cells) or NumberFormat()


def _are_whole(cells: Cells, format: NumberFormat) -> bool:
    """Tell whether the numbers of a target are whole, and written alike.

    Beside missing ones pandas holds 3 as a float, and writes 3.0.
    """
    texts = [format.bare(one) for one in cells.texts()[~format.is_missing(cells)]]
    pointed = {one.endswith(".0") for one in texts}
    return len(pointed) == 1 and all(_WHOLE.fullmatch(one) for one in texts)


def _require_all(cells: Cells, format: NumberFormat | TextFormat) -> None:
    missing = format.is_missing(cells)
    if missing.all():
        raise InputError(f"target {cells.name!r} has no value, all rows are missing")
    if missing.any():
        raise InputError(
            f"target {cells.name!r} is missing in {int(missing.sum())} of {len(cells)} rows, "
            f"first in row {cells.row(missing)}"
        )


def log_probabilities(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Give the logarithms of the probabilities, shape `(rows, classes)`."""
    values = logits.astype(np.float64)
    shifted: NDArray[np.float64] = values - values.max(axis=1, keepdims=True)
    sums: NDArray[np.float64] = np.exp(shifted).sum(axis=1, keepdims=True)
    return shifted - np.log(sums)
