"""Losses of values within a network, and of parameters: they have no targets."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.checks import shown
from ganglion.losses.loss import Builder, HiddenLoss


@explained
@dataclass(frozen=True)
class NormalKL(HiddenLoss):
    """The divergence of normal distributions from the standard one (Kingma and Welling, 2013).

    Of two tensors, `NormalKL()([mean, log_variance])`, a row's is the sum over all its numbers of
    `(m^2 + exp(s) - 1 - s) / 2`, with s the logarithm of the variance.
    """

    name: ClassVar[str] = "normal_kl"

    def __call__(self, x: Sequence[Any]) -> Any:
        """Return the term of means and of logarithms of variances, of one shape.

        Raises:
            TypeError: When they are no two tensors.
            ValueError: When their shapes differ.
        """
        if not isinstance(x, list | tuple) or len(x) != 2:
            raise TypeError(f"NormalKL must be called on [mean, log_variance], got {shown(x)}")
        return self.of(list(x))

    def build(self, builder: Builder, values: Sequence[Any]) -> Any:
        """Add the loss to a graph."""
        mean, log_variance = values
        return builder.normal_kl(mean, log_variance)


@explained
@dataclass(frozen=True)
class SparsityKL(HiddenLoss):
    """The divergence of how often units are active from how often they should be (Ng, 2011).

    Of activations in `(0, 1)`, such as sigmoid's: the sum over the units of `t log(t / a) +
    (1 - t) log((1 - t) / (1 - a))`, with a the mean over all rows, and positions, of a batch. Out
    of that range a counts as the nearest number within.

    Args:
        target: How often, in `(0, 1)`.
        weight: What it counts in the sum that is trained on, not negative.
    """

    name: ClassVar[str] = "sparsity_kl"

    target: float = 0.05
    weight: float = 1.0

    def __post_init__(self) -> None:
        checks.inside_unit_interval("target", self.target)
        checks.non_negative("weight", self.weight)

    @property
    def factor(self) -> float:
        """What it counts in the sum of all."""
        return float(self.weight)

    def build(self, builder: Builder, values: Sequence[Any]) -> Any:
        """Add the loss to a graph."""
        (x,) = values
        return builder.sparsity_kl(x, float(self.target))


@dataclass(frozen=True)
class Regularizer(HiddenLoss):
    """Base of the losses that keep weights, or activations, small."""

    @property
    @abstractmethod
    def factors(self) -> tuple[float, float]:
        """What sizes, and squares, are multiplied by."""

    def build(self, builder: Builder, values: Sequence[Any]) -> Any:
        """Add the loss to a graph."""
        (x,) = values
        return builder.l1_l2(x, *map(float, self.factors))


@explained
@dataclass(frozen=True)
class L1(Regularizer):
    """The sizes of all numbers, `l1 |x|`, added up; of activations, those of a row.

    Args:
        l1: What they are multiplied by, not negative.
    """

    name: ClassVar[str] = "l1"

    l1: float = 0.01

    def __post_init__(self) -> None:
        checks.non_negative("l1", self.l1)

    @property
    def factors(self) -> tuple[float, float]:
        """What sizes, and squares, are multiplied by."""
        return self.l1, 0.0


@explained
@dataclass(frozen=True)
class L2(Regularizer):
    """The squares of all numbers, `l2 x^2`, added up; of activations, those of a row.

    Args:
        l2: What they are multiplied by, not negative.
    """

    name: ClassVar[str] = "l2"

    l2: float = 0.01

    def __post_init__(self) -> None:
        checks.non_negative("l2", self.l2)

    @property
    def factors(self) -> tuple[float, float]:
        """What sizes, and squares, are multiplied by."""
        return 0.0, self.l2


@explained
@dataclass(frozen=True)
class L1L2(Regularizer):
    """The sizes and the squares of all numbers, `l1 |x| + l2 x^2`, added up.

    Args:
        l1: What sizes are multiplied by, not negative.
        l2: What squares are multiplied by, not negative.
    """

    name: ClassVar[str] = "l1_l2"

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        checks.non_negative("l1", self.l1)
        checks.non_negative("l2", self.l2)

    @property
    def factors(self) -> tuple[float, float]:
        """What sizes, and squares, are multiplied by."""
        return self.l1, self.l2
