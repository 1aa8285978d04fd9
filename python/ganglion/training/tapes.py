"""Tapes: forward and backward by hand, for training loops of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion import _core
from ganglion._base.arrays import as_array, as_inputs, check_finite
from ganglion._base.frames import labels_of
from ganglion.training.passes import Parametrized, as_gradient


class Tapes:
    """The last forward pass of a network, and the core's tape it is kept on."""

    def __init__(self, model: Parametrized) -> None:
        self._model = model
        self._tape: _core.Tape | None = None
        self._has_input_gradient = False
        self._step = 0  # each forward pass draws new dropout masks

    def forward(self, x: ArrayLike, *, input_gradient: bool) -> NDArray[Any]:
        """Return the outputs as training sees them, and keep what backward needs."""
        model = self._model
        table = as_inputs("forward", x, model.network.input_size)
        check_finite("forward", "X", table, model.precision, model.scale, labels_of(x))
        tape = self._tape_for(len(table), input_gradient)
        y = np.empty((len(table), model.network.output_size), model.precision.dtype)
        inputs = model.scale.of(table, model.precision.dtype)
        tape.forward([inputs], [y], self._step)
        self._step += 1
        return y

    def backward(self, dy: ArrayLike) -> NDArray[Any] | None:
        """Write the gradient, and return that of the input if `forward` was told to keep it."""
        if self._tape is None or self._tape.rows == 0:
            raise ValueError("backward: there is no forward pass to go back through")
        model = self._model
        output = np.empty((self._tape.rows, model.network.output_size), model.precision.dtype)
        gradient = as_gradient("backward: dy", as_array("backward", "dy", dy), output)
        check_finite("backward", "dy", gradient, model.precision)
        dx = None
        if self._has_input_gradient:
            dx = np.empty((self._tape.rows, model.network.input_size), model.precision.dtype)
        self._tape.backward([gradient], [] if dx is None else [dx])
        return dx if dx is None else model.scale.gradient(dx)

    def _tape_for(self, rows: int, input_gradient: bool) -> _core.Tape:
        tape = self._tape
        if tape is None or rows > tape.max_batch or input_gradient != self._has_input_gradient:
            tape = self._model.tape(rows, input_gradient=input_gradient)
            self._tape, self._has_input_gradient = tape, input_gradient
        return tape
