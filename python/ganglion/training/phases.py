"""Phases: a network run over batches, to train it, for its gradients, or to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Literal, NamedTuple, Protocol

from ganglion import _core
from ganglion.callbacks import Callback, Logs
from ganglion.losses import Loss
from ganglion.training.core_passes import CorePass
from ganglion.training.custom_passes import CustomPass
from ganglion.training.head_tallies import Tallies
from ganglion.training.heads import Head
from ganglion.training.parametrized import KEPT, Parametrized
from ganglion.training.passes import BatchNotFiniteError, Part, Pass, Rates
from ganglion.training.sources import Source
from ganglion.training.tallies import Tally

Purpose = Literal["evaluate", "gradients", "train"]


class Sizes(NamedTuple):
    """What a pass is made for: columns of each input, and of each head's targets at a position."""

    columns: tuple[int, ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """How a phase departs from its plain ways.

    Args:
        loss_factor: What the gradient of every loss is multiplied by.
        penalty: What is added to the losses.
        mean_of_batches: How losses are added up, as for a `Tally`.
    """

    loss_factor: float = 1.0
    penalty: _core.Penalty | None = None
    mean_of_batches: bool = False


class Watcher(Protocol):
    """Who looks at an epoch while it runs."""

    def run_length(self, steps: int, /) -> int:
        """Return after how many batches more to be told, at most, of an epoch of so many."""

    def batches_are_run(self, done: int, so_far: Callable[[], Logs], /) -> None:
        """Hear how many batches of the epoch are run, and by what to ask for their figures."""


class Phase:
    """What is run over batches: its figures, and its pass, made when the data's sizes are known.

    Args:
        call: The function that was called, for messages.
        model: What runs.
        heads: What its outputs are compared by.
        purpose: Whether to train, to leave gradients in the model's store, or only to look.
        state: The optimizer's, for training.
        extras: What is not as usual.
    """

    def __init__(
        self,
        call: str,
        model: Parametrized,
        heads: Sequence[Head],
        purpose: Purpose,
        state: _core.OptimizerState | None = None,
        extras: Extras | None = None,
    ) -> None:
        self._call = call
        self._model = model
        self._heads = heads
        self._purpose: Purpose = purpose
        self._state = state
        self._extras = Extras() if extras is None else extras
        by_batch = self._extras.mean_of_batches
        tallies = [
            Tally(head.figures, head.reading, head.port.channels, mean_of_batches=by_batch)
            for head in heads
        ]
        names = [head.name for head in heads]
        self.tally = Tallies(names, tallies, [head.factor for head in heads], model.network.terms)
        self._passes: dict[Sizes, tuple[int, Pass]] = {}  # and the largest batch of each

    def run_epoch(
        self,
        source: Source,
        rates: Callable[[int], Rates],
        epoch: int = 0,
        listeners: Sequence[Callback] = (),
        watcher: Watcher | None = None,
    ) -> Logs:
        """Run all batches of an epoch, and return the figures.

        They are cut into as few runs as may be, which moves no bit.

        Args:
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
                runner.run(part, rates(part.count))
            except BatchNotFiniteError as error:
                error.batch += step - part.first
                raise
            for listener in listeners:
                listener.on_train_batch_end(step, self.tally.so_far())
            step += part.count
            if watcher is not None:
                watcher.batches_are_run(step, self.tally.so_far)
        return self.tally.values()

    def run_part(self, part: Part, rates: Rates) -> Logs:
        """Run batches by themselves, and return the losses and metrics that are added up of them.

        Raises:
            BatchNotFiniteError: When a loss is no longer finite.
        """
        self.tally.reset()
        self._pass_for(part).run(part, rates)
        return self.tally.so_far()

    def _pass_for(self, part: Part) -> Pass:
        sizes = Sizes(
            tuple([int(inputs.table.shape[1]) for inputs in part.data.inputs]),
            tuple([targets.width for targets in part.data.targets]),
        )
        largest, made = self._passes.get(sizes, (0, None))
        if made is not None and part.batch_size <= largest:
            return made
        self._passes.pop(sizes, None)  # one that fails to be made leaves none
        while len(self._passes) >= KEPT:
            del self._passes[next(iter(self._passes))]
        model = self._model.of_columns(sizes.columns)
        made = self._make_pass(model, part.batch_size, sizes.widths)
        self._passes[sizes] = part.batch_size, made
        return made

    def prepare(self) -> None:
        """Refuse now what could not be run later: a loss or an activation without a derivative."""
        widths = [head.target_columns for head in self._heads]
        self._make_pass(self._model.of_one_step(), 1, widths)

    def _make_pass(self, model: Parametrized, max_batch: int, widths: Sequence[int]) -> Pass:
        if all(isinstance(head.loss, Loss) for head in self._heads):
            return self.core_pass(model, max_batch, widths)
        if model.network.terms:
            raise ValueError(
                "compile: the network has losses of its own, on tensors or as regularizers, which"
                " do not go with a loss that is a function"
            )
        figures = [tally.core for tally in self.tally.of_heads]
        return CustomPass(self._call, model, self._heads, figures, widths, max_batch, self._state)

    def core_pass(self, model: Parametrized, max_batch: int, widths: Sequence[int]) -> CorePass:
        """Return a pass for batches of up to so many rows, by losses that the core knows.

        Args:
            model: As the data's sizes have it.
            max_batch: Rows.
            widths: Columns of each head's targets, at each position.
        """
        graph = _core.Graph(model.network.graph)
        feeds = [port.number for port in model.network.inputs]
        heads = []
        for head, tally, width in zip(self._heads, self.tally.of_heads, widths, strict=True):
            output = model.network.outputs[head.number]
            loss = head.add_loss(graph, output, width)
            heads.append((output.number, loss.value, head.factor, tally.core))
            feeds += [loss.target, loss.weight]
        routine = model.precision.routine(
            graph=graph,
            feeds=feeds,
            heads=heads,
            purpose=self._purpose,
            store=model.store,
            optimizer=self._state,
            max_batch=max_batch,
            seed=model.seed,
            loss_factor=self._extras.loss_factor,
            penalty=self._extras.penalty,
            groups=model.network.trained_groups,
            terms=[
                (term.number, term.factor, figures)
                for term, figures in zip(model.network.terms, self.tally.of_terms, strict=True)
            ],
        )
        classes = [head.class_count for head in self._heads]
        return CorePass(self._call, model, classes, routine, model.precision.trainer([routine]))


def _lengths(steps: int, watcher: Watcher | None) -> Iterator[int]:
    """Give how many batches are run next, at most, of an epoch of so many."""
    while True:
        yield steps if watcher is None else watcher.run_length(steps)
