"""Training on a table: split, prepare, fit, measure."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.cells import Cells
from ganglion.tables.errors import InputError
from ganglion.tables.fitting import Examples, Say, network_of, train_one
from ganglion.tables.models import TableModel
from ganglion.tables.options import Task, TrainOptions, writable
from ganglion.tables.preparation import Preparation
from ganglion.tables.reading import Table, read_table
from ganglion.tables.searching import search
from ganglion.tables.survey import survey
from ganglion.tables.targets import ClassTarget, Target, ValueTarget, choose_task, require_rows

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Row numbers of the three parts of a table; no row is in two of them."""

    training: Rows
    validation: Rows
    test: Rows


def train(options: TrainOptions, say: Say) -> tuple[TableModel, Path, dict[str, float]]:
    """Train a network on a table; return it, the file to write and the figures on the test part.

    Args:
        options: What the user asked for.
        say: Called with each line for the user.
    """
    table = choose_columns(read_table(options.data, options.dialect), options)
    path = writable(options.output or Path(f"{table.name}.safetensors"))
    found = survey(table)
    table = found.table
    for line in (*table.notes, *found.notes):
        say(line)
    labels = table.labels
    task = options.task or choose_task(labels)
    parts = split(labels, task, options)
    target = fit_target(labels, task, parts)
    preparation = Preparation.fit(table.rows(parts.training), found.formats, target)
    say(f"{table.name}: {len(labels)} rows, {len(preparation.columns)} columns, {_aim(target)}")
    say(
        f"{len(parts.training)} rows to train, {len(parts.validation)} to validate, "
        f"{len(parts.test)} to test; {preparation.width} inputs"
    )

    fit = search if options.search else train_one
    examples = _examples(table, parts.training, preparation)
    validation = _examples(table, parts.validation, preparation)
    estimator = fit(task, options, examples, validation, say)
    model = TableModel(net=network_of(estimator, preparation), preparation=preparation)
    return model, path, model.evaluate(table.rows(parts.test))


def choose_columns(table: Table, options: TrainOptions) -> Table:
    """Leave out the dropped columns and settle the target."""
    target = options.target or table.target
    if target is None:
        names = ", ".join(repr(name) for name in table.frame.columns[:8])
        raise InputError(f"name the column to predict with --target; {table.source} has {names}")
    table.require([target], what="target column")
    table.require(options.drop)
    if target in options.drop:
        raise InputError(f"--drop names the target {target!r}")
    return replace(table, target=target, frame=table.frame.drop(columns=list(options.drop)))


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
        raise InputError(f"cannot split {len(labels)} rows in three parts: {error}") from error
    return Parts(training=training, validation=validation, test=test)


def fit_target(labels: Cells, task: Task, parts: Parts) -> Target:
    """Collect the classes of all rows, or measure the values of the training rows."""
    if task is Task.CLASSIFICATION:
        return ClassTarget.fit(labels)
    return ValueTarget.fit(labels, parts.training)


def _examples(table: Table, rows: Rows, preparation: Preparation) -> Examples:
    """Return the inputs and the targets of some rows, as an estimator takes them."""
    part, target = table.rows(rows), preparation.target
    return preparation.transform(part), target.encode(part.cells(target.name)).ravel()


def _aim(target: Target) -> str:
    if isinstance(target, ClassTarget):
        return f"classification of {target.name!r} in {len(target.classes)} classes"
    return f"regression of {target.name!r}"
