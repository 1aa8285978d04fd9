"""Losses of classes, and of yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.losses.loss import Loss


@explained
@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Cross-entropy of classes that exclude each other, from logits of shape `(rows, classes)`.

    Targets are class numbers `(rows,)` or one row of probabilities each, `(rows, classes)`. With a
    focal weight (Lin et al., 2017) what is known already counts less: each class's part is
    `-alpha t (1 - p)^focal_gamma log p`.

    Args:
        label_smoothing: The part of each target that is spread evenly over all classes, in
            `[0, 1)` (Szegedy et al., 2016).
        focal_gamma: How much less, 0 or more; 0: there is no such weight.
        alpha: What the classes' parts are multiplied by, not negative: one for all, or one for
            each class; None: 1.
    """

    name: ClassVar[str] = "cross_entropy"
    reads: ClassVar[str] = "logits"
    own_activation: ClassVar[str | None] = "softmax"
    numbers_classes: ClassVar[bool] = True

    label_smoothing: float = 0.0
    focal_gamma: float = 0.0
    alpha: float | Sequence[float] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.alpha, Sequence):
            object.__setattr__(self, "alpha", tuple(self.alpha))  # a record cannot change
        _check_shape(self.label_smoothing, self.focal_gamma)
        for factor in self._factors:
            checks.non_negative("alpha", factor)

    @property
    def _factors(self) -> tuple[float, ...]:
        if self.alpha is None:
            return ()
        return tuple(self.alpha) if isinstance(self.alpha, Sequence) else (self.alpha,)

    @property
    def parameters(self) -> tuple[float, ...]:
        """What is smoothed, the exponent of the focal weight, and its factors; none if plain."""
        return _parameters(self.label_smoothing, self.focal_gamma, self._factors)

    def target_columns(self, outputs: int) -> tuple[int, ...]:
        """Return how many columns targets may have beside so many outputs."""
        return (outputs, 1)

    def check_outputs(self, outputs: int) -> None:
        """Refuse one output: its probability is always 1."""
        if outputs == 1:
            raise ValueError(
                "compile: cross_entropy needs an output for each class, the network has 1: for two"
                " classes in one output use binary_cross_entropy"
            )
        factors = len(self._factors)
        if factors > 1 and factors != outputs:
            raise ValueError(
                f"compile: cross_entropy has alpha for {factors} classes, the network has"
                f" {outputs} outputs"
            )

    def probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return each class's probability, `softmax(outputs)`; rows add up to 1."""
        odds: NDArray[Any] = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        odds /= odds.sum(axis=-1, keepdims=True)
        return odds


@explained
@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """Cross-entropy of yes or no, from logits; a row's loss is the mean over its columns.

    With a focal weight (Lin et al., 2017) what is known already counts less: it is multiplied by
    the probability of what is not the case, to the power of `focal_gamma`.

    Args:
        label_smoothing: How much of each target becomes one half, in `[0, 1)`.
        focal_gamma: How much less, 0 or more; 0: there is no such weight.
        alpha: What yes is multiplied by, in `(0, 1)`, no by what it lacks to 1; None: both by 1.
    """

    name: ClassVar[str] = "binary_cross_entropy"
    reads: ClassVar[str] = "logits"
    own_activation: ClassVar[str | None] = "sigmoid"
    is_of_yes_and_no: ClassVar[bool] = True

    label_smoothing: float = 0.0
    focal_gamma: float = 0.0
    alpha: float | None = None

    def __post_init__(self) -> None:
        _check_shape(self.label_smoothing, self.focal_gamma)
        if self.alpha is not None:
            checks.inside_unit_interval("alpha", self.alpha)

    @property
    def parameters(self) -> tuple[float, ...]:
        """What is smoothed, the exponent of the focal weight, and its factor; none if plain."""
        factors = () if self.alpha is None else (self.alpha,)
        return _parameters(self.label_smoothing, self.focal_gamma, factors)

    def probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return the probability of yes in each column, `1 / (1 + exp(-outputs))`."""
        smaller = np.exp(-np.abs(outputs))  # which cannot overflow
        probabilities: NDArray[Any] = np.where(outputs < 0, smaller, 1) / (1 + smaller)
        return probabilities


@explained
@dataclass(frozen=True)
class Hinge(Loss):
    """What outputs are not on the right side by 1, `max(0, 1 - y p)`; the mean over columns.

    Targets are 1 for yes, and 0 or -1 for no.
    """

    name: ClassVar[str] = "hinge"
    reads: ClassVar[str] = "margins"
    is_of_yes_and_no: ClassVar[bool] = True


@explained
@dataclass(frozen=True)
class SquaredHinge(Loss):
    """The square of what outputs are not on the right side by 1; the mean over columns.

    Targets are 1 for yes, and 0 or -1 for no.
    """

    name: ClassVar[str] = "squared_hinge"
    reads: ClassVar[str] = "margins"
    is_of_yes_and_no: ClassVar[bool] = True


@explained
@dataclass(frozen=True)
class MultiMargin(Loss):
    """What each class is not a margin below the right one (Crammer and Singer, 2001).

    `sum over the other classes of max(0, margin - p_right + p_other) / classes`, as PyTorch has it.
    Targets are class numbers `(rows,)`.

    Args:
        margin: How far below, positive.
    """

    name: ClassVar[str] = "multi_margin"
    reads: ClassVar[str] = "margins"
    numbers_classes: ClassVar[bool] = True

    margin: float = 1.0

    def __post_init__(self) -> None:
        checks.positive("margin", self.margin)

    @property
    def parameters(self) -> tuple[float, ...]:
        """The margin."""
        return (float(self.margin),)

    def target_columns(self, outputs: int) -> tuple[int, ...]:  # noqa: ARG002
        """Return how many columns targets may have beside so many outputs: class numbers."""
        return (1,)

    def check_outputs(self, outputs: int) -> None:
        """Refuse one output, which no other is beside."""
        if outputs == 1:
            raise ValueError(
                "compile: multi_margin needs an output for each class, the network has 1: for two"
                " classes in one output use hinge"
            )


def _check_shape(label_smoothing: float, focal_gamma: float) -> None:
    checks.fraction("label_smoothing", label_smoothing)
    checks.non_negative("focal_gamma", focal_gamma)


def _parameters(
    label_smoothing: float, focal_gamma: float, factors: tuple[float, ...]
) -> tuple[float, ...]:
    if not (label_smoothing or focal_gamma or factors):
        return ()
    return (float(label_smoothing), float(focal_gamma), *map(float, factors))
