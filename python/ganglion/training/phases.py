"""Phases: a network run over batches, to train it, for its gradients, or to look at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ganglion import _core
from ganglion.callbacks import Callback, Logs
from ganglion.losses import Loss
from ganglion.training.head_tallies import Tallies
from ganglion.training.heads import Head
from ganglion.training.passes import (
    BatchNotFiniteError,
    CorePass,
    CustomPass,
    Parametrized,
    Part,
    Pass,
    Rates,
)
from ganglion.training.sources import Source
from ganglion.training.tallies import Tally

Purpose = Literal["evaluate", "gradients", "train"]


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
            Tally(head.figures, head.reading, head.port.columns, mean_of_batches=by_batch)
            for head in heads
        ]
        names = [head.name for head in heads]
        self.tally = Tallies(names, tallies, [head.factor for head in heads])
        self._pass: Pass | None = None
        self._largest, self._columns = 0, [0]  # batch, and columns of the targets, it is made for

    def run_epoch(
        self,
        source: Source,
        rates: Callable[[int], Rates],
        epoch: int = 0,
        listeners: Sequence[Callback] = (),
    ) -> Logs:
        """Run all batches of an epoch, and return the figures.

        Args:
            source: Gives the batches.
            rates: Gives the learning rates of the next so many.
            epoch: Its number.
            listeners: Who is told of each batch.

        Raises:
            BatchNotFiniteError: When a loss is no longer finite, with the batch's number.
        """
        self.tally.reset()
        step = 0
        for part in source.parts(epoch, single=bool(listeners)):
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
        return self.tally.values()

    def _pass_for(self, part: Part) -> Pass:
        columns, largest = [targets.y.shape[1] for targets in part.data.targets], part.batch_size
        if self._pass is None or largest > self._largest or columns != self._columns:
            self._pass, self._largest = None, 0  # one that fails to be made leaves none
            self._pass = self._make_pass(largest, columns)
            self._largest, self._columns = largest, columns
        return self._pass

    def prepare(self) -> None:
        """Refuse now what could not be run later: a loss or an activation without a derivative."""
        self._make_pass(1, [head.target_columns for head in self._heads])

    def _make_pass(self, max_batch: int, target_columns: Sequence[int]) -> Pass:
        if all(isinstance(head.loss, Loss) for head in self._heads):
            return self.core_pass(max_batch, target_columns)
        return self._custom_pass(max_batch)

    def core_pass(self, max_batch: int, target_columns: Sequence[int]) -> CorePass:
        """Return a pass for batches of up to so many rows, by losses that the core knows."""
        model = self._model
        graph = _core.Graph(model.network.graph)
        feeds = [port.number for port in model.network.inputs]
        terms = []
        for head, tally, columns in zip(
            self._heads, self.tally.of_heads, target_columns, strict=True
        ):
            assert isinstance(head.loss, Loss)
            target = graph.input("y", columns)
            weight = graph.input("sample_weight", 1)
            graph.set_layer("")
            output = head.port.number
            if len(head.port.shape) > 1:
                output = graph.reshape(output, 1, head.port.columns)
            value = graph.loss(head.loss.name, output, target, weight, head.loss.parameters)
            terms.append((output, value, head.factor, tally.core))
            feeds += [target, weight]
        routine = model.precision.routine(
            graph=graph,
            feeds=feeds,
            heads=terms,
            purpose=self._purpose,
            store=model.store,
            optimizer=self._state,
            max_batch=max_batch,
            seed=model.seed,
            loss_factor=self._extras.loss_factor,
            penalty=self._extras.penalty,
            groups=model.network.trained_groups,
        )
        classes = [head.class_count for head in self._heads]
        return CorePass(self._call, model, classes, routine, model.precision.trainer([routine]))

    def _custom_pass(self, max_batch: int) -> CustomPass:
        model = self._model
        (head,), (tally,) = self._heads, self.tally.of_heads
        assert not isinstance(head.loss, Loss)
        return CustomPass(
            self._call,
            model,
            head.loss,
            tally.core,
            model.tape(max_batch),
            model.predictor(max_batch),
            self._state,
        )
