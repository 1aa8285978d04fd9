"""Splitting: which rows are trained on, which decide when to stop, and which test the result."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.cells import Cells
from ganglion.tables.errors import InputError
from ganglion.tables.options import Task, TrainOptions
from ganglion.tables.targets import ClassTarget, ValueTarget, require_rows

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Row numbers of the three parts of a table; no row is in two of them."""

    training: Rows
    validation: Rows
    test: Rows


def split(labels: Cells, task: Task, options: TrainOptions) -> Parts:
    """Share the rows out at random, for classes so that each part has its share of every class."""
    from sklearn.model_selection import train_test_split

    classes: NDArray[np.object_] | None = None
    record = ClassTarget if task is Task.CLASSIFICATION else ValueTarget
    record.fit(labels)  # what is wrong with the whole target is told first
    if task is Task.CLASSIFICATION:
        require_rows(labels, least=3)
        classes = labels.texts()

    def cut(rows: Rows, fraction: float) -> tuple[Rows, Rows]:
        stratify = None if classes is None else classes[rows]
        rest, part = train_test_split(
            rows, test_size=fraction, stratify=stratify, random_state=options.seed
        )
        return np.sort(rest), np.sort(part)  # in the table's order, as errors tell rows

    try:
        rest, test = cut(np.arange(len(labels), dtype=np.int64), options.test_fraction)
        share = options.validation_fraction / (1 - options.test_fraction)
        training, validation = cut(rest, share)
        if classes is not None and len(set(classes[training])) < len(set(classes)):
            raise ValueError("a class has no row to train on")
    except ValueError as error:
        each = "" if classes is None else f" for each of the {len(set(classes))} classes"
        raise InputError(
            f"cannot split {len(labels)} rows with --test-fraction {options.test_fraction} and"
            f" --validation-fraction {options.validation_fraction}: training, validation and test"
            f" need a row{each}"
        ) from error
    return Parts(training=training, validation=validation, test=test)
