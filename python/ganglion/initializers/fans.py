"""Initializers whose variance goes by the number of inputs and outputs, the fans."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ganglion import _core
from ganglion._base.arguments import explained
from ganglion.initializers.initializer import Initializer, Values

TRUNCATED_DEVIATION = 0.87962566103423978  # of a standard normal cut off at two deviations


@dataclass(frozen=True)
class _Scaled(Initializer):
    """Base of the initializers whose variance depends on the number of inputs and outputs."""

    @abstractmethod
    def _variance(self, fan_in: int, fan_out: int) -> float: ...


@dataclass(frozen=True)
class _Uniform(_Scaled):
    """Base of those that draw from a uniform distribution around zero."""

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`."""
        limit = math.sqrt(3 * self._variance(fan_in, fan_out))
        values = _core.random_uniform(seed, stream, fan_in * fan_out)
        values *= 2  # in place: there may be many
        values -= 1
        values *= limit
        return values.reshape(fan_in, fan_out)


@dataclass(frozen=True)
class _TruncatedNormal(_Scaled):
    """Base of those that draw from a normal distribution cut off at two deviations, as Keras."""

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`."""
        deviation = math.sqrt(self._variance(fan_in, fan_out)) / TRUNCATED_DEVIATION
        normal = _truncated_normal(fan_in * fan_out, seed, stream)
        return deviation * normal.reshape(fan_in, fan_out)


@explained
@dataclass(frozen=True)
class GlorotUniform(_Uniform):
    """Uniform, of variance `2 / (fan_in + fan_out)`."""

    name: ClassVar[str] = "glorot_uniform"

    def _variance(self, fan_in: int, fan_out: int) -> float:
        return 2 / (fan_in + fan_out)


@explained
@dataclass(frozen=True)
class GlorotNormal(_TruncatedNormal):
    """Truncated normal, of variance `2 / (fan_in + fan_out)`."""

    name: ClassVar[str] = "glorot_normal"

    def _variance(self, fan_in: int, fan_out: int) -> float:
        return 2 / (fan_in + fan_out)


@explained
@dataclass(frozen=True)
class HeUniform(_Uniform):
    """Uniform, of variance `2 / fan_in`."""

    name: ClassVar[str] = "he_uniform"

    def _variance(self, fan_in: int, fan_out: int) -> float:  # noqa: ARG002
        return 2 / fan_in


@explained
@dataclass(frozen=True)
class HeNormal(_TruncatedNormal):
    """Truncated normal, of variance `2 / fan_in`."""

    name: ClassVar[str] = "he_normal"

    def _variance(self, fan_in: int, fan_out: int) -> float:  # noqa: ARG002
        return 2 / fan_in


@explained
@dataclass(frozen=True)
class LecunUniform(_Uniform):
    """Uniform, of variance `1 / fan_in`."""

    name: ClassVar[str] = "lecun_uniform"

    def _variance(self, fan_in: int, fan_out: int) -> float:  # noqa: ARG002
        return 1 / fan_in


@explained
@dataclass(frozen=True)
class LecunNormal(_TruncatedNormal):
    """Truncated normal, of variance `1 / fan_in`."""

    name: ClassVar[str] = "lecun_normal"

    def _variance(self, fan_in: int, fan_out: int) -> float:  # noqa: ARG002
        return 1 / fan_in


def _truncated_normal(count: int, seed: int, stream: int) -> Values:
    """Return `count` draws of a standard normal that are less than two deviations from zero."""
    drawn = count + count // 8 + 64  # one draw in 22 is refused, so this all but always suffices
    while True:
        normal = _core.random_normal(seed, stream, drawn)
        kept = normal[np.abs(normal) < 2]
        if kept.size >= count:
            return kept[:count]
        drawn *= 2
