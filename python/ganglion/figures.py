"""Figures: what a compiled model reports beside its loss, checked against that loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganglion import checks, losses, metrics
from ganglion.arrays import Array
from ganglion.losses import CustomLoss, Loss
from ganglion.metrics import Metric

_OF_CLASSES = ("accuracy", "binary_accuracy", "top_k_accuracy")


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric as it is reported.

    Args:
        metric: The metric.
        name: What it is called in the history.
        weighted: Whether rows count by their `sample_weight`; else all count the same.
    """

    metric: Metric
    name: str
    weighted: bool


def figures_of(
    wanted: Sequence[str | Metric],
    weighted: Sequence[str | Metric],
    loss: Loss | CustomLoss,
    outputs: int,
) -> list[Figure]:
    """Return the figures that `compile` was asked for, no two of one name.

    Raises:
        ValueError: When a metric does not fit the targets of the loss.
    """
    plain = _records("metrics", wanted)
    names = [record.name for record in plain]
    figures = [Figure(record, record.name, weighted=False) for record in plain]
    for record in _records("weighted_metrics", weighted):
        name = f"weighted_{record.name}" if record.name in names else record.name
        figures.append(Figure(record, name, weighted=True))
    for figure in figures:
        _check_fits(figure.metric, loss, outputs)
    return figures


def check_targets(call: str, figures: Sequence[Figure], loss: Loss | CustomLoss, y: Array) -> None:
    """Refuse targets that are values where a metric asks for yes or no.

    Raises:
        ValueError: With the first such value.
    """
    asking = [figure.name for figure in figures if figure.metric.name in _OF_CLASSES]
    if not asking or isinstance(loss, losses.CrossEntropy | losses.BinaryCrossEntropy):
        return
    wrong = np.argwhere((y != 0) & (y != 1))
    if wrong.size:
        row, column = wrong[0]
        raise ValueError(
            f"{call}: {asking[0]} compares yes and no, 1 and 0, y is {y[row, column]} at row"
            f" {row}: r2 and mean_absolute_error are for values"
        )


def core_settings(
    figure: Figure, loss: Loss | CustomLoss, *, is_probability: bool
) -> tuple[str, float, bool]:
    """Return the core's name of a metric, its number, and whether it is weighted.

    The number is k, or where the accuracies say yes: a logit of 0 under binary_cross_entropy, and
    else an output of one half.
    """
    metric = figure.metric
    if metric.name not in ("accuracy", "binary_accuracy"):
        return metric.name, metric.parameter, figure.weighted
    logits = isinstance(loss, losses.BinaryCrossEntropy) and not is_probability
    return metric.name, 0.0 if logits else 0.5, figure.weighted


def _records(argument: str, wanted: Sequence[str | Metric]) -> list[Metric]:
    checks.listed(argument, wanted, "names or records")
    records = [metrics.get(metric) for metric in wanted]
    names = [record.name for record in records]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"{argument} names {name} twice: their figures could not be told apart"
            )
    return records


def _check_fits(record: Metric, loss: Loss | CustomLoss, outputs: int) -> None:
    """Refuse a metric that cannot read the targets of the loss."""
    if isinstance(loss, Loss) and outputs not in loss.target_columns(outputs):
        raise ValueError(
            f"metrics: {record.name} compares outputs with targets, {loss.name} has more"
        )
    of_classes = isinstance(loss, losses.CrossEntropy)
    if of_classes and record.name not in ("accuracy", "top_k_accuracy"):
        raise ValueError(f"metrics: {record.name} compares values, cross_entropy has classes")
    if isinstance(record, metrics.TopKAccuracy):
        if not of_classes:
            raise ValueError("metrics: top_k_accuracy needs classes, as cross_entropy has them")
        if record.k > outputs:
            raise ValueError(f"metrics: k is {record.k}, the network has {outputs} outputs")
