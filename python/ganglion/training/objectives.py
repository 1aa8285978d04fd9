"""Objectives: what a model is compiled for, and the passes that train and evaluate it for that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganglion import _core, losses, optimizers, schedules
from ganglion.losses import CustomLoss, Loss
from ganglion.optimizers import Optimizer
from ganglion.training.data import Dataset
from ganglion.training.endings import check_ending
from ganglion.training.passes import CorePass, CustomPass, Order, Parametrized, Pass, Rates
from ganglion.training.snapshot import Snapshot
from ganglion.training.tallies import Figure, Reading, Tally, Wanted, figures_of


class Phase:
    """Training, or evaluating: its figures, and its pass, made when the data's sizes are known."""

    def __init__(
        self,
        call: str,
        model: Parametrized,
        loss: Loss | CustomLoss,
        figures: Sequence[Figure],
        state: _core.OptimizerState | None,
    ) -> None:
        self._call = call
        self._model = model
        self._loss = loss
        self._state = state
        network = model.network
        reading = Reading(loss, network.graph.is_probability(network.output))
        self.tally = Tally(figures, reading, network.output_size)
        self._pass: Pass | None = None
        self._made_for = (0, 0)  # largest batch, columns of the targets

    def run(
        self, data: Dataset, order: Order | None, batch_size: int, first: int, rates: Rates
    ) -> None:
        """Run batches, as `Pass.run`, and add them to the figures."""
        largest, columns = self._made_for
        if batch_size > largest or data.y.shape[1] != columns:
            self._pass, self._made_for = None, (0, 0)  # one that fails to be made leaves none
            self._pass = self._make_pass(batch_size, data.y.shape[1])
            self._made_for = (batch_size, data.y.shape[1])
        assert self._pass is not None
        self._pass.run(data, order, batch_size, first, rates)

    def prepare(self) -> None:
        """Refuse now what could not be run later: a loss or an activation without a derivative."""
        self._make_pass(1, _target_columns(self._loss, self._model.network.output_size))

    def _make_pass(self, max_batch: int, target_columns: int) -> Pass:
        if isinstance(self._loss, Loss):
            return self.core_pass(self._loss, max_batch, target_columns)
        return self._custom_pass(self._loss, max_batch)

    def core_pass(self, loss: Loss, max_batch: int, target_columns: int) -> CorePass:
        """Return a pass for batches of up to so many rows, by a loss that the core knows."""
        model, network = self._model, self._model.network
        graph = _core.Graph(network.graph)
        target = graph.input("y", target_columns)
        weight = graph.input("sample_weight", 1)
        graph.set_layer("")
        value = graph.loss(loss.name, network.output, target, weight, loss.parameters)
        routine = model.precision.routine(
            graph=graph,
            feeds=[network.input, target, weight],
            heads=[(network.output, target, weight, value, 1.0, self.tally.core)],
            purpose="evaluate" if self._state is None else "train",
            store=model.store,
            optimizer=self._state,
            max_batch=max_batch,
            seed=model.seed,
        )
        return CorePass(self._call, model, routine, model.precision.trainer([routine]))

    def _custom_pass(self, loss: CustomLoss, max_batch: int) -> CustomPass:
        model = self._model
        return CustomPass(
            self._call,
            model,
            loss,
            self.tally.core,
            model.tape(max_batch),
            model.predictor(max_batch),
            self._state,
        )


class Objective:
    """An optimizer with its state, a loss and metrics, for one model.

    Args:
        model: The model to train.
        optimizer: A record, or the name of one with default settings.
        loss: A record, a name, or a function of the caller's.
        wanted: The metrics: records or names.
        weighted: Those in which rows count by their weight.

    Raises:
        ValueError: For an unknown name, or when the loss does not fit the network.
    """

    def __init__(
        self,
        model: Parametrized,
        optimizer: str | Optimizer,
        loss: str | Loss | CustomLoss | None,
        wanted: Wanted,
        weighted: Wanted = (),
    ) -> None:
        if loss is None:
            raise ValueError(f"compile: loss must be given, one of {', '.join(losses.LOSSES)}")
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        if isinstance(self.loss, Loss):
            self.loss.check_outputs(model.network.output_size)
        check_ending(self.loss, model.network.ending, model.network.output_size)
        self.figures = figures_of(wanted, weighted, self.loss, model.network.output_size)
        self.schedule = schedules.get(self.optimizer.learning_rate)
        self.state = model.precision.optimizer_state(
            self.optimizer.name, self.optimizer.settings(), model.store.values.size
        )
        self.model = model
        self.training = Phase("fit", model, self.loss, self.figures, self.state)
        self._evaluations: list[Phase] = []  # that no call uses
        self._snapshot: Snapshot | None = None

    def evaluation(self) -> Phase:
        """Return a phase for evaluating, with figures of its own, to be given back."""
        try:
            return self._evaluations.pop()
        except IndexError:
            return Phase("evaluate", self.model, self.loss, self.figures, None)

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
        with store.access.training("apply_gradients"):
            if not np.isfinite(store.gradients).all():
                raise ValueError("apply_gradients: gradient_vector is not finite")
            self.state.apply(store, float(self.rates(1)[0]))


def _target_columns(loss: Loss | CustomLoss, outputs: int) -> int:
    return loss.target_columns(outputs)[0] if isinstance(loss, Loss) else outputs
