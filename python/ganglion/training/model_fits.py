"""Fits of models, and what else goes over a model's batches: evaluating, and a single step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np

from ganglion._base.functions import number
from ganglion.callbacks import (
    BackupAndRestore,
    Callback,
    Logs,
    Params,
    StochasticWeightAveraging,
    TerminateOnNaN,
    wants_batches,
)
from ganglion.callbacks import Model as CallbackModel
from ganglion.callbacks.history import History
from ganglion.training import loop, moments
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.model_epochs import ModelEpochs
from ganglion.training.objectives import Objective
from ganglion.training.passes import BatchNotFiniteError, LossNotFiniteError
from ganglion.training.progress import Progress
from ganglion.training.running import Watcher
from ganglion.training.sources import ArraySource, Source

_ADVICE = "Scale inputs and targets, or lower the learning rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit(ModelEpochs):
    """A fit of a model, with callbacks as Keras has them.

    Args:
        validation: Where batches for the validation figures come from; None: there are none.
        host: The model as callbacks see it.
        callbacks: In the order in which they are called; they tell how the fit gets on.
        watcher: Who looks at an epoch while it runs.
        epochs: The numbers of those that it runs at most.
    """

    objective: Objective
    validation: ArraySource | None
    host: CallbackModel
    callbacks: Sequence[Callback]
    watcher: Watcher
    epochs: range

    def begin(self, stack: ExitStack) -> None:
        """Tell the callbacks what is about to be done, and that it begins; the stack, its end."""
        params: Params = {
            "initial_epoch": self.epochs.start,
            "epochs": self.epochs.stop,
            "steps": self.source.steps,
            "samples": self.source.samples,
            "verbose": self.verbose,
            "figures": self._figures(),
        }
        for callback in self.callbacks:
            callback.set_model(self.host)
            callback.set_params(params.copy())
            if isinstance(callback, StochasticWeightAveraging):
                callback.set_moments(partial(moments.renew, self.objective, self.source))
        begun: list[Callback] = []
        # A backup goes once nothing can fail any more.
        in_order = sorted(self.callbacks, key=lambda one: isinstance(one, BackupAndRestore))
        for callback in reversed(in_order):  # each is told, whatever another does
            stack.push(partial(_end, callback, begun))
        for callback in self.callbacks:
            callback.on_train_begin({})
            begun.append(callback)

    def _figures(self) -> list[str]:
        """Return the names of those that each epoch has, validation's last."""
        names = self.objective.training.tally.names
        return [*names, *(_of_validation(name) for name in names if self.validation is not None)]

    def epochs_left(self) -> range:
        """Return the numbers of the epochs that are not over already, where the fit goes on."""
        done = [one.epochs_done for one in self.callbacks if isinstance(one, BackupAndRestore)]
        return range(max(done, default=0) or self.epochs.start, self.epochs.stop)

    def epoch_begins(self, epoch: int) -> None:
        """Note what the epoch is undone to if it fails, and tell the callbacks that it begins."""
        if epoch > self.epochs.start:  # before the first that was noted when the fit began
            self.objective.snapshot.take()
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, {})

    def run(self, epoch: int) -> Logs:
        """Train for an epoch and return its figures; NaN where a callback waits for such.

        Raises:
            LossNotFiniteError: When a loss is no longer finite, with the step and what went wrong.
        """
        training = self.objective.training
        listeners = [callback for callback in self.callbacks if wants_batches(callback)]
        try:
            return training.run_epoch(
                "fit", self.source, self.objective.rates, epoch, listeners, self.watcher
            )
        except BatchNotFiniteError as error:
            if any(isinstance(callback, TerminateOnNaN) for callback in self.callbacks):
                self.objective.snapshot.put_back()
                return dict.fromkeys(training.tally.names, math.nan)
            raise LossNotFiniteError(
                f"fit: in epoch {epoch + 1}, step {error.batch}: {error.culprit} is not finite; the"
                f" weights are those before the epoch. {_ADVICE}"
            ) from error

    def validate(self) -> Logs:
        """Return the validation figures; where the loss is not finite they are NaN, no error."""
        if self.validation is None:
            return {}
        try:
            figures = evaluate(self.objective, self.validation)
        except LossNotFiniteError:
            figures = dict.fromkeys(self.objective.training.tally.names, math.nan)
        return {_of_validation(name): value for name, value in figures.items()}

    def figures_come(self, epoch: int, figures: Logs) -> None:
        """Tell the callbacks that the epoch is over; they may add to its figures.

        Raises:
            TypeError: When one adds what is no number.
        """
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, figures)
            for name, value in figures.items():
                if type(value) is not float:  # as all were before
                    figures[name] = _added(name, value, callback)

    def epoch_ends(self, progress: Progress) -> bool:  # noqa: ARG002
        """Return whether a callback wants the fit to end."""
        return self.host.stop_training


def _end(
    callback: Callback, begun: Sequence[Callback], failure: type[BaseException] | None, *_: Any
) -> None:
    """Tell a callback that the fit ends, and whether with a failure, if it has heard it begin."""
    if any(one is callback for one in begun):
        callback.set_finished(failure is None)
        callback.on_train_end({})


def _added(name: str, value: object, callback: Callback) -> float:
    """Return a figure that a callback has added, as Python's number; a whole one stays whole."""
    if isinstance(value, Integral):
        return int(value)
    kind = type(callback).__name__
    return number(f"fit: {name}, a figure that {kind} adds, must be", value)


def _of_validation(name: str) -> str:
    return f"val_{name}"


def fit(work: ModelFit) -> History:
    """Train, and return the figures of each epoch, which are the host's history meanwhile.

    Where no epoch was finished the host has the history of the fit before.

    Raises:
        RuntimeError: While another call uses the model; nothing has been touched.
    """
    with work.objective.model.store.access.training("fit"), ExitStack() as stack:
        progress = Progress()
        last, work.host.history = work.host.history, progress.history
        work.host.stop_training = False
        before = work.objective.snapshot
        before.take()
        try:
            work.begin(stack)
            plan = FitPlan(epochs=work.epochs_left())
            progress.epochs_in_all = plan.epochs.start
            loop.run(plan, progress, work, [work], work.validate)
            if progress.epochs:
                work.objective.become_averages()
        except Exception:  # not Ctrl-C, which is no failure: what has been learnt is kept
            before.put_back()
            if not progress.epochs:
                work.host.history = last
            raise
    return progress.history


def evaluate(objective: Objective, source: Source) -> Logs:
    """Return the figures over the batches of a source, without training.

    Raises:
        RuntimeError: While another call trains the model.
    """
    with objective.model.store.access.reading("evaluate"):
        evaluation = objective.evaluation()
        try:
            return evaluation.run_epoch("evaluate", source, np.zeros)
        except BatchNotFiniteError as error:
            raise LossNotFiniteError(
                f"evaluate: in batch {error.batch}: {error.culprit} is not finite"
            ) from error
        finally:
            objective.give_back(evaluation)


def train_on_batch(objective: Objective, data: Dataset) -> Logs:
    """Take one step on all of `data`, and return its figures.

    Raises:
        RuntimeError: While another call uses the model; nothing has been touched.
    """
    with objective.model.store.access.training("train_on_batch"):
        before = objective.snapshot
        before.take()
        try:
            source = ArraySource(data, len(data))
            return objective.training.run_epoch("train_on_batch", source, objective.rates)
        except Exception as error:
            before.put_back()
            if isinstance(error, BatchNotFiniteError):
                message = f"train_on_batch: {error.culprit} is not finite. {_ADVICE}"
                raise LossNotFiniteError(message) from error
            raise
