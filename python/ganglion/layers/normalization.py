"""Normalization: of inputs, by all data; within a network, over a batch or at each position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base import checks, precision
from ganglion._base.arguments import explained
from ganglion._base.arrays import as_samples, check_finite, unfolded
from ganglion._base.frames import labels_of, shown
from ganglion.layers.layer import Builder, Layer, Value, trainable_field
from ganglion.layers.learnt import Learnt

_AT_ONCE = 2**20  # numbers that are converted at once
_LARGEST = float(np.finfo(np.float32).max)


@explained
@dataclass(repr=False)
class Normalization(Layer):
    """Move and scale each input to mean 0 and variance 1 of the data it was adapted to.

    It is the first layer of a network, which costs it nothing: inputs are read so. Other than any
    layer's it can change, by `adapt`; a network keeps the mean and the variance that it has when
    the network is made.

    Args:
        mean: What is taken from each input, shape `(features,)`.
        variance: The square of what each input is divided by then; one of variance 0, which does
            not vary, is not divided.
    """

    mean: Sequence[float] | None = None
    variance: Sequence[float] | None = None

    _belongs_to_network: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if (self.mean is None) != (self.variance is None):
            raise ValueError("mean and variance must be given together")
        if self.mean is None or self.variance is None:
            return
        self.mean = _numbers("mean", self.mean, checks.finite)
        self.variance = _numbers("variance", self.variance, checks.non_negative)
        if len(self.mean) != len(self.variance):
            raise ValueError(
                f"mean has {len(self.mean)} features, variance has {len(self.variance)}"
            )

    @explained
    def adapt(self, data: ArrayLike) -> Self:
        """Learn mean and variance of each feature, forget those before, and return the layer.

        Args:
            data: Inputs as `fit` takes them, shape `(samples, ...)`. Of those with steps each
                number of a sample is learnt apart; `X.reshape(-1, features)` is for all steps
                alike, and for inputs of any number of them.

        Raises:
            ValueError: When they hold NaN or infinity, or numbers whose squares are too large.
            RuntimeError: When a network has the layer already.
        """
        if self._belongs_to_network:
            raise RuntimeError("adapt: a network keeps what it was made with: adapt before that")
        table = as_samples("adapt", data, None)
        labels = labels_of(data)
        check_finite("adapt", "X", table, precision.get("float64"), labels=labels)
        mean, variance = _moments(table)
        wrong = np.flatnonzero(~(np.isfinite(mean) & np.isfinite(variance)))
        if wrong.size:
            label = wrong[0] if labels is None else labels[wrong[0]]
            raise ValueError(f"adapt: X's column {shown(label)} has numbers too large to square")
        self.mean, self.variance = tuple(mean.tolist()), tuple(variance.tolist())
        return self

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Say how the inputs are read."""
        if self.mean is None or self.variance is None:
            raise ValueError(f"{name}: Normalization has no mean and variance: call adapt(X) first")
        factors = [variance**-0.5 if variance > 0 else 1.0 for variance in self.variance]
        for feature, (mean, factor) in enumerate(zip(self.mean, factors, strict=True)):
            if not max(1.0, abs(mean)) * factor <= _LARGEST:
                raise ValueError(
                    f"{name}: Normalization of feature {feature} has mean {mean:g} and variance "
                    f"{self.variance[feature]:g}, with which 0 or 1 are too large for float32"
                )
        return builder.normalize(x, self.mean, factors, name)

    def for_network(self) -> Self:
        """Return a copy that does not change."""
        copy = replace(self)
        copy.__dict__["_belongs_to_network"] = True
        return copy


@explained
@dataclass(frozen=True, repr=False)
class BatchNormalization(Layer):
    """Each channel less its mean, in units of its deviation (Ioffe and Szegedy, 2015).

    While training both are of the batch, all its rows and positions alike, whatever their
    `sample_weight`; a batch of one row has variance 0, and only the shift comes out. Predictions
    and `evaluate` use running ones, which each step moves. Where it is not trainable, training too
    uses those, and does not move them, as in Keras.

    Args:
        momentum: What the running mean and variance keep of themselves in each step, in `[0, 1]`:
            Keras's, which is 1 less PyTorch's. The variance is the mean square, as Keras has it.
        epsilon: Added to the variance, positive.
        center: Whether a shift is learnt and added to each channel, beginning with 0.
        scale: Whether each channel is multiplied by a factor that is learnt, beginning with 1.
        trainable: Whether training moves them, and the running mean and variance.
    """

    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        checks.finite("momentum", self.momentum)
        if not 0 <= self.momentum <= 1:
            raise ValueError(f"momentum must be in [0, 1], got {self.momentum!r}")
        _check_settings(self)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the normalization over the batch."""
        momentum, epsilon = float(self.momentum), float(self.epsilon)
        return builder.normalize_batch(x, name, _learnt(self), momentum=momentum, epsilon=epsilon)


@explained
@dataclass(frozen=True, repr=False)
class LayerNormalization(Layer):
    """The channels of each position less their mean, in units of their deviation (Ba et al., 2016).

    Args:
        epsilon: Added to the variance, positive.
        center: Whether a shift is learnt and added to each channel, beginning with 0.
        scale: Whether each channel is multiplied by a factor that is learnt, beginning with 1.
        trainable: Whether training moves them.
    """

    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        _check_settings(self)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the normalization of each position."""
        return builder.normalize_positions(x, name, _learnt(self), epsilon=float(self.epsilon))


def _learnt(layer: BatchNormalization | LayerNormalization) -> Learnt:
    return Learnt(layer.center, layer.scale, layer.trainable)


def _check_settings(layer: BatchNormalization | LayerNormalization) -> None:
    checks.positive("epsilon", layer.epsilon)
    for name in ("center", "scale", "trainable"):
        checks.flag(name, getattr(layer, name))


def _numbers(name: str, values: Any, rule: checks.Rule) -> tuple[float, ...]:
    """Return one number for each feature, as Python's."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    checks.listed(name, values, "numbers, one a feature")
    for value in values:
        rule(name, value)
    return tuple(float(value) for value in values)


def _moments(table: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and variance of each column; that of one without two values is exactly 0."""
    rows, columns = table.shape
    step = max(1, _AT_ONCE // max(1, columns))
    first = unfolded(table[:1])[0].astype(np.float64)
    total, squares = np.zeros(columns), np.zeros(columns)
    varies = np.zeros(columns, bool)

    def parts() -> Iterator[NDArray[np.float64]]:
        for start in range(0, rows, step):
            part = unfolded(table[start : start + step])
            yield np.ascontiguousarray(part, np.float64)  # sums have the same bits in any order

    with np.errstate(over="ignore", invalid="ignore"):  # what is too large is told by the caller
        for part in parts():
            total += part.sum(axis=0)
            varies |= (part != first).any(axis=0)
        mean = np.where(varies, total / rows, first)
        for part in parts():
            squares += ((part - mean) ** 2).sum(axis=0)
    return mean, np.where(varies, squares / rows, 0.0)
