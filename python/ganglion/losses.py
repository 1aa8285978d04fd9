"""Losses: what training makes small. The arithmetic is in csrc/kernels/loss.inl.h.

A batch's loss is the weighted mean over its rows, `sum(w * l) / sum(w)`, where `l` is the loss of
a row and `w` its weight (1 when none is given). Of outputs with positions, steps or pixels, each
position is such a row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ganglion._base import attributes, checks, naming
from ganglion._base.arguments import explained

CustomLoss = Callable[[NDArray[Any], NDArray[Any], NDArray[Any] | None], tuple[float, NDArray[Any]]]
"""A loss of one's own: `f(targets, predictions, row_weights)` gives the loss and its gradient."""


@dataclass(frozen=True)
class Loss:
    """Base of the losses."""

    name: ClassVar[str]
    reads: ClassVar[str] = "values"  # what it takes outputs for
    own_activation: ClassVar[str | None] = None  # of outputs, that it looks behind

    @property
    def parameters(self) -> tuple[float, ...]:
        """The numbers the loss is set by."""
        return ()

    def target_columns(self, outputs: int) -> tuple[int, ...]:
        """Return how many columns targets may have beside so many outputs."""
        return (outputs,)

    def check_outputs(self, outputs: int) -> None:
        """Refuse a number of outputs that the loss cannot read.

        Raises:
            ValueError: With what it needs.
        """

    def probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Return the probabilities that outputs of shape `(..., columns)` are the logits of.

        Raises:
            ValueError: When the loss has no classes.
        """
        raise ValueError(f"the loss {self.name} compares values: there are no probabilities")


@explained
@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Cross-entropy of classes that exclude each other, from logits of shape `(rows, classes)`.

    Targets are class numbers `(rows,)` or one row of probabilities each, `(rows, classes)`.
    """

    name: ClassVar[str] = "cross_entropy"
    reads: ClassVar[str] = "logits"
    own_activation: ClassVar[str | None] = "softmax"

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

    def probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return each class's probability, `softmax(outputs)`; rows add up to 1."""
        odds: NDArray[Any] = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        odds /= odds.sum(axis=-1, keepdims=True)
        return odds


@explained
@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """Cross-entropy of yes or no, from logits; a row's loss is the mean over its columns."""

    name: ClassVar[str] = "binary_cross_entropy"
    reads: ClassVar[str] = "logits"
    own_activation: ClassVar[str | None] = "sigmoid"

    def probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return the probability of yes in each column, `1 / (1 + exp(-outputs))`."""
        smaller = np.exp(-np.abs(outputs))  # which cannot overflow
        probabilities: NDArray[Any] = np.where(outputs < 0, smaller, 1) / (1 + smaller)
        return probabilities


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


LOSSES = {
    record.name: record
    for record in (
        CrossEntropy,
        BinaryCrossEntropy,
        SquaredError,
        AbsoluteError,
        Huber,
        Poisson,
        Quantile,
        Gaussian,
    )
}


def get(spec: str | Loss | CustomLoss) -> Loss | CustomLoss:
    """Return the loss that `spec` stands for; a loss of one's own is returned as it is."""
    if isinstance(spec, Loss) or (callable(spec) and not isinstance(spec, type)):
        return spec
    return naming.build("loss", spec, LOSSES)


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
