"""Figures: what a compiled model reports beside its loss, checked against that loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganglion import _core, losses, metrics
from ganglion._base import functions
from ganglion._base.arrays import Array
from ganglion._base.locations import first_of
from ganglion._base.ranking import mean_roc_auc
from ganglion.losses import CustomLoss, Loss
from ganglion.metrics import AUC, Metric, MetricFunction
from ganglion.training.data import Targets
from ganglion.training.supervision import has_classes

Wanted = Sequence[str | Metric | MetricFunction]

_OF_VALUES = ("mean_absolute_error", "mean_squared_error", "r2")
_OF_YES = ("accuracy", "binary_accuracy", "precision", "recall", "f1")  # read by a threshold


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric as it is reported.

    Args:
        metric: The metric, or a function of the caller's.
        name: What it is called in the history.
        weighted: Whether rows count by their `sample_weight`; else all count the same.
    """

    metric: Metric | MetricFunction
    name: str
    weighted: bool

    @property
    def needs_rows(self) -> bool:
        """Whether it is made of all rows at the end, and not added up by the core."""
        return isinstance(self.metric, AUC) or not isinstance(self.metric, Metric)

    @property
    def is_of_yes_and_no(self) -> bool:
        """Whether targets must be yes or no, or classes."""
        return isinstance(self.metric, Metric) and self.metric.name not in _OF_VALUES


@dataclass(frozen=True, slots=True)
class Reading:
    """How metrics read outputs: by the loss, and by whether the network ends in probabilities."""

    loss: Loss | CustomLoss
    is_probability: bool

    @property
    def of_classes(self) -> bool:
        """Whether columns are classes that exclude each other."""
        return isinstance(self.loss, Loss) and self.loss.numbers_classes

    def core_settings(self, figure: Figure) -> tuple[str, float, bool, bool]:
        """Return the core's name of a metric, its number, if it is weighted, and if of classes.

        The number is k, or where a yes is read: a logit or margin of 0 under a loss of yes and no,
        and else an output of one half. Accuracy under such a loss is that of each column's yes.
        """
        assert isinstance(figure.metric, Metric)
        name, number = figure.metric.name, figure.metric.parameter
        binary = isinstance(self.loss, Loss) and self.loss.is_of_yes_and_no
        if name in _OF_YES:
            number = 0.0 if binary and not self.is_probability else 0.5
        if binary and name == metrics.Accuracy.name:
            name = metrics.BinaryAccuracy.name
        return name, number, figure.weighted, self.of_classes

    def value(self, figure: Figure, outputs: Array, targets: Array, weights: Array) -> float:
        """Return the value of a figure that needs rows.

        Args:
            figure: The figure.
            outputs: The network's, shape `(rows, outputs)`.
            targets: As the loss takes them, shape `(rows, columns)`.
            weights: What each row counts, shape `(rows,)`, if the figure is weighted.
        """
        classes = self.of_classes and targets.shape[1] == 1
        labels = targets[:, 0].astype(np.int64) if classes else targets.argmax(axis=1)
        if not isinstance(figure.metric, Metric):
            given = labels if classes else targets
            value = figure.metric(functions.read_only(given), functions.read_only(outputs))
            return functions.number(f"metrics: {figure.name} must return", value)
        if not figure.weighted:
            weights = np.ones(len(outputs))
        if not self.of_classes:
            return mean_roc_auc(targets > 0.5, outputs, weights)
        if outputs.shape[1] == 2:
            margin = outputs[:, 1:] - outputs[:, :1]
            return mean_roc_auc(labels[:, None] == 1, margin, weights)
        if not self.is_probability:
            outputs = losses.CrossEntropy().probabilities(outputs)
        yes = labels[:, None] == np.arange(outputs.shape[1])
        return mean_roc_auc(yes, outputs, weights)


class Tally:
    """The figures over the batches since the last reset.

    Args:
        figures: What is reported beside the loss.
        reading: How the outputs are read.
        outputs: Columns of the outputs.
        mean_of_batches: Whether the loss is that of the batches' means, each counted by its rows;
            else it is the mean over the rows, counted by their weights.
    """

    def __init__(
        self,
        figures: Sequence[Figure],
        reading: Reading,
        outputs: int,
        *,
        mean_of_batches: bool = False,
    ) -> None:
        added = [figure for figure in figures if not figure.needs_rows]
        self._of_rows = [figure for figure in figures if figure.needs_rows]
        self._added_names = ["loss", *(figure.name for figure in added)]
        self._reading = reading
        self.names = ["loss", *(figure.name for figure in figures)]
        self.core = _core.Figures(
            [reading.core_settings(figure) for figure in added],
            outputs,
            mean_of_batches=mean_of_batches,
            keeps_rows=bool(self._of_rows),
        )

    def reset(self) -> None:
        """Forget the batches so far."""
        self.core.reset()

    def so_far(self) -> dict[str, float]:
        """Return the loss and those metrics that are added up batch by batch."""
        return dict(zip(self._added_names, self.core.results(), strict=True))

    def values(self) -> dict[str, float]:
        """Return the loss and all metrics."""
        found = self.so_far()
        if not self._of_rows:
            return found
        outputs, targets, weights = self.core.rows()
        for figure in self._of_rows:
            found[figure.name] = self._reading.value(figure, outputs, targets, weights[:, 0])
        return {name: found[name] for name in self.names}


def figures_of(
    wanted: Wanted, weighted: Wanted, loss: Loss | CustomLoss, outputs: int
) -> list[Figure]:
    """Return the figures that `compile` was asked for, no two of one name.

    Raises:
        ValueError: When a metric does not fit the targets of the loss.
    """
    figures = _figures("metrics", wanted, weighted=False)
    plain = {figure.name for figure in figures}
    for figure in _figures("weighted_metrics", weighted, weighted=True):
        if not isinstance(figure.metric, Metric):
            raise TypeError(f"weighted_metrics: {figure.name} is a function, which gets no weights")
        name = f"weighted_{figure.name}" if figure.name in plain else figure.name
        figures.append(Figure(figure.metric, name, weighted=True))
    for figure in figures:
        if isinstance(figure.metric, Metric):
            _check_fits(figure.metric, loss, outputs)
    return figures


def check_targets(
    call: str, figures: Sequence[Figure], loss: Loss | CustomLoss, targets: Targets
) -> None:
    """Refuse targets that are values where a metric asks for yes or no.

    Raises:
        ValueError: With the first such value.
    """
    asking = [figure.name for figure in figures if figure.is_of_yes_and_no]
    if not asking or has_classes(loss):
        return
    y = targets.y
    wrong = first_of((y != 0) & (y != 1))
    if wrong is not None:
        raise ValueError(
            f"{call}: {asking[0]} compares yes and no, 1 and 0, y is {y[tuple(wrong)]} at"
            f" {targets.at(*wrong)}: r2 and mean_absolute_error are for values"
        )


def _figures(argument: str, wanted: Wanted, *, weighted: bool) -> list[Figure]:
    figures = []
    for metric in map(metrics.get, wanted):
        name = metric.name if isinstance(metric, Metric) else functions.name_of(metric)
        if not isinstance(metric, Metric):
            functions.check_takes(f"{argument}: {name}", metric, ["targets", "outputs"])
        figures.append(Figure(metric, name, weighted))
    names = [figure.name for figure in figures]
    for name in names:
        if names.count(name) > 1 or name == "loss":
            raise ValueError(
                f"{argument} names {name} twice: their figures could not be told apart"
            )
    return figures


def _check_fits(record: Metric, loss: Loss | CustomLoss, outputs: int) -> None:
    """Refuse a metric that cannot read the targets of the loss."""
    of_classes = isinstance(loss, Loss) and loss.numbers_classes
    if not of_classes and isinstance(loss, Loss) and outputs not in loss.target_columns(outputs):
        targets = loss.target_columns(outputs)[0]
        part = "the means" if isinstance(loss, losses.Gaussian) else "the first level"
        raise ValueError(
            f"metrics: {record.name} compares each output with a target, and under {loss.name}"
            f" {outputs} outputs belong to {targets} of them: pass a function of targets and"
            f" outputs p, which finds {part} in p[:, :{targets}]"
        )
    if isinstance(loss, Loss) and of_classes and record.name in (*_OF_VALUES, "binary_accuracy"):
        raise ValueError(f"metrics: {record.name} compares values, {loss.name} has classes")
    if isinstance(record, metrics.TopKAccuracy):
        if not of_classes:
            raise ValueError("metrics: top_k_accuracy needs classes, as cross_entropy has them")
        if record.k > outputs:
            raise ValueError(f"metrics: k is {record.k}, the network has {outputs} outputs")
