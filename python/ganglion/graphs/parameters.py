"""Parameters: what those of a network are, and the table of them while it is in the making."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ganglion import _core, initializers
from ganglion.initializers import Initializer
from ganglion.layers import Learnt

TRAINED, FROZEN = 0, 1  # groups of parameters; others are of parts that are trained in turn


class Kind(Enum):
    """What a parameter is."""

    MATRIX = "matrix"  # the weights of connections
    VECTOR = "vector"  # a number for each unit or channel: a bias, a scale
    STATE = "state"  # likewise, which the network remembers of its data: it has no gradient


@dataclass(frozen=True, slots=True)
class Parameter:
    """A matrix `(fan_in, fan_out)`, or what is a vector, whose shape is `(fan_out,)`."""

    name: str
    fan_in: int
    fan_out: int
    kind: Kind
    initializer: Initializer
    group: int = TRAINED

    @property
    def rows(self) -> int:
        """How many rows it has as the core sees it."""
        return self.fan_in if self.kind is Kind.MATRIX else 1

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape users see."""
        return (self.fan_in, self.fan_out) if self.kind is Kind.MATRIX else (self.fan_out,)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return self.rows * self.fan_out

    @property
    def is_trained(self) -> bool:
        """Whether training moves it along a gradient."""
        return self.group != FROZEN and self.kind is not Kind.STATE

    def initial_values(self, seed: int, stream: int) -> NDArray[np.float64]:
        """Return the first values, in the parameter's shape."""
        return self.initializer.values(self.rows, self.fan_out, seed, stream).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Moments:
    """What is normalized over a batch while training, and what remembers its moments.

    Args:
        number: The graph's value.
        channels: How many it has at each position.
        positions: How many there are in a row.
        mean: The name of the parameter that is the running mean.
        variance: Likewise.
    """

    number: int
    channels: int
    positions: int
    mean: str
    variance: str


class Parameters:
    """The parameters of a graph in the making: each has a name, and is there once."""

    def __init__(self, graph: _core.Graph) -> None:
        self._graph = graph
        self._of: dict[str, tuple[int, Parameter]] = {}  # number and record, by name
        self._trains = True
        self._trained = TRAINED
        self.size = 0  # numbers in all of them
        self.moments: list[Moments] = []  # that training moves

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

    @contextmanager
    def of_group(self, group: int) -> Iterator[None]:
        """Within it what is added, and is trained, is of this group."""
        before = self._trained
        self._trained = group
        try:
            yield
        finally:
            self._trained = before

    def group(self, trainable: bool) -> int:
        """Return the group of those of a layer that says whether it is trainable."""
        return self._trained if trainable and self._trains else FROZEN

    def number(self, wanted: Parameter) -> int:
        """Return the graph's number of a parameter: a new one, or the one there is of this name."""
        if wanted.name not in self._of:
            number = self._graph.parameter(
                wanted.name,
                wanted.rows,
                wanted.fan_out,
                wanted.group,
                state=wanted.kind is Kind.STATE,
            )
            self._of[wanted.name] = number, wanted
            self.size += wanted.size
        number, known = self._of[wanted.name]
        if known.shape != wanted.shape:
            raise ValueError(
                f"{wanted.name} has shape {known.shape}, from where its layer was called first,"
                f" and cannot have {wanted.shape}"
            )
        return number

    def known(self, name: str) -> tuple[int, Parameter]:
        """Return the graph's number of the parameter of this name, and the parameter."""
        return self._of[name]

    def bias(
        self, place: str, fan_in: int, units: int, initializer: Initializer | None, group: int
    ) -> int | None:
        """Return the number of the bias of the layer of this name; None where it has none."""
        if initializer is None:
            return None
        kind = Kind.VECTOR
        return self.number(Parameter(f"{place}.bias", fan_in, units, kind, initializer, group))

    def learnt(self, place: str, channels: int, learnt: Learnt) -> tuple[int | None, int | None]:
        """Return the numbers of each channel's factor and shift; None where there is none."""
        group = self.group(learnt.trainable)
        weight, bias = f"{place}.weight", f"{place}.bias"
        return (
            self._of_channels(weight, channels, 1.0, group, Kind.VECTOR) if learnt.scale else None,
            self._of_channels(bias, channels, 0.0, group, Kind.VECTOR) if learnt.center else None,
        )

    def running_moments(
        self, place: str, number: int, channels: int, positions: int, *, trainable: bool
    ) -> tuple[int, int]:
        """Return the numbers of the mean and the variance that are remembered of a value."""
        group = self.group(trainable)
        mean, variance = f"{place}.running_mean", f"{place}.running_var"
        if group != FROZEN:
            self.moments.append(Moments(number, channels, positions, mean, variance))
        return (
            self._of_channels(mean, channels, 0.0, group, Kind.STATE),
            self._of_channels(variance, channels, 1.0, group, Kind.STATE),
        )

    def _of_channels(self, name: str, channels: int, first: float, group: int, kind: Kind) -> int:
        initializer = initializers.Constant(first)
        return self.number(Parameter(name, channels, channels, kind, initializer, group))
