"""Initializers: the first values of weights and biases, functions of a seed and a stream."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import attributes, checks, naming
from ganglion._base.arguments import explained

Values = NDArray[np.float64]

TRUNCATED_DEVIATION = 0.87962566103423978  # of a standard normal cut off at two deviations


@dataclass(frozen=True)
class Initializer(ABC):
    """Base of the initializers."""

    name: ClassVar[str]

    @abstractmethod
    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`, the same for the same arguments."""


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


INITIALIZERS = {
    record.name: record
    for record in (
        GlorotUniform,
        GlorotNormal,
        HeUniform,
        HeNormal,
        LecunUniform,
        LecunNormal,
        Orthogonal,
        Zeros,
    )
}


def get(spec: str | Initializer) -> Initializer:
    """Return the initializer that `spec` stands for; `Constant` needs a value, so has no name."""
    if isinstance(spec, Initializer):
        return spec
    return naming.build("initializer", spec, INITIALIZERS)


def default_for(activation_name: str) -> Initializer:
    """Return the initializer of weights that feed an activation.

    | activation | initializer |
    | --- | --- |
    | relu, leaky_relu, elu, gelu, silu, mish | `HeUniform` |
    | selu | `LecunNormal` |
    | any other | `GlorotUniform` |
    """
    if activation_name in {"relu", "leaky_relu", "elu", "gelu", "silu", "mish"}:
        return HeUniform()
    if activation_name == "selu":
        return LecunNormal()
    return GlorotUniform()


def _truncated_normal(count: int, seed: int, stream: int) -> Values:
    """Return `count` draws of a standard normal that are less than two deviations from zero."""
    drawn = count + count // 8 + 64  # one draw in 22 is refused, so this all but always suffices
    while True:
        normal = _core.random_normal(seed, stream, drawn)
        kept = normal[np.abs(normal) < 2]
        if kept.size >= count:
            return kept[:count]
        drawn *= 2


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
