"""Fits of models, and what else goes over a model's batches: evaluating, and a single step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import numpy as np

from ganglion.callbacks import Callback, Logs, TerminateOnNaN, wants_batches
from ganglion.callbacks import Model as CallbackModel
from ganglion.callbacks.history import History
from ganglion.training import loop
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.objectives import Objective
from ganglion.training.passes import BatchNotFiniteError, LossNotFiniteError, Parametrized
from ganglion.training.progress import Progress
from ganglion.training.sources import ArraySource, Source

_ADVICE = "Scale inputs and targets, or lower the learning rate"


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit works with.

    Args:
        host: The model as callbacks see it.
        model: The network and its parameters.
        objective: What to train for.
        source: Where batches come from.
        validation: Where batches for the validation figures come from; None: there are none.
        callbacks: In the order in which they are called.
        verbose: Whether they may tell how the fit gets on.
    """

    host: CallbackModel
    model: Parametrized
    objective: Objective
    source: Source
    validation: ArraySource | None
    callbacks: Sequence[Callback]
    verbose: bool


def fit(work: Fit, epochs: range) -> History:
    """Train, and return the figures of each epoch, which are the host's history meanwhile.

    Raises:
        RuntimeError: While another call uses the model; nothing has been touched.
    """
    with work.model.store.access.training("fit"), ExitStack() as stack:
        progress = Progress(epochs_in_all=epochs.start)
        work.host.history = progress.history
        work.host.stop_training = False
        before = work.objective.snapshot
        before.take()
        try:
            _begin(work, epochs, stack)
            trained, hooks = _Epochs(work), _Hooks(work, epochs.start)
            loop.run(FitPlan(epochs=epochs), progress, trained, [hooks], partial(_validate, work))
        except Exception:  # not Ctrl-C, which is no failure: what has been learnt is kept
            before.put_back()
            raise
    return progress.history


def _begin(work: Fit, epochs: range, stack: ExitStack) -> None:
    """Tell the callbacks what is about to be done, and that it begins."""
    for callback in work.callbacks:
        callback.set_model(work.host)
        callback.set_params(
            {
                "initial_epoch": epochs.start,
                "epochs": epochs.stop,
                "steps": work.source.steps,
                "samples": work.source.samples,
                "verbose": work.verbose,
            }
        )
    for callback in reversed(work.callbacks):  # each is told of the end, whatever another does
        stack.callback(callback.on_train_end, {})
    for callback in work.callbacks:
        callback.on_train_begin({})


class _Epochs:
    """What a model's fit trains; an epoch that fails leaves nothing behind."""

    def __init__(self, work: Fit) -> None:
        self._work = work
        self._batch_listeners = [one for one in work.callbacks if wants_batches(one)]
        self.samples = work.source.samples
        self.weights = work.model.store.values

    def run(self, epoch: int) -> Logs:
        """Train for an epoch and return its figures; NaN where a callback waits for such.

        Raises:
            LossNotFiniteError: When a loss is no longer finite, with the step and what went wrong.
        """
        objective, source = self._work.objective, self._work.source
        training = objective.training
        try:
            return training.run_epoch(source, objective.rates, epoch, self._batch_listeners)
        except BatchNotFiniteError as error:
            if any(isinstance(callback, TerminateOnNaN) for callback in self._work.callbacks):
                objective.snapshot.put_back()
                return dict.fromkeys(training.tally.names, math.nan)
            raise LossNotFiniteError(
                f"fit: in epoch {epoch + 1}, step {error.batch}: {error.culprit} is not finite; the"
                f" weights are those before the epoch. {_ADVICE}"
            ) from error


def _validate(work: Fit) -> Logs:
    """Return the validation figures; where the loss is not finite they are NaN, and no error."""
    if work.validation is None:
        return {}
    try:
        figures = evaluate(work.objective, work.validation)
    except LossNotFiniteError:
        figures = dict.fromkeys(work.objective.training.tally.names, math.nan)
    return {f"val_{name}": value for name, value in figures.items()}


class _Hooks(loop.Listener):
    """Tells the callbacks; notes first what an epoch that fails is undone to."""

    def __init__(self, work: Fit, first: int) -> None:
        self._work = work
        self._first = first

    def epoch_begins(self, epoch: int) -> None:
        """Tell that one begins."""
        if epoch > self._first:  # before the first the callbacks have already been told something
            self._work.objective.snapshot.take()
        for callback in self._work.callbacks:
            callback.on_epoch_begin(epoch, {})

    def figures_come(self, epoch: int, figures: Logs) -> None:
        """Tell that it is over, with figures that callbacks may add to."""
        for callback in self._work.callbacks:
            callback.on_epoch_end(epoch, figures)

    def epoch_ends(self, progress: Progress) -> bool:  # noqa: ARG002
        """Return whether a callback wants the fit to end."""
        return self._work.host.stop_training


def evaluate(objective: Objective, source: Source) -> Logs:
    """Return the figures over the batches of a source, without training.

    Raises:
        RuntimeError: While another call trains the model.
    """
    with objective.model.store.access.reading("evaluate"):
        evaluation = objective.evaluation()
        try:
            return evaluation.run_epoch(source, np.zeros)
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
            return objective.training.run_epoch(ArraySource(data, len(data)), objective.rates)
        except Exception as error:
            before.put_back()
            if isinstance(error, BatchNotFiniteError):
                message = f"train_on_batch: {error.culprit} is not finite. {_ADVICE}"
                raise LossNotFiniteError(message) from error
            raise
