"""Use of a model on the rows of a table: its predictions, its figures, and what to tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ganglion.tables.errors import InputError
from ganglion.tables.features import Encoded
from ganglion.tables.figures import Figures, measure
from ganglion.tables.marks import settled
from ganglion.tables.networks import outputs_of
from ganglion.tables.parts import Model
from ganglion.tables.reading import Table

if TYPE_CHECKING:
    from ganglion.tables.fitting import Warn


def predictions(
    model: Model, table: Table, warn: Warn, *, probabilities: bool, keep: Sequence[str]
) -> pd.DataFrame:
    """Predict the target of each row, behind the columns that are kept.

    Args:
        model: What predicts.
        table: The rows.
        warn: Called with the lines on cells that are missing or unknown, if any.
        probabilities: Whether to add a column for each class.
        keep: Names of columns to put before the predictions.

    Raises:
        InputError: When a column is missing, or a cell cannot be used.
    """
    table, marks = settled(table, model.preparation.number_formats)
    kept = table.frame[table.columns_named(keep)].reset_index(drop=True)
    outputs = outputs_of(model.net, _inputs(model, table))
    frame = model.preparation.target.decode(outputs, probabilities=probabilities)
    for name in kept:
        if name in frame:
            raise InputError(f"--keep {name!r} is what a column of the predictions is called")
    warn([*marks, *model.preparation.doubts(table)])
    return pd.concat([kept, frame], axis=1)


def figures(model: Model, table: Table, warn: Warn) -> Figures:
    """Measure the predictions for the rows that have a target; the others are counted.

    Args:
        model: What predicts.
        table: The rows.
        warn: Called with the lines on cells that are missing or unknown, and on rows that the
            model was trained on, if any.

    Raises:
        InputError: When a column is missing, or a cell cannot be used.
    """
    target = model.preparation.target
    table.require([target.name], what="target column")
    table, marks = settled(table, model.preparation.number_formats)
    missing = target.format.is_missing(table.cells(target.name))
    if not missing.all():
        table = table.rows(~missing)
    encoded = target.encode(table.cells(target.name))
    inputs = _inputs(model, table)
    seen = model.seen.note(inputs.rows, encoded)
    warn([*marks, *model.preparation.doubts(table), *([seen] if seen else [])])
    outputs = outputs_of(model.net, inputs)
    return measure(target, outputs, encoded, left_out=int(missing.sum()))


def _inputs(model: Model, table: Table) -> Encoded:
    """Give what the network sees of each row."""
    table.require(model.preparation.names)
    return Encoded(features=model.preparation, rows=model.preparation.transform(table))
