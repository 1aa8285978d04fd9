"""Objectives: what a model is compiled for, and the passes that train and evaluate it for that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganglion import _core, optimizers, schedules
from ganglion._base.structures import Structure
from ganglion.losses import Loss
from ganglion.optimizers import Optimizer
from ganglion.training.data import Dataset
from ganglion.training.head_tallies import Tallies
from ganglion.training.heads import Goals, Head, heads_of
from ganglion.training.passes import CorePass, CustomPass, Order, Parametrized, Pass, Rates
from ganglion.training.snapshot import Snapshot
from ganglion.training.tallies import Tally


class Phase:
    """Training, or evaluating: its figures, and its pass, made when the data's sizes are known."""

    def __init__(
        self,
        call: str,
        model: Parametrized,
        heads: Sequence[Head],
        state: _core.OptimizerState | None,
    ) -> None:
        self._call = call
        self._model = model
        self._heads = heads
        self._state = state
        tallies = [Tally(head.figures, head.reading, head.port.columns) for head in heads]
        names = [head.name for head in heads]
        self.tally = Tallies(names, tallies, [head.factor for head in heads])
        self._pass: Pass | None = None
        self._largest, self._columns = 0, [0]  # batch, and columns of the targets, it is made for

    def run(
        self, data: Dataset, order: Order | None, batch_size: int, first: int, rates: Rates
    ) -> None:
        """Run batches, as `Pass.run`, and add them to the figures."""
        columns = [targets.y.shape[1] for targets in data.targets]
        if batch_size > self._largest or columns != self._columns:
            self._pass, self._largest = None, 0  # one that fails to be made leaves none
            self._pass = self._make_pass(batch_size, columns)
            self._largest, self._columns = batch_size, columns
        assert self._pass is not None
        self._pass.run(data, order, batch_size, first, rates)

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
            terms.append((output, target, weight, value, head.factor, tally.core))
            feeds += [target, weight]
        routine = model.precision.routine(
            graph=graph,
            feeds=feeds,
            heads=terms,
            purpose="evaluate" if self._state is None else "train",
            store=model.store,
            optimizer=self._state,
            max_batch=max_batch,
            seed=model.seed,
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


class Objective:
    """An optimizer with its state, losses and metrics, for one model.

    Args:
        model: The model to train.
        outputs: What its outputs are put together as.
        optimizer: A record, or the name of one with default settings.
        goals: The losses and metrics.

    Raises:
        ValueError: For an unknown name, or when a loss does not fit the network.
    """

    def __init__(
        self, model: Parametrized, outputs: Structure, optimizer: str | Optimizer, goals: Goals
    ) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.heads = heads_of(model.network, outputs, goals)
        self._refuse_frozen(model)
        self.schedule = schedules.get(self.optimizer.learning_rate)
        self.state = model.precision.optimizer_state(
            self.optimizer.name, self.optimizer.settings(), model.store.values.size
        )
        self.model = model
        self.training = Phase("fit", model, self.heads, self.state)
        self._evaluations: list[Phase] = []  # that no call uses
        self._snapshot: Snapshot | None = None

    @property
    def only_head(self) -> Head:
        """The head of a model that has one.

        Raises:
            ValueError: When it has several.
        """
        if len(self.heads) > 1:
            raise ValueError(
                "the model has several outputs with losses: "
                + ", ".join(head.name for head in self.heads)
            )
        return self.heads[0]

    def _refuse_frozen(self, model: Parametrized) -> None:
        """Refuse what would move parameters that are not trainable, or nothing."""
        groups = model.network.trained_groups
        if groups is None:
            return
        if not all(isinstance(head.loss, Loss) for head in self.heads):
            raise ValueError(
                "compile: a loss of one's own trains all parameters, and some are not trainable"
            )
        if not any(parameter.group in groups for parameter in model.network.parameters):
            raise ValueError("compile: no layer is trainable, there is nothing to train")

    def evaluation(self) -> Phase:
        """Return a phase for evaluating, with figures of its own, to be given back."""
        try:
            return self._evaluations.pop()
        except IndexError:
            return Phase("evaluate", self.model, self.heads, None)

    def give_back(self, evaluation: Phase) -> None:
        """Keep a phase for the next call: making one takes longer than a small evaluation."""
        self._evaluations.append(evaluation)

    @property
    def snapshot(self) -> Snapshot:
        """Room for what the call that trains changes.

        It stays from one call to the next: the system's making it anew would take longer than the
        copying.
        """
        if self._snapshot is None:
            self._snapshot = Snapshot(self)
        return self._snapshot

    def rates(self, count: int) -> NDArray[np.float64]:
        """Return the learning rates of the next `count` steps."""
        steps = np.arange(self.state.steps, self.state.steps + count)
        rates = np.ascontiguousarray(self.schedule.rates(steps), np.float64)
        if rates.shape != steps.shape or not (np.isfinite(rates) & (rates >= 0)).all():
            raise ValueError(
                f"{self.schedule!r} must give {count} rates that are finite and not negative"
            )
        return rates

    def apply_gradients(self) -> None:
        """Take a step along the gradients in the model's store."""
        store = self.model.store
        if self.model.network.trained_groups is not None:
            raise ValueError("apply_gradients: it moves all parameters, some are not trainable")
        with store.access.training("apply_gradients"):
            if not np.isfinite(store.gradients).all():
                raise ValueError("apply_gradients: gradient_vector is not finite")
            self.state.apply(store, float(self.rates(1)[0]))
