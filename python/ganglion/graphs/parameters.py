"""Parameters: what those of a network are, and the table of them while it is in the making."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion.initializers import Initializer

TRAINED, FROZEN = 0, 1  # groups of parameters


@dataclass(frozen=True, slots=True)
class Parameter:
    """A weight `(fan_in, fan_out)`, or a bias, whose shape is `(fan_out,)`."""

    name: str
    fan_in: int
    fan_out: int
    is_bias: bool
    initializer: Initializer
    group: int = TRAINED

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape users see."""
        return (self.fan_out,) if self.is_bias else (self.fan_in, self.fan_out)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return self.fan_out if self.is_bias else self.fan_in * self.fan_out

    def initial_values(self, seed: int, stream: int) -> NDArray[np.float64]:
        """Return the first values, in the parameter's shape."""
        if not self.is_bias:
            return self.initializer.values(self.fan_in, self.fan_out, seed, stream)
        return self.initializer.values(1, self.fan_out, seed, stream).ravel()


class Parameters:
    """The parameters of a graph in the making: each has a name, and is there once."""

    def __init__(self, graph: _core.Graph) -> None:
        self._graph = graph
        self._of: dict[str, tuple[int, Parameter]] = {}  # number and record, by name
        self._trains = True
        self.size = 0  # numbers in all of them

    def __iter__(self) -> Iterator[Parameter]:
        """Give them in the graph's order."""
        return (parameter for _, parameter in self._of.values())

    @contextmanager
    def trained_if(self, trainable: bool) -> Iterator[None]:
        """Within it nothing that is added is trained, unless `trainable`."""
        before = self._trains
        self._trains = before and trainable
        try:
            yield
        finally:
            self._trains = before

    def group(self, trainable: bool) -> int:
        """Return the group of those of a layer that says whether it is trainable."""
        return TRAINED if trainable and self._trains else FROZEN

    def number(self, wanted: Parameter) -> int:
        """Return the graph's number of a parameter: a new one, or the one there is of this name."""
        if wanted.name not in self._of:
            rows = 1 if wanted.is_bias else wanted.fan_in
            number = self._graph.parameter(wanted.name, rows, wanted.fan_out, wanted.group)
            self._of[wanted.name] = number, wanted
            self.size += wanted.size
        number, known = self._of[wanted.name]
        if known.shape != wanted.shape:
            raise ValueError(
                f"{wanted.name} has shape {known.shape}, from where its layer was called first,"
                f" and cannot have {wanted.shape}"
            )
        return number

    def weight_of(self, place: str) -> tuple[int, Parameter]:
        """Return the graph's number of the weight of the layer of this name, and the weight."""
        return self._of[f"{place}.weight"]

    def bias(
        self, place: str, fan_in: int, units: int, initializer: Initializer | None, group: int
    ) -> int | None:
        """Return the number of the bias of the layer of this name; None where it has none."""
        if initializer is None:
            return None
        return self.number(Parameter(f"{place}.bias", fan_in, units, True, initializer, group))
