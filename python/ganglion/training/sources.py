"""Sources: where the batches of an epoch come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from ganglion import _core
from ganglion.training.data import Dataset
from ganglion.training.passes import Order, Part

_SHUFFLE_STREAMS = 0x40000000  # random streams from here on order the samples, one an epoch


def shuffled(seed: int, samples: int) -> Callable[[int], Order]:
    """Return what gives each epoch a random order of its own."""
    return lambda epoch: _core.permutation(seed, _SHUFFLE_STREAMS + epoch, samples)


class Source(Protocol):
    """Gives the batches of each epoch."""

    @property
    def samples(self) -> int:
        """Samples an epoch; 0 when that is not known beforehand."""

    @property
    def steps(self) -> int:
        """Batches an epoch; 0 when that is not known beforehand."""

    def parts(self, epoch: int, lengths: Iterable[int]) -> Iterator[Part]:
        """Give the batches of an epoch; each time not more of them than the next of `lengths`."""


@dataclass(frozen=True, slots=True)
class ArraySource:
    """Batches out of arrays.

    Args:
        data: The samples.
        batch_size: Rows a batch; the last may be short.
        order: Gives the order in which an epoch takes the samples, by its number; None: as they
            lie.
    """

    data: Dataset
    batch_size: int
    order: Callable[[int], Order] | None = None

    @property
    def samples(self) -> int:
        """Samples an epoch."""
        return len(self.data)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return -(-self.samples // self.batch_size)

    def parts(self, epoch: int, lengths: Iterable[int]) -> Iterator[Part]:
        """Give the batches of an epoch; each time not more of them than the next of `lengths`."""
        order = None if self.order is None else self.order(epoch)
        steps = most = self.steps
        sparse = self.data.is_sparse
        if sparse:
            most = -(-self.data.rows_at_once(self.batch_size) // self.batch_size)
        first = 0
        for length in lengths:
            count = min(length, most, steps - first)
            part = Part(self.data, order, self.batch_size, first, count)
            yield _unfolded(part) if sparse else part
            first += count
            if first == steps:
                return


def _unfolded(part: Part) -> Part:
    """Return batches of a sparse matrix in the core's reach."""
    size = part.batch_size
    span = slice(part.first * size, (part.first + part.count) * size)
    rows = part.data.rows(span if part.order is None else part.order[span])
    return Part(rows.unfolded(), None, size, 0, part.count)


@dataclass(slots=True)
class IterableSource:
    """Batches that someone else makes: `(x, y)` or `(x, y, sample_weight)`.

    Args:
        call: The function that was called, for messages.
        batches: Iterated anew for each epoch, or, with `steps`, on and on.
        steps: Batches an epoch; 0: until there are no more.
        as_dataset: Checks a batch and makes a dataset of it.
    """

    call: str
    batches: Iterable[Any]
    steps: int
    as_dataset: Callable[[Any], Dataset]
    samples: int = field(default=0, init=False)
    _iterator: Iterator[Any] | None = field(default=None, init=False)

    def parts(self, epoch: int, lengths: Iterable[int]) -> Iterator[Part]:  # noqa: ARG002
        """Give the batches of an epoch, each alone."""
        given = 0
        for given, batch in enumerate(self._epoch(), 1):  # noqa: B007  (counted)
            data = self.as_dataset(batch)
            yield Part(data, None, len(data), 0, 1)
        if given < max(self.steps, 1):
            least = f"{self.steps}" if self.steps else "at least 1"
            raise ValueError(
                f"{self.call}: x gave {given} batches in epoch {epoch + 1}, must give {least}:"
                " an iterator can be used up only once"
            )

    def _epoch(self) -> Iterator[Any]:
        if not self.steps:
            yield from self.batches
            return
        for _ in range(self.steps):
            if self._iterator is None:
                self._iterator = iter(self.batches)
            try:
                yield next(self._iterator)
            except StopIteration:  # begin again, as far as that is possible
                self._iterator = iter(self.batches)
                yield from islice(self._iterator, 1)
