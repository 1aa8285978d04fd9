"""The loop of a perceptron's fit: epochs until no unit improves, as scikit-learn's goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base import precision
from ganglion._base.arrays import Array
from ganglion._base.improvement import improves
from ganglion._base.messages import say
from ganglion.estimators.perceptron.arguments import PerceptronArguments
from ganglion.estimators.shared.threads import interrupted

if TYPE_CHECKING:
    from ganglion._core import Perceptrons

# scikit-learn's: what is added to the intercept for a sparse sample, since it adds up so often.
_SPARSE_INTERCEPT_RATE = 0.01


@dataclass(frozen=True, slots=True)
class Unit:
    """A class told from all others.

    Args:
        positive: The number of the class.
        label: And the class.
        positive_weight: What its samples count.
        negative_weight: And the others'.
        seed: Of the order of its samples.
    """

    positive: int
    label: Any
    positive_weight: float
    negative_weight: float
    seed: int


@dataclass(frozen=True, slots=True)
class PerceptronSamples:
    """What is learned from.

    Args:
        x: Inputs, a C-contiguous array or a CSR matrix.
        classes: The number of each sample's class.
        weight: What each sample counts, or None: all the same.
        held_out: Which samples are only scored, or None: none.
    """

    x: Any
    classes: NDArray[np.int64]
    weight: Array | None
    held_out: NDArray[np.bool_] | None


def run(
    settings: PerceptronArguments,
    samples: PerceptronSamples,
    units: list[Unit],
    begin: tuple[Array, Array],
    *,
    max_iter: int,
) -> tuple[Array, Array, int]:
    """Let units learn.

    Args:
        settings: Tell how.
        samples: What from.
        units: Which.
        begin: Their weights `(units, features)` and intercepts before.
        max_iter: Epochs at most.

    Returns:
        Their weights and intercepts, and the epochs that the last one took.

    Raises:
        ValueError: When a weight is no longer finite.
    """
    core = _perceptrons(settings, samples, units, begin)
    progress = [_Progress(settings, samples, core, i, units[i]) for i in range(len(units))]
    active = list(range(len(units)))
    epoch = 0
    while active and epoch < max_iter:
        epoch += 1
        figures = core.run_epoch(active)
        ended = [
            progress[i].ends(epoch, *values) for i, values in zip(active, figures, strict=True)
        ]
        active = [i for i, end in zip(active, ended, strict=True) if not end]
        if interrupted():
            raise KeyboardInterrupt
    intercepts = [core.intercept(i) for i in range(len(units))]
    return core.coefs.copy(), np.array(intercepts, begin[0].dtype), epoch


def _perceptrons(
    settings: PerceptronArguments,
    samples: PerceptronSamples,
    units: list[Unit],
    begin: tuple[Array, Array],
) -> Perceptrons:
    coefs, intercepts = begin
    x = samples.x
    dense = isinstance(x, np.ndarray)
    l1_part = {None: 0.0, "l1": 1.0, "l2": 0.0, "elasticnet": settings.l1_ratio}[settings.penalty]
    alpha = 0.0 if settings.penalty is None else float(settings.alpha)
    rate = float(settings.eta0)
    intercept_rate = 1.0 if dense else _SPARSE_INTERCEPT_RATE
    return precision.get(coefs.dtype.name).perceptrons(
        x=x if dense else x.data,
        columns=None if dense else (x.indices, x.indptr),
        classes=samples.classes,
        weight=samples.weight,
        held_out=None if samples.held_out is None else samples.held_out.view(np.uint8),
        units=[
            (u.positive, rate * u.positive_weight, rate * u.negative_weight, u.seed, float(b))
            for u, b in zip(units, intercepts, strict=True)
        ],
        coefs=coefs,
        intercept_rate=intercept_rate if settings.fit_intercept else 0.0,
        rate=rate,
        l2=alpha * (1 - l1_part),
        l1=alpha * l1_part,
        shuffle=bool(settings.shuffle),
    )


class _Progress:
    """How a unit gets on."""

    def __init__(
        self,
        settings: PerceptronArguments,
        samples: PerceptronSamples,
        core: Perceptrons,
        number: int,
        unit: Unit,
    ) -> None:
        self._settings = settings
        self._core = core
        self._number = number
        self._unit = unit
        self._held_out = None if samples.held_out is None else _HeldOut(samples, unit.positive)
        self._best = -np.inf
        self._without_improvement = 0

    def ends(self, epoch: int, loss: float, objective: float, finite: bool) -> bool:
        """Return whether the unit has stopped improving, told an epoch's figures.

        Raises:
            ValueError: When its weights are not finite.
        """
        if not finite:
            raise ValueError(
                f"Floating-point under-/overflow occurred at epoch #{epoch}. Scaling input data"
                " with StandardScaler or MinMaxScaler might help."
            )
        coef, intercept = self._core.coefs[self._number], self._core.intercept(self._number)
        score = None if self._held_out is None else self._held_out.score(coef, intercept)
        if self._settings.verbose:
            say(
                f"-- Epoch {epoch}, class {self._unit.label}\n"
                f"Norm: {np.linalg.norm(coef):.2f}, NNZs: {np.count_nonzero(coef)},"
                f" Bias: {intercept:.6f}, Avg. loss: {loss:f}, Objective: {objective:f}"
                + ("" if score is None else f", Validation score: {score:f}")
            )
        return self._notes(-objective if score is None else score)

    def _notes(self, gain: float) -> bool:
        """Note what is to grow; return whether it has not for long enough."""
        settings = self._settings
        tol = settings.tol
        stays = tol is not None and not improves(
            gain, self._best, least=tol, rises=True, reaching=True
        )
        self._without_improvement = self._without_improvement + 1 if stays else 0
        self._best = max(self._best, gain)
        return self._without_improvement >= settings.n_iter_no_change


class _HeldOut:
    """Samples that a unit is scored on."""

    def __init__(self, samples: PerceptronSamples, positive: int) -> None:
        which = samples.held_out
        self._x = samples.x[which]
        self._is_positive = samples.classes[which] == positive
        self._weight = None if samples.weight is None else samples.weight[which]

    def score(self, coef: Array, intercept: float) -> float:
        """Return the accuracy of a unit."""
        hits = (self._x @ coef + intercept > 0) == self._is_positive
        return float(np.average(hits, weights=self._weight))
