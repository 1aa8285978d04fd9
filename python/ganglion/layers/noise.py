"""Layers that are random while training, and fresh at each step; a prediction draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.layers.layer import Builder, Layer, Value


@explained
@dataclass(frozen=True, repr=False)
class Dropout(Layer):
    """While training, zero a random part of the inputs and scale the rest up to make good for it.

    Args:
        rate: The part, in `[0, 1)`.
    """

    rate: float

    def __post_init__(self) -> None:
        checks.fraction("rate", self.rate)

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002  (it has no parameters)
        """Add the dropout."""
        return builder.dropout(x, float(self.rate))


@explained
@dataclass(frozen=True, repr=False)
class MaskingNoise(Layer):
    """While training, zero a random part of the inputs; other than by dropout the rest stays as is.

    It is a corruption of denoising autoencoders (Vincent et al., 2008).

    Args:
        rate: The part, in `[0, 1)`.
    """

    rate: float

    def __post_init__(self) -> None:
        checks.fraction("rate", self.rate)

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Add the noise."""
        return builder.masking_noise(x, float(self.rate))


@explained
@dataclass(frozen=True, repr=False)
class SaltAndPepperNoise(Layer):
    """While training, put one of two values, each as often, in the place of a part of the inputs.

    It is a corruption of denoising autoencoders (Vincent et al., 2010).

    Args:
        rate: The part, in `[0, 1)`.
        low: The one value.
        high: The other.
    """

    rate: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        checks.fraction("rate", self.rate)
        checks.finite("low", self.low)
        checks.finite("high", self.high)

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Add the noise."""
        return builder.salt_and_pepper_noise(x, float(self.rate), float(self.low), float(self.high))


@explained
@dataclass(frozen=True, repr=False)
class GaussianNoise(Layer):
    """While training, add to each input a normal number of mean 0.

    Args:
        stddev: The numbers' standard deviation, zero or more.
    """

    stddev: float

    def __post_init__(self) -> None:
        checks.non_negative("stddev", self.stddev)

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002
        """Add the noise."""
        return builder.gaussian_noise(x, float(self.stddev))


@explained
@dataclass(frozen=True, repr=False)
class Sampling(Layer):
    """While training, draw each number from a normal: `Sampling()([mean, log_variance])`.

    That is `mean + exp(log_variance / 2) * n` with standard normal n, through which mean and
    logarithm of the variance learn (the reparameterization of Kingma and Welling, 2014). Other than
    in Keras's example of it a prediction, and what `evaluate` measures, has the mean itself: the
    same row gives the same numbers.
    """

    takes_several: ClassVar[bool] = True

    def build(self, builder: Builder, x: Sequence[Value], name: str) -> Value:  # noqa: ARG002
        """Add the draw."""
        if len(x) != 2:
            raise ValueError(f"it takes two tensors, [mean, log_variance], got {len(x)}")
        mean, log_variance = x
        return builder.sampling(mean, log_variance)
