"""Passes: batches through a network, with an update after each or without."""

from __future__ import annotations

from collections.abc import Sequence
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
    scales: tuple[InputScale, ...]  # of each input
    seed: int

    def tape(self, max_batch: int, *, input_gradient: bool = False) -> _core.Tape:
        """Return what runs the network forward and backward by hand."""
        return self.precision.tape(
            graph=self.network.graph,
            inputs=[port.number for port in self.network.inputs],
            outputs=[port.number for port in self.network.outputs],
            input_gradients=input_gradient,
            store=self.store,
            max_batch=max_batch,
            seed=self.seed,
            groups=self.network.trained_groups,
        )

    def predictor(self, max_batch: int) -> _core.Predictor:
        """Return what runs the network forward, with the parameters of the moment."""
        return self.precision.predictor(
            graph=self.network.graph,
            inputs=[port.number for port in self.network.inputs],
            outputs=[port.number for port in self.network.outputs],
            store=self.store,
            max_batch=max_batch,
        )

    def new_outputs(self, rows: int) -> list[NDArray[Any]]:
        """Return room for so many rows of each output."""
        dtype = self.precision.dtype
        return [np.empty((rows, port.columns), dtype) for port in self.network.outputs]

    def name_of_input(self, number: int) -> str:
        """Return what messages call the table of an input."""
        inputs = self.network.inputs
        return "X" if len(inputs) == 1 else f"X of {inputs[number].name}"

    def check_finite(self, call: str, data: Dataset) -> None:
        """Refuse inputs, targets and weights that are not finite in this precision."""
        for number, (inputs, scale) in enumerate(zip(data.inputs, self.scales, strict=True)):
            name = self.name_of_input(number)
            check_finite(call, name, inputs.table, self.precision, scale, inputs.labels)
        for targets in data.targets:
            check_finite(call, "y", targets.y, self.precision)
            if targets.weight is not None:
                check_finite(call, "sample_weight", targets.weight, self.precision)

    def refuse_inputs(self, call: str, data: Dataset) -> NoReturn:
        """Refuse inputs that the core has found not to be finite, as `check_finite` does."""
        self.check_finite(call, data)
        raise ValueError(f"{call}: X was not finite when it was read, and has changed since")

    def refuse(self, call: str, data: Dataset, heads: Sequence[int], ending: str) -> NoReturn:
        """Refuse data over which a run of the core came to such an end, with what is wrong.

        They have changed since they were checked, and may have again: then nobody can say any more
        where it was.
        """
        if ending == "no_class_number":
            what = "y was no class number"
            for targets, columns in zip(data.targets, heads, strict=True):
                if columns and targets.y.shape[1] == 1:
                    check_classes(call, targets.y[:, 0], columns)
        else:
            what = "X, y or sample_weight was not finite"
            self.check_finite(call, data)
        raise ValueError(f"{call}: {what} when it was read, and has changed since")


@dataclass(frozen=True, slots=True)
class Part:
    """Some batches of an epoch.

    Args:
        data: What they are of.
        order: The samples' numbers in the order they are used; None: as they lie.
        batch_size: Rows a batch; the last may be short.
        first: The number of the first.
        count: How many they are.
    """

    data: Dataset
    order: Order | None
    batch_size: int
    first: int
    count: int


class Pass(Protocol):
    """Runs batches and adds them to its figures."""

    def run(self, part: Part, rates: Rates) -> None:
        """Run batches, each with its learning rate.

        Raises:
            ValueError: When a batch holds NaN or infinity, or a target that is no class's number.
            BatchNotFiniteError: When the loss of a batch, or its update, is not finite.
        """


@dataclass(frozen=True, slots=True)
class CorePass:
    """A pass that the core runs whole, for the losses it knows."""

    call: str
    model: Parametrized
    class_counts: Sequence[int]  # of each head's loss; 0 where it has no classes
    routine: _core.Routine
    trainer: _core.Trainer

    def run(self, part: Part, rates: Rates) -> None:
        """Run batches, all in one call of the core."""
        feeds: list[Any] = [
            (inputs.table, scale.factor, scale.columns)
            for inputs, scale in zip(part.data.inputs, self.model.scales, strict=True)
        ]
        for targets in part.data.targets:
            weight = targets.weight
            feeds += [(targets.y, 1.0, None), None if weight is None else (weight, 1.0, None)]
        ending, batch = self.trainer.run(
            feeds=feeds,
            metric_weights=[targets.metric_weight for targets in part.data.targets],
            order=part.order,
            batch_size=part.batch_size,
            first=part.first,
            rates=rates,
        )
        if ending == "loss_not_finite":
            raise BatchNotFiniteError(batch, self.routine.first_bad_tensor() or "the loss")
        if ending != "complete":
            self.model.refuse(self.call, part.data, self.class_counts, ending)


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

    def run(self, part: Part, rates: Rates) -> None:
        """Run batches, one by one."""
        size, order = part.batch_size, part.order
        for batch, rate in enumerate(rates, part.first):
            span = slice(batch * size, (batch + 1) * size)
            rows = part.data.rows(span if order is None else order[span])
            self.model.check_finite(self.call, rows)
            self._run_batch(rows, float(rate), batch)

    def _run_batch(self, data: Dataset, rate: float, batch: int) -> None:
        dtype = self.model.precision.dtype
        x = [
            scale.of(inputs.table, dtype)
            for inputs, scale in zip(data.inputs, self.model.scales, strict=True)
        ]
        y = np.ascontiguousarray(data.y, dtype).view()
        y.setflags(write=False)  # it may be the user's own
        weight, metric_weight = (
            None if column is None else column[:, 0].astype(dtype)
            for column in (data.weight, data.metric_weight)
        )
        (output,) = outputs = self.model.new_outputs(len(y))
        if self.state is None:
            self.predictor.predict([(table, 1.0, None) for table in x], outputs)
        else:
            self.tape.forward(x, outputs, self.state.steps)
        loss, gradient = self._loss_and_gradient(y, output, weight)
        if not np.isfinite(loss):
            raise BatchNotFiniteError(batch, "the loss")
        if self.state is not None:
            check_finite("loss", "the gradient", gradient, self.model.precision)
            self.tape.backward([gradient], [])
            self.state.apply(self.model.store, rate, self.model.network.trained_groups)
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
