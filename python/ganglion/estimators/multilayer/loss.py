"""scikit-learn's losses and penalty, in terms of the core's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import xlogy

from ganglion import _core, losses
from ganglion.losses import BinaryCrossEntropy, CrossEntropy, Loss
from ganglion.training.data import Dataset
from ganglion.training.heads import Head
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import BatchNotFiniteError, Order, Rates
from ganglion.training.phases import Extras, Phase, Purpose
from ganglion.training.sources import ArraySource


@dataclass(frozen=True)
class _Capped(Loss):
    """Base of losses of which a row's has a limit, which changes no gradient."""

    largest: float = field(kw_only=True)

    @property
    def parameters(self) -> tuple[float, ...]:
        """The limit."""
        return (self.largest,)


@dataclass(frozen=True)
class _CappedCrossEntropy(_Capped, CrossEntropy):
    """That of classes."""


@dataclass(frozen=True)
class _CappedBinaryCrossEntropy(_Capped, BinaryCrossEntropy):
    """That of yes or no."""


@dataclass(frozen=True, slots=True)
class LossRule:
    """How one of scikit-learn's losses follows from the core's mean over the columns.

    Args:
        loss: The core's loss.
        gradient: scikit-learn's gradient is this times the core's, a multiple of the columns.
        value: And its value is this times the core's.
        capped: The same where values are shown, of which a row's has a limit; None: it has none.
    """

    loss: Loss
    gradient: float
    value: float
    capped: Loss | None = None


def rule_of_classes(model: Parametrized) -> LossRule:
    """Return the rule of the logarithmic loss."""
    largest = -float(np.log(np.finfo(model.precision.dtype).eps))  # scikit-learn's
    if model.network.ending == "softmax":
        return LossRule(CrossEntropy(), 1.0, 1.0, _CappedCrossEntropy(largest=largest))
    outputs = model.network.output_size
    return LossRule(
        BinaryCrossEntropy(), outputs, outputs, _CappedBinaryCrossEntropy(largest=largest)
    )


def outputs_for_numbers(loss: str, levels: tuple[float, ...], targets: int) -> tuple[int, str]:
    """Return how many outputs a regressor needs, and scikit-learn's name of their activation.

    Args:
        loss: The regressor's name of it.
        levels: Of the quantiles, or none.
        targets: How many there are.

    Raises:
        ValueError: When several quantiles meet several targets.
    """
    if len(levels) > 1 and targets > 1:
        raise ValueError(f"several quantiles are for one target, y has {targets}")
    outputs = max(len(levels), targets) * (2 if loss == "gaussian" else 1)
    return outputs, "exp" if loss == "poisson" else "identity"


def rule_of_numbers(loss: str, model: Parametrized, levels: tuple[float, ...]) -> LossRule:
    """Return the rule of a regressor's loss; `levels` are those of quantiles.

    The errors' values are means over the outputs and their gradients those of sums, as
    scikit-learn's are for the squared one.
    """
    outputs = model.network.output_size
    return {
        "poisson": lambda: LossRule(losses.Poisson(), outputs, outputs),
        "squared_error": lambda: LossRule(losses.SquaredError(), outputs / 2, 0.5),
        "absolute_error": lambda: LossRule(losses.AbsoluteError(), outputs, 1.0),
        "huber": lambda: LossRule(losses.Huber(), outputs, 1.0),
        "quantile": lambda: LossRule(losses.Quantile(levels), outputs, 1.0),
        "gaussian": lambda: LossRule(losses.Gaussian(), outputs / 2, 1.0),
    }[loss]()


class PenalizedLoss:
    """A loss with an L2 penalty on a network's weights, trained on, differentiated or looked at.

    Args:
        model: What computes.
        rule: How the loss follows from the core's.
        alpha: Strength of the penalty.
        purpose: What is done with it, as for a `Phase`.
        state: The optimizer's, for training.
    """

    def __init__(
        self,
        model: Parametrized,
        rule: LossRule,
        alpha: float,
        purpose: Purpose,
        state: _core.OptimizerState | None = None,
    ) -> None:
        self._rule = rule
        self._by_batch = purpose != "evaluate"
        ranges = model.network.weight_ranges()
        self._penalty = _core.Penalty(float(alpha), ranges) if alpha else None
        extras = Extras(
            loss_factor=rule.gradient, penalty=self._penalty, mean_of_batches=self._by_batch
        )
        shown = None if purpose == "gradients" else rule.capped
        head = Head.of(model.network, rule.loss if shown is None else shown)
        self._phase = Phase(model, [head], purpose, state, extras)

    def over(
        self,
        samples: Dataset,
        batch_size: int,
        order: Order | None = None,
        rates: Callable[[int], Rates] = np.zeros,
    ) -> float:
        """Run all batches and return the loss; NaN where a loss or a parameter is not finite.

        Args:
            samples: What they are of.
            batch_size: Rows of each; the last may be short.
            order: The samples' numbers in the order they are used; None: as they lie.
            rates: Gives the learning rates of the next so many, for training.
        """
        if self._penalty is not None:
            self._penalty.reset()
        source = ArraySource(samples, batch_size, None if order is None else lambda _: order)
        try:
            loss = self._phase.run_epoch("fit", source, rates)["loss"]
        except BatchNotFiniteError:
            return np.nan
        offset = 0.0
        if isinstance(self._rule.loss, losses.Poisson):
            together = batch_size if self._by_batch else len(samples)
            offset = _deviance_offset(samples, order, together)
        penalty = 0.0 if self._penalty is None else self._penalty.mean()
        return float(self._rule.value * loss + penalty + offset)


def _deviance_offset(samples: Dataset, order: Order | None, batch_size: int) -> float:
    """Return the part of half the Poisson deviance that predictions do not change.

    It is the mean over batches, each counted by its rows, of their mean of `y log y - y`.
    """
    y = samples.y.astype(np.float64)
    parts = (xlogy(y, y) - y).sum(axis=1)
    weight = np.ones(len(y)) if samples.weight is None else samples.weight.ravel()
    if order is not None:
        parts, weight = parts[order], weight[order]
    starts = np.arange(0, len(parts), batch_size)
    rows = np.diff([*starts, len(parts)])
    totals = np.add.reduceat(weight, starts)
    sums = np.add.reduceat(parts * weight, starts)
    means = np.divide(sums, totals, out=np.zeros_like(sums), where=totals > 0)
    return float(rows @ means) / len(parts)
