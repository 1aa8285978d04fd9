"""Passes with losses of the caller's: forward, the losses in Python, backward, update."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import functions
from ganglion._base.arrays import check_finite
from ganglion._base.functions import read_only
from ganglion.losses import Loss
from ganglion.training.data import Dataset, Targets
from ganglion.training.heads import Head, name_of_loss
from ganglion.training.parametrized import Ends, Parametrized
from ganglion.training.passes import BatchNotFiniteError, Part, Rates, as_gradient

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch comes to for one output.

    Args:
        loss: The mean.
        weight: The sum of what the rows count.
        gradient: Of the output, or, where the core knows the loss, of each position's loss.
    """

    loss: float
    weight: float
    gradient: Array


class CustomPass:
    """A pass some of whose losses are functions of the caller's; the others are in its graph.

    Args:
        model: What runs.
        heads: The outputs that have losses.
        figures: Of each.
        widths: Of each, columns of the targets at each position.
        max_batch: Rows of a batch, at most.
        state: The optimizer's; None: the pass evaluates.
    """

    def __init__(
        self,
        model: Parametrized,
        heads: Sequence[Head],
        figures: Sequence[_core.Figures],
        widths: Sequence[int],
        max_batch: int,
        state: _core.OptimizerState | None,
    ) -> None:
        self._call, self._model, self._state = "", model, state
        self._heads, self._figures = heads, figures
        self._classes = [head.class_count for head in heads]
        self._ports = [model.network.outputs[head.number] for head in heads]
        self._names = [name_of_loss(model.network, head.port, head.loss) for head in heads]
        graph = _core.Graph(model.network.graph)
        self._known = {
            number: head.add_loss(graph, self._ports[number], width)
            for number, (head, width) in enumerate(zip(heads, widths, strict=True))
            if isinstance(head.loss, Loss)
        }
        ends = Ends(
            graph,
            [*model.ends.inputs, *(loss.target for loss in self._known.values())],
            [port.number for port in self._ports] + [one.value for one in self._known.values()],
        )
        self._tape, self._predictor = None, None
        if state is None:
            self._predictor = model.predictor(max_batch, ends)
        else:
            self._tape = model.tape(max_batch, ends, row_gradients=state.takes_rows)

    @property
    def reached(self) -> Sequence[tuple[int, int]]:
        """The numbers of the parameters that it has gradients of: ranges, from and to before."""
        return [] if self._tape is None else self._tape.reached

    def run(self, call: str, part: Part, rates: Rates) -> None:
        """Run batches, one by one."""
        self._call = call
        size, order = part.batch_size, part.order
        for batch, rate in enumerate(rates, part.first):
            span = slice(batch * size, (batch + 1) * size)
            rows = part.data.rows(span if order is None else order[span])
            if not self._model.is_finite(rows):
                self._model.refuse(self._call, part.data, self._classes, "data_not_finite")
            targets = [self._converted(one) for one in rows.targets]
            if not all(map(_number_classes, self._classes, targets)):
                self._model.refuse(self._call, part.data, self._classes, "no_index")
            self._run_batch(rows, targets, float(rate), batch)

    def _run_batch(
        self, data: Dataset, targets: Sequence[Targets], rate: float, batch: int
    ) -> None:
        values = self._forward(data, targets)
        outputs, losses = values[: len(self._heads)], values[len(self._heads) :]
        of_known = dict(zip(self._known, losses, strict=True))
        judged = [
            self._judged_by_core(head, one, of_known[number])
            if number in of_known
            else self._judged_by_caller(number, one, outputs[number])
            for number, (head, one) in enumerate(zip(self._heads, targets, strict=True))
        ]
        for name, one in zip(self._names, judged, strict=True):
            if not math.isfinite(one.loss):
                raise BatchNotFiniteError(batch, name)
        if self._state is not None:
            self._step(outputs, judged, rate, batch)
        for port, figures, one, part, output in zip(
            self._ports, self._figures, judged, targets, outputs, strict=True
        ):
            rows = part.by_position()
            counts = None if rows.metric_weight is None else rows.metric_weight[:, 0]
            figures.add(
                one.loss * one.weight, one.weight, output.reshape(-1, port.channels), rows.y, counts
            )

    def _converted(self, targets: Targets) -> Targets:
        """Return targets in the model's type, copied: the caller's may change."""
        return targets.map(lambda part: np.array(part, self._model.precision.dtype, order="C"))

    def _forward(self, data: Dataset, targets: Sequence[Targets]) -> list[Array]:
        """Return the outputs, and then the losses that are in the graph."""
        dtype, rows = self._model.precision.dtype, len(data)
        fed = [
            scale.of(inputs.table, dtype)
            for inputs, scale in zip(data.inputs, self._model.scales, strict=True)
        ]
        values = [np.empty((rows, port.columns), dtype) for port in self._ports]
        for number in self._known:
            fed.append(targets[number].y)
            values.append(np.empty((rows, targets[number].positions), dtype))
        if self._tape is not None and self._state is not None:
            self._tape.forward(fed, values, self._state.batches)
            return values
        feeds = [(table, 1.0, None) for table in fed]
        assert self._predictor is not None
        ending = self._predictor.predict(feeds, values)
        if ending != "complete":
            self._model.refuse_inputs(self._call, data, ending)
        return values

    def _judged_by_core(self, head: Head, targets: Targets, losses: Array) -> Judged:
        """Return the mean of losses at each position, and what the sum of all goes along."""
        weight = np.ones_like(losses) if targets.weight is None else targets.weight
        total = float(weight.sum(dtype=np.float64))
        share = weight / (total or 1.0)
        counted = np.where(weight == 0, 0, losses).astype(np.float64)  # which may be infinite there
        return Judged(float((share * counted).sum()), total, share * head.factor)

    def _judged_by_caller(self, number: int, targets: Targets, output: Array) -> Judged:
        """Return what a function of the caller's makes of an output."""
        head, port = self._heads[number], self._ports[number]
        shape = (len(output), *port.known_shape)
        y, p = read_only(targets.y.reshape(shape)), read_only(output.reshape(shape))
        counts = targets.weight
        weight = None if counts is None else read_only(counts.reshape(shape[:-1]))
        assert not isinstance(head.loss, Loss)
        answer: object = head.loss(y, p, weight)
        name = f"{self._call}: {self._names[number]}"
        loss, gradient = _answered(name, answer, shape)
        along = as_gradient(name, "the gradient", gradient, p)
        count = targets.y.shape[0] * targets.positions
        total = float(count if weight is None else weight.sum(dtype=np.float64))
        return Judged(loss, total, along.reshape(output.shape) * head.factor)

    def _step(
        self, outputs: Sequence[Array], judged: Sequence[Judged], rate: float, batch: int
    ) -> None:
        """Go back from the losses, and step."""
        assert self._tape is not None
        assert self._state is not None
        dtype = self._model.precision.dtype
        given = [
            np.zeros_like(output) if number in self._known else one.gradient
            for number, (output, one) in enumerate(zip(outputs, judged, strict=True))
        ]
        given += [judged[number].gradient for number in self._known]
        for number, gradient in zip([*range(len(judged)), *self._known], given, strict=True):
            check_finite(
                f"{self._call}: {self._names[number]}",
                "the gradient",
                gradient,
                self._model.precision,
                channels=gradient.shape[1] // self._ports[number].positions,
            )
        self._tape.backward([np.ascontiguousarray(one, dtype) for one in given], [])
        if not self._tape.apply_gradients(self._state, rate):
            raise BatchNotFiniteError(batch, self._model.step_culprit(self._state))


def _answered(name: str, answer: object, shape: tuple[int, ...]) -> tuple[float, Any]:
    """Return the loss, and its gradient as it is, that a function of the caller's has returned."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise TypeError(
            f"{name} must return (loss, gradient), a number and an array of shape {shape}, got"
            f" {functions.described(answer)}"
        )
    loss, gradient = answer
    return functions.number(f"{name} must return a loss that is", loss), gradient


def _number_classes(classes: int, targets: Targets) -> bool:
    """Tell whether targets that should number so many classes do; 0: they should not."""
    if not classes or targets.width != 1:
        return True
    y = targets.y
    return bool(((y >= 0) & (y < classes) & (y == np.floor(y))).all())
