"""Running: batches of an epoch through a network, in passes made for the sizes of the data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple, Protocol

from ganglion.callbacks import Callback, Logs
from ganglion.training.parametrized import KEPT, Parametrized
from ganglion.training.passes import BatchNotFiniteError, Part, Pass, Rates
from ganglion.training.sources import Source


class Sizes(NamedTuple):
    """What a pass is made for.

    Args:
        columns: Of each input.
        widths: Columns of each head's targets, at each position.
        weighs_terms: Whether samples count differently in the losses that are no output's.
    """

    columns: tuple[int, ...]
    widths: tuple[int, ...]
    weighs_terms: bool


class Told(Protocol):
    """The figures over the batches since the last reset."""

    def reset(self) -> None:
        """Forget the batches so far."""

    def so_far(self) -> dict[str, float]:
        """Return those that are added up batch by batch."""

    def values(self) -> dict[str, float]:
        """Return all."""


class Watcher(Protocol):
    """Who looks at an epoch while it runs."""

    def run_length(self, steps: int, /) -> int:
        """Return after how many batches more to be told, at most, of an epoch of so many."""

    def batches_are_run(self, done: int, so_far: Callable[[], Logs], /) -> None:
        """Hear how many batches of the epoch are run, and by what to ask for their figures."""


class Runner(ABC):
    """Base of what runs batches.

    Args:
        model: What runs.
        tally: Its figures.
    """

    def __init__(self, model: Parametrized, tally: Told) -> None:
        self._model = model
        self.tally = tally
        self._passes: dict[Sizes, tuple[int, Pass]] = {}  # and the largest batch of each

    @abstractmethod
    def _make_pass(self, model: Parametrized, max_batch: int, sizes: Sizes) -> Pass:
        """Return a pass for batches of up to so many rows.

        Args:
            model: As the data's sizes have it.
            max_batch: Rows.
            sizes: Of the data.
        """

    def run_epoch(
        self,
        call: str,
        source: Source,
        rates: Callable[[int], Rates],
        epoch: int = 0,
        listeners: Sequence[Callback] = (),
        watcher: Watcher | None = None,
    ) -> Logs:
        """Run all batches of an epoch, and return the figures.

        They are cut into as few runs as may be, which moves no bit.

        Args:
            call: The function that was called, for messages.
            source: Gives the batches.
            rates: Gives the learning rates of the next so many.
            epoch: Its number.
            listeners: Who is told of each batch.
            watcher: Who is told how far it is.

        Raises:
            BatchNotFiniteError: When a loss is no longer finite, with the batch's number.
        """
        self.tally.reset()
        step = 0
        lengths = repeat(1) if listeners else _lengths(source.steps, watcher)
        for part in source.parts(epoch, lengths):
            for listener in listeners:
                listener.on_train_batch_begin(step, {})
            runner = self._pass_for(part)
            try:
                runner.run(call, part, rates(part.count))
            except BatchNotFiniteError as error:
                error.batch += step - part.first
                raise
            for listener in listeners:
                listener.on_train_batch_end(step, self.tally.so_far())
            step += part.count
            if watcher is not None:
                watcher.batches_are_run(step, self.tally.so_far)
        return self.tally.values()

    def run_part(self, call: str, part: Part, rates: Rates) -> Logs:
        """Run batches by themselves, and return the losses and metrics that are added up of them.

        Raises:
            BatchNotFiniteError: When a loss is no longer finite.
        """
        self.tally.reset()
        self._pass_for(part).run(call, part, rates)
        return self.tally.so_far()

    @property
    def reached(self) -> Sequence[tuple[int, int]]:
        """The numbers of the parameters that it has trained so far, as for a `Pass`."""
        return next((made.reached for _, made in self._passes.values()), [])

    def _pass_for(self, part: Part) -> Pass:
        sizes = Sizes(
            tuple([int(inputs.table.shape[1]) for inputs in part.data.inputs]),
            tuple([targets.width for targets in part.data.targets]),
            part.data.term_weight is not None,
        )
        largest, made = self._passes.get(sizes, (0, None))
        if made is not None and part.batch_size <= largest:
            return made
        self._passes.pop(sizes, None)  # one that fails to be made leaves none
        while len(self._passes) >= KEPT:
            del self._passes[next(iter(self._passes))]
        model = self._model.of_columns(sizes.columns)
        made = self._make_pass(model, part.batch_size, sizes)
        self._passes[sizes] = part.batch_size, made
        return made


def _lengths(steps: int, watcher: Watcher | None) -> Iterator[int]:
    """Give how many batches are run next, at most, of an epoch of so many."""
    while True:
        yield steps if watcher is None else watcher.run_length(steps)
