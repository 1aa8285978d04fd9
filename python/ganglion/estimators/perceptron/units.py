"""The units of a perceptron, which learn side by side until none gets better any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base import precision
from ganglion._base.arrays import Array
from ganglion._base.messages import say
from ganglion.callbacks import Logs
from ganglion.estimators.perceptron.arguments import PerceptronArguments
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Listener
from ganglion.training.progress import Progress

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


class UnitsEpochs(Listener):
    """Epochs of all units that still get better; the last of them ends the fit.

    Args:
        settings: Tell how they learn.
        samples: What from.
        units: Which.
        begin: Their weights `(units, features)` and intercepts before.
    """

    def __init__(
        self,
        settings: PerceptronArguments,
        samples: PerceptronSamples,
        units: list[Unit],
        begin: tuple[Array, Array],
    ) -> None:
        self._core = _perceptrons(settings, samples, units, begin)
        goes_by = "objective" if samples.held_out is None else "val_score"
        plan = FitPlan(
            epochs=range(settings.max_iter),
            watched=(goes_by,),
            goes_by=goes_by,
            tol=settings.tol or 0.0,
            patience=np.inf if settings.tol is None else settings.n_iter_no_change - 1,
            kept=1,  # for nothing shows more
        )
        self.samples = len(samples.classes)
        self._learners = [
            _Learner(
                plan,
                self._core,
                number,
                unit.label,
                None if samples.held_out is None else _HeldOut(samples, unit.positive),
                self.samples,
                bool(settings.verbose),
            )
            for number, unit in enumerate(units)
        ]
        self._active = list(range(len(units)))
        self.weights = self._core.coefs

    def run(self, epoch: int) -> Logs:
        """Train for an epoch, and return the mean of the units' losses.

        Raises:
            ValueError: When a weight is no longer finite.
        """
        figures = self._core.run_epoch(self._active)
        learning = [
            number
            for number, values in zip(self._active, figures, strict=True)
            if self._learners[number].goes_on(epoch + 1, *values)
        ]
        self._active = learning
        return {"loss": float(np.mean([loss for loss, _, _ in figures]))}

    def epoch_ends(self, progress: Progress) -> bool:  # noqa: ARG002
        """Return whether no unit gets better any more."""
        return not self._active

    def intercepts(self) -> list[float]:
        """Return those of all units."""
        return [self._core.intercept(number) for number in range(len(self._learners))]


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


@dataclass(frozen=True, slots=True)
class _Learner:
    """A unit that learns, with a record of its own of how it gets on."""

    plan: FitPlan
    core: Perceptrons
    number: int
    label: Any
    held_out: _HeldOut | None
    samples: int
    verbose: bool
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.progress.fit_begins(self.plan)

    def goes_on(self, epoch: int, loss: float, objective: float, finite: bool) -> bool:
        """Return whether the unit still improves, told an epoch's figures.

        Raises:
            ValueError: When its weights are not finite.
        """
        if not finite:
            raise ValueError(
                f"Floating-point under-/overflow occurred at epoch #{epoch}. Scaling input data"
                " with StandardScaler or MinMaxScaler might help."
            )
        coef, intercept = self.core.coefs[self.number], self.core.intercept(self.number)
        figures = {"loss": loss, "objective": objective}
        if self.held_out is not None:
            figures["val_score"] = self.held_out.score(coef, intercept)
        if self.verbose:
            score = figures.get("val_score")
            say(
                f"-- Epoch {epoch}, class {self.label}\n"
                f"Norm: {np.linalg.norm(coef):.2f}, NNZs: {np.count_nonzero(coef)},"
                f" Bias: {intercept:.6f}, Avg. loss: {loss:f}, Objective: {objective:f}"
                + ("" if score is None else f", Validation score: {score:f}")
            )
        self.progress.epoch_ends(figures, self.samples, self.plan)
        return self.progress.waited <= self.plan.patience


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
