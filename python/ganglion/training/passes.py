"""Passes: batches through a network, with an update after each or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base.arrays import check_finite
from ganglion._base.precision import Precision
from ganglion._base.scaling import InputScale
from ganglion.graphs.networks import Network
from ganglion.losses import CustomLoss
from ganglion.training.data import Dataset
from ganglion.training.supervision import check_classes

Order = NDArray[np.int64]
Rates = NDArray[np.float64]


class LossNotFiniteError(FloatingPointError):
    """The loss, or the parameters after a step, became NaN or infinite."""


class BatchNotFiniteError(Exception):
    """A batch, by its number, whose loss or update is not finite, and what went wrong first."""

    def __init__(self, batch: int, culprit: str) -> None:
        super().__init__(culprit)
        self.batch = batch
        self.culprit = culprit


@dataclass(frozen=True, slots=True)
class Parametrized:
    """A network with its parameters, and how it reads its inputs."""

    network: Network
    store: _core.ParameterStore
    precision: Precision
    scale: InputScale
    seed: int

    def tape(self, max_batch: int, *, input_gradient: bool = False) -> _core.Tape:
        """Return what runs the network forward and backward by hand."""
        return self.precision.tape(
            graph=self.network.graph,
            inputs=[self.network.input],
            outputs=[self.network.output],
            input_gradients=input_gradient,
            store=self.store,
            max_batch=max_batch,
            seed=self.seed,
        )

    def predictor(self, max_batch: int) -> _core.Predictor:
        """Return what runs the network forward, with the parameters of the moment."""
        return self.precision.predictor(
            graph=self.network.graph,
            inputs=[self.network.input],
            outputs=[self.network.output],
            store=self.store,
            max_batch=max_batch,
        )

    def check_finite(self, call: str, data: Dataset) -> None:
        """Refuse inputs, targets and weights that are not finite in this precision."""
        check_finite(call, "X", data.x, self.precision, self.scale, data.labels)
        check_finite(call, "y", data.y, self.precision)
        if data.weight is not None:
            check_finite(call, "sample_weight", data.weight, self.precision)

    def refuse(self, call: str, data: Dataset, ending: str) -> NoReturn:
        """Refuse data over which a run of the core came to such an end, with what is wrong.

        They have changed since they were checked, and may have again: then nobody can say any more
        where it was.
        """
        if ending == "no_class_number":
            what = "y was no class number"
            check_classes(call, data.y[:, 0], self.network.output_size)
        else:
            what = "X, y or sample_weight was not finite"
            self.check_finite(call, data)
        raise ValueError(f"{call}: {what} when it was read, and has changed since")


class Pass(Protocol):
    """Runs batches and adds them to its figures."""

    def run(
        self, data: Dataset, order: Order | None, batch_size: int, first: int, rates: Rates
    ) -> None:
        """Run one batch for each of `rates`, from batch number `first` on.

        Args:
            data: What the batches are of.
            order: The samples' numbers in the order they are used; None: as they lie.
            batch_size: Rows a batch; the last may be short.
            first: The number of the first batch to run.
            rates: The learning rate of each batch.

        Raises:
            ValueError: When a batch holds NaN or infinity, or a target that is no class's number.
            BatchNotFiniteError: When the loss of a batch, or its update, is not finite.
        """


@dataclass(frozen=True, slots=True)
class CorePass:
    """A pass that the core runs whole, for the losses it knows."""

    call: str
    model: Parametrized
    routine: _core.Routine
    trainer: _core.Trainer

    def run(
        self, data: Dataset, order: Order | None, batch_size: int, first: int, rates: Rates
    ) -> None:
        """Run batches, all in one call of the core."""
        scale = self.model.scale
        ending, batch = self.trainer.run(
            feeds=[
                (data.x, scale.factor, scale.columns),
                (data.y, 1.0, None),
                None if data.weight is None else (data.weight, 1.0, None),
            ],
            metric_weights=[data.metric_weight],
            order=order,
            batch_size=batch_size,
            first=first,
            rates=rates,
        )
        if ending == "loss_not_finite":
            raise BatchNotFiniteError(batch, self.routine.first_bad_tensor() or "the loss")
        if ending != "complete":
            self.model.refuse(self.call, data, ending)


@dataclass(frozen=True, slots=True)
class CustomPass:
    """A pass with a loss of the caller's: forward, the loss in Python, backward, update.

    Without an optimizer's state it evaluates.
    """

    call: str
    model: Parametrized
    loss: CustomLoss
    figures: _core.Figures
    tape: _core.Tape
    predictor: _core.Predictor
    state: _core.OptimizerState | None

    def run(
        self, data: Dataset, order: Order | None, batch_size: int, first: int, rates: Rates
    ) -> None:
        """Run batches, one by one."""
        for batch, rate in enumerate(rates, first):
            span = slice(batch * batch_size, (batch + 1) * batch_size)
            rows = data.rows(span if order is None else order[span])
            self.model.check_finite(self.call, rows)
            self._run_batch(rows, float(rate), batch)

    def _run_batch(self, data: Dataset, rate: float, batch: int) -> None:
        dtype = self.model.precision.dtype
        x = self.model.scale.of(data.x, dtype)
        y = np.ascontiguousarray(data.y, dtype).view()
        y.setflags(write=False)  # it may be the user's own
        weight, metric_weight = (
            None if column is None else column[:, 0].astype(dtype)
            for column in (data.weight, data.metric_weight)
        )
        output = np.empty((len(x), self.model.network.output_size), dtype)
        if self.state is None:
            self.predictor.predict([(x, 1.0, None)], [output])
        else:
            self.tape.forward([x], [output], self.state.steps)
        loss, gradient = self._loss_and_gradient(y, output, weight)
        if not np.isfinite(loss):
            raise BatchNotFiniteError(batch, "the loss")
        if self.state is not None:
            check_finite("loss", "the gradient", gradient, self.model.precision)
            self.tape.backward([gradient], [])
            self.state.apply(self.model.store, rate)
            if not np.isfinite(self.model.store.values).all():
                raise BatchNotFiniteError(batch, "the parameters")
        total = float(len(y) if weight is None else weight.sum())
        self.figures.add(loss * total, total, output, y, metric_weight)

    def _loss_and_gradient(
        self, y: NDArray[Any], output: NDArray[Any], weight: NDArray[Any] | None
    ) -> tuple[float, NDArray[Any]]:
        answer: object = self.loss(y, output, weight)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise TypeError(f"loss must return (loss, gradient), got {answer!r}")
        loss, gradient = answer
        if np.ndim(loss) != 0:
            raise TypeError(f"loss must return one number, got an array of shape {np.shape(loss)}")
        return float(loss), as_gradient("loss: the gradient", gradient, output)


def as_gradient(name: str, gradient: Any, output: NDArray[Any]) -> NDArray[Any]:
    """Return a gradient with respect to `output`, in its shape and type."""
    if np.shape(gradient) != output.shape:
        raise ValueError(
            f"{name} has shape {np.shape(gradient)}, must have that of the outputs, {output.shape}"
        )
    return np.ascontiguousarray(gradient, output.dtype)
