"""How far a model's training has come, as files hold it beside the parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from numpy.typing import NDArray

from ganglion import losses, metrics, optimizers, schedules
from ganglion._base import checks
from ganglion._base.functions import name_of
from ganglion._base.plain_records import UNUSUAL, RecordReader, RecordWriter
from ganglion.losses import Loss
from ganglion.metrics import Metric
from ganglion.optimizers import Optimizer
from ganglion.schedules import Schedule
from ganglion.training.heads import Goals, Head
from ganglion.training.objectives import Objective
from ganglion.training.stepping import Memory

Record = TypeVar("Record", Loss, Metric)


@dataclass(frozen=True, slots=True)
class KeptHead:
    """An output with its loss, what that counts, and the metrics beside it; see `Head`."""

    name: str
    loss: Loss
    factor: float
    metrics: Sequence[Metric]
    weighted_metrics: Sequence[Metric]

    def __post_init__(self) -> None:
        _check_kinds(loss=(self.loss, Loss))
        for name in ("metrics", "weighted_metrics"):
            object.__setattr__(self, name, tuple(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a model was compiled with, and how far its optimizer is.

    Args:
        optimizer: The optimizer.
        schedule: Of the learning rate, as it is now.
        steps: How many the optimizer has taken.
        heads: What outputs are compared by.
        summed: Batches since the last step, fewer than make one.
    """

    optimizer: Optimizer
    schedule: Schedule
    steps: int
    heads: Sequence[KeptHead]
    summed: int = field(default=0, metadata=UNUSUAL)

    def __post_init__(self) -> None:
        checks.count("steps", self.steps)
        checks.count("summed", self.summed)
        _check_kinds(optimizer=(self.optimizer, Optimizer), schedule=(self.schedule, Schedule))
        most = self.optimizer.batches_a_step
        if self.summed >= most:
            raise ValueError(f"summed is {self.summed}, must be less than the {most} of a step")
        object.__setattr__(self, "heads", tuple(self.heads))  # a record cannot change

    @classmethod
    def of(cls, call: str, objective: Objective) -> Kept:
        """Return how far a model is.

        Args:
            call: The function that was called, for messages.
            objective: The model's.

        Raises:
            ValueError: When a loss or a metric is a function, which a file cannot hold.
        """
        heads = tuple(_kept(call, head) for head in objective.heads)
        memory = objective.memory
        return cls(objective.optimizer, memory.schedule, memory.steps, heads, memory.summed)

    def is_of(self, other: Kept) -> bool:
        """Tell whether both are of models that were compiled alike, however far they are."""
        return (self.optimizer, self.heads) == (other.optimizer, other.heads)

    @property
    def goals(self) -> Goals:
        """What `compile` is to be given for the outputs."""
        return Goals(
            {head.name: head.loss for head in self.heads},
            {head.name: head.factor for head in self.heads},
            {head.name: list(head.metrics) for head in self.heads},
            {head.name: list(head.weighted_metrics) for head in self.heads},
        )

    def put_into(self, objective: Objective, blocks: Sequence[NDArray[Any]]) -> None:
        """Let an objective be as far.

        Args:
            objective: One made with the same optimizer and goals.
            blocks: What the optimizer remembers, an array for each of its own.
        """
        objective.go_on_from(Memory(self.schedule, self.steps, self.summed, blocks))


_RECORDS: Mapping[str, type[Any]] = {
    record.__name__: record
    for record in (
        *(Kept, KeptHead, optimizers.Group),
        *optimizers.OPTIMIZERS.values(),
        *schedules.SCHEDULES,
        *losses.LOSSES.values(),
        *metrics.METRICS.values(),
    )
}


def to_json(kept: Kept) -> str:
    """Return it as JSON.

    Raises:
        ValueError: When an optimizer, a schedule, a loss or a metric is none of this package's.
    """
    return json.dumps(RecordWriter(_RECORDS).plain(kept))


def from_json(text: str) -> Kept:
    """Return what `to_json` was given; errors of any kind where the text is no such thing."""
    kept = RecordReader(_RECORDS).made(json.loads(text))
    if not isinstance(kept, Kept):
        raise TypeError(f"training must be a record, got {checks.shown(kept)}")
    return kept


def _check_kinds(**given: tuple[Any, type[Any]]) -> None:
    """Refuse what is no record of its kind."""
    for name, (value, kind) in given.items():
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be a record, got {checks.shown(value)}")


def _kept(call: str, head: Head) -> KeptHead:
    loss = _record(call, head.loss, Loss)
    plain, weighted = (
        tuple(_record(call, one.metric, Metric) for one in head.figures if one.weighted == counts)
        for counts in (False, True)
    )
    return KeptHead(head.name, loss, head.factor, plain, weighted)


def _record(call: str, given: Any, kind: type[Record]) -> Record:
    """Return a loss or a metric, unless it is a function of the caller's."""
    if not isinstance(given, kind):
        raise ValueError(
            f"{call}: {name_of(given)} is a function, a file cannot hold how to train by it: save"
            " without optimizer=True"
        )
    return given
