"""The inputs of a graph of the core in the making, and how they are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganglion._base import shapes
from ganglion._base.shapes import Shape
from ganglion.graphs.networks import Port
from ganglion.graphs.parameters import Kind, Parameter
from ganglion.graphs.term_builders import TermBuilder
from ganglion.initializers import Initializer
from ganglion.layers import Value


class InputBuilder(TermBuilder):
    """A graph with its parameters, losses and inputs."""

    def __init__(self) -> None:
        super().__init__()
        self._normalized: dict[int, NDArray[np.float64]] = {}  # how inputs are read
        self._read: set[int] = set()  # inputs that are read as they are

    def input(self, name: str, shape: Shape) -> Value:
        """Add an input whose rows have such a shape."""
        number = self.graph.input(name, shapes.channels_of(shape), known_positions(shape))
        return Value(shape, number, _is_raw=True)

    def normalize(
        self, x: Value, shift: Sequence[float], factor: Sequence[float], layer: str
    ) -> Value:
        """Have the inputs read less `shift` times `factor`: that adds nothing to the graph."""
        if not x._is_raw or x._number in self._normalized or x._number in self._read:
            way = "Batch- and LayerNormalization may stand within it"
            raise ValueError(f"{layer}: Normalization must be the first layer of a network; {way}")
        positions = known_positions(x.shape)
        features = positions * x.channels
        if len(shift) not in (features, x.channels):
            way = f" at each step: adapt(X.reshape(-1, {x.channels})) learns those of a step"
            raise ValueError(
                f"{layer}: Normalization has {len(shift)} features, the input has {features}"
                + ("" if shapes.is_known(x.shape) else way)
            )
        by_column = np.array([shift, factor])
        self._normalized[x._number] = np.tile(by_column, features // len(shift))
        return Value(x.shape, x._number)

    def embedding(
        self,
        x: Value,
        rows: int,
        channels: int,
        name: str,
        initializer: Initializer,
        *,
        trainable: bool = True,
    ) -> Value:
        """Add the rows of a table whose numbers an input holds."""
        if not x._is_raw:
            raise ValueError(
                f"{name}: Embedding must be applied to an input as it is, which holds the numbers"
                f" of rows: give them a gn.Input of their own, got what was made of one, of shape"
                f" {x.shape}"
            )
        *steps, numbers = x.shape
        if steps and (len(steps) > 1 or numbers != 1):
            raise ValueError(
                f"{name}: Embedding must be applied to an input of shape (numbers,) or (steps, 1),"
                f" got {x.shape}"
            )
        group = self.parameters.group(trainable)
        table = Parameter(f"{name}.weight", rows, channels, Kind.MATRIX, initializer, group)
        y = self.graph.embedding(self._number(x), self.parameters.number(table))
        return Value((*(steps or [numbers]), channels), y)

    def port(self, name: str, x: Value) -> Port:
        """Return what is known of an input when all that reads it is there."""
        count = self.graph.index_count(x._number)
        return Port(name, x._number, x.shape, self._normalized.get(x._number), count)

    def _number(self, x: Value) -> int:
        """Return the core's number of a value that is read."""
        if x._is_raw:
            if x._number in self._normalized:
                raise ValueError("an input goes through Normalization, and elsewhere as it is")
            self._read.add(x._number)
        return x._number


def known_positions(shape: Shape) -> int:
    """Return how many positions the core is told of; any number of steps are one to it."""
    positions = shapes.positions_of(shape)
    return shapes.ONE_STEP if positions is None else positions
