"""scikit-learn's losses and penalty, in terms of the core's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ganglion import _core
from ganglion.training.data import Dataset
from ganglion.training.passes import Parametrized


@dataclass(frozen=True, slots=True)
class LossRule:
    """How one of scikit-learn's losses follows from the core's mean over the columns.

    Args:
        name: The core's loss.
        gradient: scikit-learn's gradient is this times the core's, a multiple of the columns.
        value: And its value is this times the core's.
        parameters: The numbers the core's loss is set by.
        largest: A row's largest loss, for values that are shown; None: there is none.
    """

    name: str
    gradient: float
    value: float
    parameters: tuple[float, ...] = ()
    largest: float | None = None


def rule_of_classes(model: Parametrized) -> LossRule:
    """Return the rule of the logarithmic loss."""
    largest = -float(np.log(np.finfo(model.precision.dtype).eps))  # scikit-learn's
    if model.network.ending == "softmax":
        return LossRule("cross_entropy", 1.0, 1.0, largest=largest)
    outputs = model.network.output_size
    return LossRule("binary_cross_entropy", outputs, outputs, largest=largest)


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
        "poisson": LossRule("poisson", outputs, outputs),
        "squared_error": LossRule("squared_error", outputs / 2, 0.5),
        "absolute_error": LossRule("absolute_error", outputs, 1.0),
        "huber": LossRule("huber", outputs, 1.0, parameters=(1.0,)),
        "quantile": LossRule("quantile", outputs, 1.0, parameters=levels),
        "gaussian": LossRule("gaussian", outputs / 2, 1.0),
    }[loss]


class PenalizedLoss:
    """A loss with an L2 penalty on a network's weights, trained on or differentiated.

    Args:
        model: What computes.
        rule: How the loss follows from the core's.
        alpha: Strength of the penalty.
        samples: What it will be given, or parts of.
        max_batch: Rows of the largest part.
        purpose: Whether to train, to leave gradients in the network's store, or only to look.
        state: The optimizer's, for training.
    """

    def __init__(
        self,
        model: Parametrized,
        rule: LossRule,
        alpha: float,
        samples: Dataset,
        max_batch: int,
        purpose: Literal["evaluate", "gradients", "train"],
        state: _core.OptimizerState | None = None,
    ) -> None:
        outputs = model.network.output_size
        self._rule = rule
        self._deviance = rule.name == "poisson"
        self._by_batch = purpose != "evaluate"
        self._offset = 0.0  # what scikit-learn's value has beside the core's, so far,
        self._counted = 0.0  # and what that is to be divided by
        self._figures = _core.Figures([], outputs, mean_of_batches=self._by_batch)
        self._penalty = _core.Penalty(float(alpha), model.network.weight_ranges())
        graph = _core.Graph(model.network.graph)
        target = graph.input("y", samples.y.shape[1])
        weight = graph.input("sample_weight", 1)
        graph.set_layer("")
        parameters = rule.parameters
        if rule.largest is not None and purpose != "gradients":
            parameters = (rule.largest,)
        x, output = model.network.input, model.network.output
        loss = graph.loss(rule.name, output, target, weight, parameters)
        routine = model.precision.routine(
            graph=graph,
            feeds=[x, target, weight],
            heads=[(output, target, weight, loss, 1.0, self._figures)],
            store=model.store,
            seed=model.seed,
            purpose=purpose,
            optimizer=state,
            max_batch=max_batch,
            loss_factor=rule.gradient,
            penalty=self._penalty,
        )
        self._trainer = model.precision.trainer([routine])

    def run(
        self,
        samples: Dataset,
        order: NDArray[np.int64] | None,
        batch_size: int,
        rates: NDArray[np.float64] | None = None,
    ) -> bool:
        """Run all batches; False where a loss or a parameter is no longer finite.

        `rates` has the learning rate of each, for training.
        """
        count = len(samples) if order is None else len(order)
        if self._deviance:
            size = batch_size if self._by_batch else count
            offset, weight = _deviance_offset(samples, order, size)
            self._offset += offset if self._by_batch else offset / count * weight
            self._counted += count if self._by_batch else weight
        ending, _ = self._trainer.run(
            feeds=[
                (samples.x, 1.0, None),
                (samples.y, 1.0, None),
                None if samples.weight is None else (samples.weight, 1.0, None),
            ],
            order=order,
            batch_size=batch_size,
            first=0,
            rates=np.zeros(-(-count // batch_size)) if rates is None else rates,
        )
        if ending == "no_class_number":
            raise ValueError("y changed while it was read: it has a class that it had not before")
        return ending == "complete"

    def reset(self) -> None:
        """Forget the batches so far."""
        self._figures.reset()
        self._penalty.reset()
        self._offset = self._counted = 0.0

    def value(self) -> float:
        """Return the mean over the batches since the last reset, each counted by its rows."""
        (loss,) = self._figures.results()
        offset = self._offset / self._counted if self._counted else 0.0
        return float(self._rule.value * loss + self._penalty.mean() + offset)


def _deviance_offset(
    samples: Dataset, order: NDArray[np.int64] | None, batch_size: int
) -> tuple[float, float]:
    """Return the part of half the Poisson deviance that predictions do not change.

    It is the sum over batches of their rows times their mean of `y log y - y`; and the weight of
    all samples.
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
    return float(rows @ means), float(totals.sum())
