"""Examples: the rows of a table as a network takes them, all made before it is trained."""

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from ganglion.tables.errors import InputError
from ganglion.tables.features import Encoded
from ganglion.tables.fitting import Examples, Say, Warn
from ganglion.tables.names import listed
from ganglion.tables.options import Task, TrainOptions
from ganglion.tables.preparation import Preparation
from ganglion.tables.reading import Table
from ganglion.tables.splitting import Parts, split
from ganglion.tables.survey import survey
from ganglion.tables.targets import ClassTarget, Target, ValueTarget, choose_task, without_value
from ganglion.tables.wording import rows_left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The three parts of a table, and what made them of its rows."""

    preparation: Preparation
    training: Examples
    validation: Examples
    test: Examples


def choose_columns(table: Table, options: TrainOptions) -> Table:
    """Leave out the dropped columns and settle the target."""
    target = options.target or table.target
    if target is None:
        names = listed(list(table.frame.columns))
        raise InputError(f"name the column to predict with --target; {table.source} has {names}")
    table.require([target], what="target column")
    dropped = table.columns_named(options.drop)
    if target in dropped:
        raise InputError(f"--drop names the target {target!r}")
    return replace(table, target=target, frame=table.frame.drop(columns=dropped))


def task_of(table: Table, options: TrainOptions) -> Task:
    """Tell what is trained for, and refuse what does not go with it."""
    task = Task(options.task) if options.task else choose_task(table.labels)
    if options.class_weight and task is Task.REGRESSION:
        raise InputError(f"--class-weight needs classes, target {table.target!r} is a number")
    return task


def prepare(table: Table, task: Task, options: TrainOptions, say: Say, warn: Warn) -> Prepared:
    """Split the rows of a table whose target is settled, and make the network's examples of all.

    Rows without a target are left out.

    Raises:
        InputError: When a cell cannot be used, in whichever part it is.
    """
    doubts: list[str] = []
    missing = without_value(table.labels, task)
    if missing.any() and not missing.all():
        doubts.append(rows_left_out(int(missing.sum())))
        table = table.rows(~missing)
    found = survey(table)
    for line in (*table.notes, *found.notes):
        say(line)
    table = found.table
    labels = table.labels
    parts = split(labels, task, options)
    target = _fit_target(table, task, parts)
    preparation = Preparation.fit(table.rows(parts.training), found.formats, target)
    say(f"{table.name}: {len(labels)} rows, {len(preparation.columns)} columns, {_aim(target)}")
    say(
        f"{len(parts.training)} rows to train, {len(parts.validation)} to validate, "
        f"{len(parts.test)} to test; {preparation.width} inputs"
    )

    def examples(rows: NDArray[Any]) -> Examples:
        part = table.rows(rows)
        rows = preparation.transform(part)
        return Encoded(features=preparation, rows=rows), target.encode(
            part.cells(target.name)
        ).ravel()

    prepared = Prepared(
        preparation=preparation,
        training=examples(parts.training),
        validation=examples(parts.validation),
        test=examples(parts.test),
    )
    warn([*doubts, *found.doubts])
    return prepared


def _fit_target(table: Table, task: Task, parts: Parts) -> Target:
    """Collect the classes of all rows, or measure the values of the training rows."""
    if task is Task.CLASSIFICATION:
        return ClassTarget.fit(table.labels)
    return ValueTarget.fit(table.labels, parts.training)


def _aim(target: Target) -> str:
    if isinstance(target, ClassTarget):
        return f"classification of {target.name!r} in {len(target.classes)} classes"
    return f"regression of {target.name!r}"
