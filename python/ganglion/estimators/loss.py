"""scikit-learn's losses and penalty, in terms of the core's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ganglion import _core
from ganglion.data import Dataset
from ganglion.estimators.network import EstimatorNetwork


@dataclass(frozen=True, slots=True)
class LossRule:
    """How one of scikit-learn's losses follows from the core's mean over the columns.

    Args:
        name: The core's loss.
        gradient: scikit-learn's gradient is this times the core's, a multiple of the columns.
        value: And its value is this times the core's.
        parameters: The numbers the core's loss is set by.
    """

    name: str
    gradient: float
    value: float
    parameters: tuple[float, ...] = ()


def rule_for(loss: str, network: EstimatorNetwork) -> LossRule:
    """Return the rule for a loss by the estimators' names.

    The errors' values are means over the outputs and their gradients those of sums, as
    scikit-learn's are for the squared one.
    """
    outputs = network.network.output_size
    if loss == "log_loss":
        largest = -float(np.log(np.finfo(network.precision.dtype).eps))  # scikit-learn's
        if network.out_activation == "softmax":
            return LossRule("cross_entropy", 1.0, 1.0, (largest,))
        return LossRule("binary_cross_entropy", outputs, outputs, (largest,))
    return {
        "poisson": LossRule("poisson", outputs, outputs),
        "squared_error": LossRule("squared_error", outputs / 2, 0.5),
        "absolute_error": LossRule("absolute_error", outputs, 1.0),
        "huber": LossRule("huber", outputs, 1.0, parameters=(1.0,)),
    }[loss]


def unfolded(samples: Dataset) -> Dataset:
    """Return samples whose rows may be a sparse matrix's with them in an array."""
    x: Any = samples.x
    return samples if isinstance(x, np.ndarray) else replace(samples, x=x.toarray())


class PenalizedLoss:
    """A loss with an L2 penalty on a network's weights, trained on or differentiated.

    Args:
        network: What computes.
        loss: scikit-learn's name.
        alpha: Strength of the penalty.
        samples: What it will be given, or parts of.
        max_batch: Rows of the largest part.
        purpose: Whether to train, to leave gradients in the network's store, or only to look.
        state: The optimizer's, for training.
    """

    def __init__(
        self,
        network: EstimatorNetwork,
        loss: str,
        alpha: float,
        samples: Dataset,
        max_batch: int,
        purpose: Literal["evaluate", "gradients", "train"],
        state: _core.OptimizerState | None = None,
    ) -> None:
        outputs = network.network.output_size
        self._rule = rule_for(loss, network)
        self._deviance = loss == "poisson"
        self._by_batch = purpose != "evaluate"
        self._offset = 0.0  # what scikit-learn's value has beside the core's, so far,
        self._counted = 0.0  # and what that is to be divided by
        self._figures = _core.Figures([], outputs, mean_of_batches=self._by_batch)
        self._penalty = _core.Penalty(float(alpha), network.weight_ranges())
        graph = _core.Graph(network.network.graph)
        target = graph.input("y", samples.y.shape[1])
        weight = graph.input("sample_weight", 1)
        graph.set_layer("")
        limited = loss != "log_loss" or purpose != "gradients"
        parameters = self._rule.parameters if limited else ()
        self._trainer = network.trainer(
            graph=graph,
            target=target,
            weight=weight,
            loss=graph.loss(self._rule.name, network.network.output, target, weight, parameters),
            purpose=purpose,
            optimizer=state,
            figures=self._figures,
            max_batch=max_batch,
            loss_factor=self._rule.gradient,
            penalty=self._penalty,
        )

    def run(
        self, samples: Dataset, order: NDArray[np.int64] | None, batch_size: int, rate: float
    ) -> bool:
        """Run all batches; False where a loss or a parameter is no longer finite."""
        count = len(samples) if order is None else len(order)
        steps = -(-count // batch_size)
        if self._deviance:
            size = batch_size if self._by_batch else count
            offset, weight = _deviance_offset(samples, order, size)
            self._offset += offset if self._by_batch else offset / count * weight
            self._counted += count if self._by_batch else weight
        ending, _ = self._trainer.run(
            x=samples.x,
            y=samples.y,
            weight=samples.weight,
            order=order,
            batch_size=batch_size,
            first=0,
            rates=np.full(steps, rate),
            x_scale=1.0,
        )
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
