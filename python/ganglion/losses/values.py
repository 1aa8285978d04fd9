"""Losses of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.losses.loss import Loss


@explained
@dataclass(frozen=True)
class SquaredError(Loss):
    """The square of the error, `(y - p)^2`; a row's loss is the mean over its columns."""

    name: ClassVar[str] = "squared_error"


@explained
@dataclass(frozen=True)
class AbsoluteError(Loss):
    """The size of the error, `|y - p|`; a row's loss is the mean over its columns."""

    name: ClassVar[str] = "absolute_error"


@explained
@dataclass(frozen=True)
class Huber(Loss):
    """Half the square of small errors, a straight line for large ones; the mean over columns.

    Args:
        delta: The size of error where the line begins, positive.
    """

    name: ClassVar[str] = "huber"

    delta: float = 1.0

    def __post_init__(self) -> None:
        checks.positive("delta", self.delta)

    @property
    def parameters(self) -> tuple[float, ...]:
        """The size of error where the line begins."""
        return (float(self.delta),)


@explained
@dataclass(frozen=True)
class Poisson(Loss):
    """Counts whose rate is predicted by its logarithm, `exp(p) - y p`; the mean over columns."""

    name: ClassVar[str] = "poisson"
    reads: ClassVar[str] = "logarithms of rates"


@explained
@dataclass(frozen=True)
class Gamma(Loss):
    """Positive numbers whose mean is predicted by its logarithm; the mean over columns.

    It is the deviance of a gamma distribution, `2 (p - log y + y exp(-p) - 1)`, as scikit-learn's.
    """

    name: ClassVar[str] = "gamma"
    reads: ClassVar[str] = "logarithms of means"


@explained
@dataclass(frozen=True)
class Tweedie(Loss):
    """Zeros and positive numbers, whose mean is predicted by its logarithm; the mean over columns.

    It is the deviance of a compound of Poisson and gamma distributions (Tweedie, 1984), as
    scikit-learn's, with m = exp(p): `2 (y^(2 - power) / ((1 - power) (2 - power)) - y m^(1 - power)
    / (1 - power) + m^(2 - power) / (2 - power))`.

    Args:
        power: Of the mean, that the variance goes by, in `(1, 2)`.
    """

    name: ClassVar[str] = "tweedie"
    reads: ClassVar[str] = "logarithms of means"

    power: float = 1.5

    def __post_init__(self) -> None:
        checks.finite("power", self.power)
        if not 1 < self.power < 2:
            raise ValueError(
                f"power must be a number in (1, 2), got {self.power!r}: for 1 there is poisson, for"
                " 2 gamma"
            )

    @property
    def parameters(self) -> tuple[float, ...]:
        """The power."""
        return (float(self.power),)


@explained
@dataclass(frozen=True)
class Quantile(Loss):
    """Makes outputs quantiles, by the pinball loss (Koenker and Bassett, 1978); mean over columns.

    With several levels there is an output for each, and targets have one column.

    Args:
        level: The part of targets below the output, in `(0, 1)`, or one for each output.
    """

    name: ClassVar[str] = "quantile"

    level: float | Sequence[float] = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.level, Sequence):
            object.__setattr__(self, "level", tuple(self.level))  # a record cannot change
        if not self.parameters:
            raise ValueError("level holds no number, must hold at least one")
        for level in self.parameters:
            checks.inside_unit_interval("level", level)

    @property
    def parameters(self) -> tuple[float, ...]:
        """The levels."""
        return tuple(self.level) if isinstance(self.level, Sequence) else (self.level,)

    def target_columns(self, outputs: int) -> tuple[int, ...]:
        """Return how many columns targets may have beside so many outputs."""
        return (outputs,) if len(self.parameters) == 1 else (1,)

    def check_outputs(self, outputs: int) -> None:
        """Refuse several levels that are not as many as the outputs."""
        levels = len(self.parameters)
        if levels not in (1, outputs):
            raise ValueError(
                f"compile: quantile of {levels} levels needs {levels} outputs, one for each, the"
                f" network has {outputs}"
            )


@explained
@dataclass(frozen=True)
class Gaussian(Loss):
    """Likelihood of a normal distribution whose mean and variance are predicted, without constants.

    Of outputs `(rows, 2 n)` the first n are the means, the others the logarithms s of the
    variances (Nix and Weigend, 1994): `(s + (y - m)^2 exp(-s)) / 2`, the mean over the targets.
    """

    name: ClassVar[str] = "gaussian"
    reads: ClassVar[str] = "means and logarithms of variances"

    def target_columns(self, outputs: int) -> tuple[int, ...]:
        """Return how many columns targets may have beside so many outputs."""
        return (max(1, outputs // 2),)

    def check_outputs(self, outputs: int) -> None:
        """Refuse an odd number of outputs."""
        if outputs % 2:
            raise ValueError(
                "compile: gaussian needs 2 outputs for each target, first the means, then the"
                f" logarithms of the variances; the network has {outputs}"
            )
