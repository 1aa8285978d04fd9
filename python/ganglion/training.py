"""Training: the loop of a fit. `fit` runs epochs, `run_epoch` the batches of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion.callbacks import Callback, Logs, TerminateOnNaN, wants_batches
from ganglion.callbacks import Model as CallbackModel
from ganglion.data import Dataset
from ganglion.history import History
from ganglion.objectives import Objective
from ganglion.passes import LossNotFiniteError, Parametrized
from ganglion.sources import ArraySource, Source


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
    """

    host: CallbackModel
    model: Parametrized
    objective: Objective
    source: Source
    validation: ArraySource | None
    callbacks: Sequence[Callback]


def fit(work: Fit, epochs: range, history: History) -> None:
    """Train, and add the figures of each epoch to `history`."""
    for callback in work.callbacks:
        callback.set_model(work.host)
        callback.set_params(
            {
                "initial_epoch": epochs.start,
                "epochs": epochs.stop,
                "steps": work.source.steps,
                "samples": work.source.samples,
            }
        )
    work.host.stop_training = False
    try:
        for callback in work.callbacks:
            callback.on_train_begin({})
        for epoch in epochs:
            logs = _epoch_with_hooks(work, epoch)
            history.append(epoch, logs)
            if work.host.stop_training:
                break
    finally:
        for callback in work.callbacks:
            callback.on_train_end({})


def _epoch_with_hooks(work: Fit, epoch: int) -> Logs:
    before = Snapshot(work.model, work.objective)
    try:
        for callback in work.callbacks:
            callback.on_epoch_begin(epoch, {})
        try:
            logs = run_epoch(work, epoch)
        except LossNotFiniteError as error:
            logs = _figures_of_failure(work, epoch, error)
            before.put_back()
        for callback in work.callbacks:
            callback.on_epoch_end(epoch, logs)
    except Exception:  # not Ctrl-C, which is no failure: what has been learnt is kept
        before.put_back()
        raise
    return logs


def run_epoch(work: Fit, epoch: int) -> Logs:
    """Run an epoch's batches, then the validation, and return the figures of both."""
    training = work.objective.training
    listeners = [callback for callback in work.callbacks if wants_batches(callback)]
    training.reset()
    step = 0
    for part in work.source.parts(epoch, single=bool(listeners)):
        for callback in listeners:
            callback.on_train_batch_begin(step, {})
        rates = work.objective.rates(part.count)
        training.run(part.data, part.order, part.batch_size, part.first, rates)
        for callback in listeners:
            callback.on_train_batch_end(step, training.figures())
        step += part.count
    logs = training.figures()
    if work.validation is not None:
        figures = evaluate(work.objective, work.validation)
        logs |= {f"val_{name}": value for name, value in figures.items()}
    return logs


def evaluate(objective: Objective, source: Source) -> Logs:
    """Return the figures over the batches of a source, without training."""
    objective.evaluation.reset()
    for part in source.parts(0, single=False):
        rates = objective.rates(part.count)
        objective.evaluation.run(part.data, part.order, part.batch_size, part.first, rates)
    return objective.evaluation.figures()


def train_on_batch(objective: Objective, data: Dataset) -> Logs:
    """Take one step on all of `data`, and return its figures."""
    objective.training.reset()
    objective.training.run(data, None, len(data), 0, objective.rates(1))
    return objective.training.figures()


class Snapshot:
    """Parameters and what the optimizer remembers, as they were."""

    def __init__(self, model: Parametrized, objective: Objective) -> None:
        self._state = objective.state
        self._arrays = [model.store.values, *objective.state.blocks]
        self._copies = [array.copy() for array in self._arrays]
        self._steps = objective.state.steps

    def put_back(self) -> None:
        """Undo what has been done to them since."""
        for array, copy in zip(self._arrays, self._copies, strict=True):
            array[:] = copy
        self._state.steps = self._steps


def _figures_of_failure(work: Fit, epoch: int, error: LossNotFiniteError) -> Logs:
    """Let TerminateOnNaN end the fit quietly; without it the failure is an error."""
    if not any(isinstance(callback, TerminateOnNaN) for callback in work.callbacks):
        message = (
            f"fit: in epoch {epoch + 1} {error}; weights and optimizer are those before the epoch"
        )
        raise LossNotFiniteError(message) from error
    return {"loss": float("nan")}
