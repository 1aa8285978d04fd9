"""Data: samples with their targets and weights, checked, and never copied as a whole.

The core converts the numbers a batch at a time. Only what it cannot read, such as a list or a data
frame, becomes an array first; a sparse matrix does so a stretch of batches at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base import locations
from ganglion._base.arrays import Array, rows_at_once, unfolded
from ganglion._base.frames import Labels, is_sparse

Weight = NDArray[np.float64]
Arrays = ArrayLike | Mapping[str, ArrayLike]
"""What users give for inputs or outputs: an array; of several a list, or a dictionary by name."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one input of a network is fed.

    Args:
        table: Shape `(samples, columns)`, of any type of number; or a sparse matrix of rows.
        labels: The names of its columns, if they have any.
    """

    table: Any
    labels: Labels | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """What one output of a network is compared with.

    Args:
        y: Shape `(samples, columns)`, those of one position after those of another; one column of
            class numbers for cross_entropy. Where it is a table of the inputs too, and that is a
            sparse matrix, so is this.
        weight: What each sample, or each of its positions, counts in the loss, shape
            `(samples, positions)`; None: all the same.
        metric_weight: What it counts in the metrics that are weighted.
        positions: Of a sample.
        name: The output's, which messages tell where there are several; "": it is the only one.
    """

    y: Array
    weight: Weight | None = None
    metric_weight: Weight | None = None
    positions: int = 1
    name: str = ""

    @property
    def width(self) -> int:
        """Columns of a position."""
        return int(self.y.shape[1]) // self.positions

    @property
    def row_weight(self) -> Weight | None:
        """What each sample counts with all its positions, shape `(samples, 1)`."""
        return None if self.weight is None else self.weight.mean(axis=1, keepdims=True)

    def by_position(self) -> Targets:
        """Return the same with a row for each position."""
        whole = self.map(lambda part: part.reshape(len(part) * self.positions, -1))
        return replace(whole, positions=1)

    def map(self, of: Callable[[Any], Any]) -> Targets:
        """Return what a function makes of each array."""
        weight, metric_weight = (
            None if one is None else of(one) for one in (self.weight, self.metric_weight)
        )
        return Targets(of(self.y), weight, metric_weight, self.positions, self.name)

    def of_call(self, call: str) -> str:
        """Return the name of a call, and the output's, for messages."""
        return f"{call}: {self.name}" if self.name else call

    def at(self, row: int, column: int) -> str:
        """Return where one of the targets is, for messages."""
        return locations.at(row, column, self.y.shape[1], self.width)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples, for each input of a network, with targets for each output.

    Args:
        inputs: Of each.
        targets: Of each that has a loss.
        term_weight: What each sample counts in the losses that are no output's, shape
            `(samples, 1)`; None: all the same.
    """

    inputs: tuple[Inputs, ...]
    targets: tuple[Targets, ...]
    term_weight: Weight | None = None

    @classmethod
    def of(
        cls,
        x: Any,
        y: Array,
        weight: Weight | None = None,
        metric_weight: Weight | None = None,
    ) -> Dataset:
        """Return samples of one table with targets for one output."""
        return cls.of_tables((x,), y, weight, metric_weight)

    @classmethod
    def of_tables(
        cls,
        tables: Sequence[Any],
        y: Array,
        weight: Weight | None = None,
        metric_weight: Weight | None = None,
    ) -> Dataset:
        """Return samples of a table for each input with targets for one output."""
        return cls(tuple(map(Inputs, tables)), (Targets(y, weight, metric_weight),))

    def __len__(self) -> int:
        return int(self.inputs[0].table.shape[0])

    @property
    def tables(self) -> tuple[Any, ...]:
        """That of each input."""
        return tuple(inputs.table for inputs in self.inputs)

    @property
    def x(self) -> Any:
        """The table of the only input."""
        (table,) = self.tables
        return table

    @property
    def y(self) -> Array:
        """The targets of the only output."""
        return self._only.y

    @property
    def weight(self) -> Weight | None:
        """What each sample counts in the only output's loss."""
        return self._only.weight

    @property
    def metric_weight(self) -> Weight | None:
        """What it counts in the metrics that are weighted."""
        return self._only.metric_weight

    @property
    def _only(self) -> Targets:
        (targets,) = self.targets
        return targets

    @property
    def is_sparse(self) -> bool:
        """Whether some table is a sparse matrix."""
        return any(is_sparse(inputs.table) for inputs in self.inputs)

    def rows_at_once(self, multiple: int) -> int:
        """Return how many rows are worked on at once, as `arrays.rows_at_once`."""
        return min(rows_at_once(inputs.table, multiple) for inputs in self.inputs)

    def rows(self, chosen: slice | NDArray[np.int64]) -> Dataset:
        """Return some of the samples; those of a slice are not copied."""
        return self._map(lambda part: part[chosen])

    def unfolded(self) -> Dataset:
        """Return the samples with a sparse matrix's rows in an array."""
        return self._map(unfolded) if self.is_sparse else self

    def _map(self, of: Callable[[Any], Any]) -> Dataset:
        """Return what a function makes of each array; of one that is there twice, once."""
        made: dict[int, Any] = {}

        def once(part: Any) -> Any:
            if id(part) not in made:
                made[id(part)] = of(part)
            return made[id(part)]

        return Dataset(
            tuple(Inputs(once(inputs.table), inputs.labels) for inputs in self.inputs),
            tuple(targets.map(once) for targets in self.targets),
            None if self.term_weight is None else once(self.term_weight),
        )

    def with_targets(self, **changes: Any) -> Dataset:
        """Return the samples with other fields of the only output's `Targets`."""
        return replace(self, targets=(replace(self._only, **changes),))


def check_lengths(call: str, names: Callable[[], Sequence[str]], data: Dataset) -> None:
    """Refuse inputs and targets that do not have the same number of rows.

    Args:
        call: The function that was called, for the message.
        names: Gives what the inputs, and then the targets, are called in it.
        data: The samples.
    """
    counts = [inputs.table.shape[0] for inputs in data.inputs]
    counts += [len(targets.y) for targets in data.targets]
    if counts.count(counts[0]) == len(counts):
        return
    first, *others = zip(names(), counts, strict=True)
    name, count = next(other for other in others if other[1] != first[1])
    raise ValueError(f"{call}: {name} has {count} rows, {first[0]} has {first[1]}")
