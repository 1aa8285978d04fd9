"""Training on a table: prepare its rows, fit, save, measure.

Whatever can be known before the fit is looked at before it, and the model is saved right after it.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ganglion.tables import plots, report
from ganglion.tables.errors import InputError
from ganglion.tables.examples import choose_columns, prepare, task_of
from ganglion.tables.figures import ClassFigures, measure
from ganglion.tables.fitting import Say, Warn, network_of, train_one
from ganglion.tables.models import TableModel, current_versions, spare_others
from ganglion.tables.networks import outputs_of
from ganglion.tables.options import TrainOptions
from ganglion.tables.places import holds_something, other_than, writable
from ganglion.tables.reading import Data, as_table
from ganglion.tables.searching import search
from ganglion.tables.seen import Seen
from ganglion.tables.trained import Trained
from ganglion.tables.wording import never_predicted


def train(data: Data, options: TrainOptions, say: Say, warn: Warn) -> Trained:
    """Train a network on a table, and save it if the options say where.

    Args:
        data: The table.
        options: What the user asked for.
        say: Called with each line on how it gets on.
        warn: Called with the lines on what may be wrong with the table, if any.

    Raises:
        InputError: When the table, the options and the files do not go together.
    """
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        say(line)

    def tell_doubts(lines: Sequence[str]) -> None:
        told.extend(lines)
        warn(lines)

    _look_at_places(data, options)
    table = choose_columns(as_table(data, options.dialect), options)
    task = task_of(table, options)
    if options.output is not None and not options.force:
        spare_others(Path(options.output), table.labels.name, task)
    rows = prepare(table, task, options, tell, tell_doubts)
    parts = rows.training, rows.validation
    seen = Seen.of(*((inputs.rows, targets) for inputs, targets in parts))
    versions = current_versions()

    fit = search if options.search else train_one
    estimator = fit(task, options, rows.training, rows.validation, tell)
    net = network_of(estimator, rows.preparation)
    model = TableModel(net=net, preparation=rows.preparation, seen=seen, versions=versions)
    if options.output is not None:
        _save(model, Path(options.output), options.force)
        tell(f"wrote {options.output}")
    inputs, encoded = rows.test
    figures = measure(rows.preparation.target, outputs_of(net, inputs), encoded)
    if isinstance(figures, ClassFigures) and (overlooked := figures.overlooked()):
        remedy = "" if options.class_weight else ": see --class-weight balanced"
        tell_doubts([never_predicted(overlooked, remedy)])
    return Trained(
        name=table.name,
        options=options,
        model=replace(model, figures=figures),
        estimator=estimator,
        rows=rows,
        told=tuple(told),
    )


def _look_at_places(data: Data, options: TrainOptions) -> None:
    """Refuse files that cannot be written, that are read, or that are somebody else's."""
    sources = [data] if isinstance(data, str | os.PathLike) else []
    if options.output is not None:
        other_than(writable(options.output), sources)
    if options.report is None:
        return
    plots.require_matplotlib()
    page = other_than(writable(options.report), sources)
    if options.output is not None and page.resolve() == Path(options.output).resolve():
        raise InputError(f"--report and --output are both {page}")
    if holds_something(page) and not report.is_page(page) and not options.force:
        raise InputError(f"{page} is there and is no page: --force overwrites it")


def _save(model: TableModel, place: Path, force: bool) -> None:
    """Write a model; what was learnt is not lost if that fails."""
    try:
        model.save(place, force=force)
    except InputError as error:
        handle, rescue = tempfile.mkstemp(prefix="ganglion-", suffix=".safetensors")
        os.close(handle)
        model.save(rescue, force=True)
        raise InputError(f"{error.line}; the model is in {rescue}") from error
