"""Initializers that go by no fans."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ganglion import _core
from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.initializers.initializer import Initializer, Values


@explained
@dataclass(frozen=True)
class Orthogonal(Initializer):
    """A random matrix whose shorter side is made of orthogonal vectors of length `gain`.

    Args:
        gain: The length of the vectors.
    """

    name: ClassVar[str] = "orthogonal"

    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.finite("gain", self.gain)

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`."""
        longer, shorter = max(fan_in, fan_out), min(fan_in, fan_out)
        normal = _core.random_normal(seed, stream, longer * shorter).reshape(longer, shorter)
        q, r = np.linalg.qr(normal)
        q *= self.gain * np.where(np.diag(r) < 0, -1.0, 1.0)  # a unique q, so uniform over them
        return q if fan_in >= fan_out else np.ascontiguousarray(q.T)


@explained
@dataclass(frozen=True)
class Zeros(Initializer):
    """Zero everywhere."""

    name: ClassVar[str] = "zeros"

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:  # noqa: ARG002
        """Return first values of shape `(fan_in, fan_out)`."""
        return np.zeros((fan_in, fan_out))


@explained
@dataclass(frozen=True)
class Constant(Initializer):
    """One value everywhere.

    Args:
        value: The value, finite.
    """

    name: ClassVar[str] = "constant"

    value: float

    def __post_init__(self) -> None:
        checks.finite("value", self.value)

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:  # noqa: ARG002
        """Return first values of shape `(fan_in, fan_out)`."""
        return np.full((fan_in, fan_out), self.value, np.float64)


@explained
@dataclass(frozen=True)
class RandomUniform(Initializer):
    """Uniform between two bounds, whatever the fans: Keras's "uniform".

    Args:
        minval: The lower bound.
        maxval: The upper one, not below it.
    """

    name: ClassVar[str] = "uniform"

    minval: float = -0.05
    maxval: float = 0.05

    def __post_init__(self) -> None:
        checks.finite("minval", self.minval)
        checks.finite("maxval", self.maxval)
        if not 0 <= self.maxval - self.minval < math.inf:
            raise ValueError(f"maxval must not be below minval, got {self}")

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`."""
        values = _core.random_uniform(seed, stream, fan_in * fan_out)
        values *= self.maxval - self.minval
        values += self.minval
        return values.reshape(fan_in, fan_out)
