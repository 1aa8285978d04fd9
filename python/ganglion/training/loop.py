"""Training: the loop of a fit. `fit` runs epochs, `run_epoch` the batches of one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from ganglion.callbacks import Callback, Logs, TerminateOnNaN, wants_batches
from ganglion.callbacks import Model as CallbackModel
from ganglion.callbacks.history import History
from ganglion.training.data import Dataset
from ganglion.training.objectives import Objective
from ganglion.training.passes import BatchNotFiniteError, LossNotFiniteError, Parametrized
from ganglion.training.snapshot import Snapshot
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
        history = work.host.history = History()
        work.host.stop_training = False
        before = work.objective.snapshot
        before.take()
        try:
            _begin(work, epochs, stack)
            for epoch in epochs:
                if epoch > epochs.start:
                    before.take()
                history.append(epoch, _epoch_with_hooks(work, epoch, before))
                if work.host.stop_training:
                    break
        except Exception:  # not Ctrl-C, which is no failure: what has been learnt is kept
            before.put_back()
            raise
    return history


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


def _epoch_with_hooks(work: Fit, epoch: int, before: Snapshot) -> Logs:
    for callback in work.callbacks:
        callback.on_epoch_begin(epoch, {})
    try:
        logs = run_epoch(work, epoch)
    except LossNotFiniteError:
        if not any(isinstance(callback, TerminateOnNaN) for callback in work.callbacks):
            raise
        before.put_back()
        logs = dict.fromkeys(work.objective.training.tally.names, math.nan)
    logs |= _validate(work)
    for callback in work.callbacks:
        callback.on_epoch_end(epoch, logs)
    return logs


def run_epoch(work: Fit, epoch: int) -> Logs:
    """Run an epoch's batches, and return the figures.

    Raises:
        LossNotFiniteError: When a loss is no longer finite, with the step and what went wrong.
    """
    objective = work.objective
    listeners = [callback for callback in work.callbacks if wants_batches(callback)]
    try:
        return objective.training.run_epoch(work.source, objective.rates, epoch, listeners)
    except BatchNotFiniteError as error:
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
