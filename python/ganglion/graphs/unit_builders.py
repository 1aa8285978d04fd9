"""Layers of units, of a graph of the core in the making: affine maps, and walks over steps."""

from __future__ import annotations

from ganglion.graphs.input_builders import InputBuilder, known_positions
from ganglion.graphs.parameters import Kind, Parameter
from ganglion.initializers import Initializer
from ganglion.layers import Cell, Value


class UnitBuilder(InputBuilder):
    """A graph with its inputs, and what has weights between units."""

    def affine(
        self,
        x: Value,
        units: int,
        name: str,
        kernel: Initializer,
        bias: Initializer | None,
        *,
        trainable: bool = True,
    ) -> Value:
        """Add `x @ W + b`, or `x @ W` without a bias, at each position."""
        group = self.parameters.group(trainable)
        weight = Parameter(f"{name}.weight", x.channels, units, Kind.MATRIX, kernel, group)
        weight_number = self.parameters.number(weight)
        bias_number = self.parameters.bias(name, x.channels, units, bias, group)
        y = self.graph.affine(self._number(x), weight_number, bias_number)
        return Value((*x.shape[:-1], units), y)

    def simple_rnn(self, x: Value, name: str, cell: Cell) -> Value:
        """Add the walk of a simple cell over the steps of a sequence."""
        z, recurrent = self._gates(x, 1, name, cell)
        function = cell.activation
        h = self.graph.simple_rnn(z, recurrent, function.name, function.alpha, cell.backwards)
        return Value((*x.shape[:-1], cell.units), h)

    def gru(self, x: Value, name: str, cell: Cell) -> Value:
        """Add that of a gated recurrent unit."""
        z, recurrent = self._gates(x, 3, name, cell)
        bias = None
        if cell.bias is not None:
            place, columns = f"{name}.recurrent_bias", 3 * cell.units
            group = self.parameters.group(cell.trainable)
            of_state = Parameter(place, cell.units, columns, Kind.VECTOR, cell.bias, group)
            bias = self.parameters.number(of_state)
        h = self.graph.gru(z, recurrent, bias, *_functions(cell), cell.backwards)
        return Value((*x.shape[:-1], cell.units), h)

    def lstm(self, x: Value, name: str, cell: Cell) -> Value:
        """Add that of a long short-term memory."""
        z, recurrent = self._gates(x, 4, name, cell)
        h = self.graph.lstm(z, recurrent, *_functions(cell), cell.backwards)
        return Value((*x.shape[:-1], cell.units), h)

    def last(self, x: Value) -> Value:
        """Take the last step, also where there may be any number of them."""
        steps = known_positions(x.shape)
        y = self.graph.slice(self._number(x), (steps - 1, steps), (0, x.channels))
        return Value((x.channels,), y)

    def _gates(self, x: Value, gates: int, name: str, cell: Cell) -> tuple[int, int]:
        """Add what comes of the inputs of all steps, and what the state is multiplied by.

        Parameters are in Keras's order: of inputs, of the state, and the bias.
        """
        group, columns = self.parameters.group(cell.trainable), gates * cell.units
        sizes = [("", x.channels, cell.kernel), ("recurrent_", cell.units, cell.recurrent)]
        _, recurrent = (
            self.parameters.number(
                Parameter(f"{name}.{of}weight", rows, columns, Kind.MATRIX, first, group)
            )
            for of, rows, first in sizes
        )
        z = self.affine(x, columns, name, cell.kernel, cell.bias, trainable=cell.trainable)
        return z._number, recurrent


def _functions(cell: Cell) -> tuple[tuple[str, float], tuple[str, float]]:
    """Return what a cell with gates is activated by: its state, and the gates."""
    state, gates = cell.activation, cell.of_gates
    assert gates is not None
    return (state.name, state.alpha), (gates.name, gates.alpha)
