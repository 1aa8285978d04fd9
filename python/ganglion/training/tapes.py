"""Tapes: forward and backward by hand, for training loops of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import checks
from ganglion._base.arrays import check_finite
from ganglion.training.checking import Subject
from ganglion.training.passes import as_gradient


class Tapes:
    """The last forward pass of a network, and the core's tape it is kept on."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._ran = subject  # as the last forward pass had it
        self._shapes: list[tuple[int, ...]] = []  # of the inputs, as they were given to it
        self._tape: _core.Tape | None = None
        self._stepping: _core.Tape | None = None  # for steps before there is a forward pass
        self._has_input_gradient = False
        self._step = 0  # each forward pass draws new dropout masks
        self._has_gradient = False  # that no step was taken along yet
        self._gradients_are_shared = False

    def forward(self, x: Any, *, input_gradient: bool) -> Any:
        """Return the outputs as training sees them, and keep what backward needs."""
        checks.flag("input_gradient", input_gradient)
        data = self._subject.unlabelled("forward", x).unfolded()
        subject = self._subject.of_steps("forward", data.inputs)
        model = subject.model
        model.check_finite("forward", data)
        tape = self._tape_for(subject, len(data), input_gradient)
        outputs = model.new_outputs(len(data))
        inputs = [
            scale.of(one.table, model.precision.dtype)
            for one, scale in zip(data.inputs, model.scales, strict=True)
        ]
        tape.forward(inputs, outputs, self._step)
        self._shapes = [_shape_of(one) for one in subject.inputs.parts("forward: x", x)]
        self._step += 1
        return subject.shown_outputs(outputs)

    def backward(self, dy: Any) -> Any:
        """Write the gradient, and return that of the inputs if `forward` was told to keep it."""
        if self._tape is None or self._tape.rows == 0:
            raise ValueError("backward: there is no forward pass to go back through")
        subject, rows = self._ran, self._tape.rows
        model = subject.model
        gradients = [
            as_gradient("backward", "dy", one, output)
            for one, output in zip(
                subject.outputs.parts("backward: dy", dy),
                subject.shaped_outputs(model.new_outputs(rows)),
                strict=True,
            )
        ]
        for gradient in gradients:
            check_finite("backward", "dy", gradient.reshape(rows, -1), model.precision)
        dx: list[NDArray[Any]] = []
        if self._has_input_gradient:
            ports = model.network.inputs
            dx = [np.empty((rows, port.columns), model.precision.dtype) for port in ports]
        self._tape.backward([gradient.reshape(rows, -1) for gradient in gradients], dx)
        self._has_gradient = True
        if not dx:
            return None
        return subject.inputs.gathered(
            [
                scale.gradient(one).reshape(shape)
                for one, scale, shape in zip(dx, model.scales, self._shapes, strict=True)
            ]
        )

    def share_gradients(self) -> None:
        """Note that the caller has a view of the gradients, and may write them at any time."""
        self._gradients_are_shared = True

    def drop_gradient(self) -> None:
        """Note that the gradient of the last backward pass is used up, or about to be replaced."""
        self._has_gradient = False

    @property
    def tape_to_step(self) -> _core.Tape | None:
        """That of the last forward pass, or one like it; None: there is no gradient to go along."""
        if not (self._has_gradient or self._gradients_are_shared):
            return None
        if self._tape is not None:
            return self._tape
        if self._stepping is None:
            self._stepping = self._subject.model.of_one_step().tape(1)
        return self._stepping

    def _tape_for(self, subject: Subject, rows: int, input_gradient: bool) -> _core.Tape:
        tape, network = self._tape, subject.model.network
        if (
            tape is None
            or rows > tape.max_batch
            or network is not self._ran.model.network
            or input_gradient != self._has_input_gradient
        ):
            tape = subject.model.tape(rows, input_gradient=input_gradient)
            self._tape, self._has_input_gradient, self._ran = tape, input_gradient, subject
        return tape


def _shape_of(x: Any) -> tuple[int, ...]:
    """Return the shape of inputs as they are given: lists have none of their own."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)
