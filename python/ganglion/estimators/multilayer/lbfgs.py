"""L-BFGS: SciPy's, with the core's loss and gradient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sklearn.exceptions import ConvergenceWarning

from ganglion._base.messages import say, warn
from ganglion.estimators.multilayer.loss import LossRule, PenalizedLoss
from ganglion.estimators.shared.callback_support import FitEvents
from ganglion.estimators.shared.clock import Clock
from ganglion.estimators.shared.threads import interrupted
from ganglion.training.data import Dataset
from ganglion.training.passes import Parametrized


def refuse(estimator: object, names: tuple[str, ...], **given: Any) -> None:
    """Refuse what only the stochastic solvers know, where it is given.

    Raises:
        ValueError: With its name.
    """
    for name, value in {**{name: getattr(estimator, name) for name in names}, **given}.items():
        if value is not None and value != 0:
            raise ValueError(f"{name} is for solver 'adam' or 'sgd', solver is 'lbfgs'")


class _Stopped(Exception):
    """Ends SciPy's loop; what is to be warned of is in its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a minimization ends, and whether it tells how it gets on: scikit-learn's parameters."""

    max_iter: int
    max_fun: int
    tol: float
    verbose: bool

    @classmethod
    def of(cls, estimator: Any) -> Self:
        """Return what an estimator's parameters say."""
        return cls(
            max_iter=estimator.max_iter,
            max_fun=estimator.max_fun,
            tol=estimator.tol,
            verbose=bool(estimator.verbose),
        )


class Minimization:
    """Fits a model to all samples at once.

    Args:
        model: Which.
        rule: How the loss follows from the core's.
        alpha: Strength of the penalty.
        samples: What to fit to, with targets as the loss takes them.
        limits: When it ends.
    """

    def __init__(
        self,
        model: Parametrized,
        rule: LossRule,
        alpha: float,
        samples: Dataset,
        limits: Limits,
    ) -> None:
        self._model = model
        self._samples = samples.unfolded()
        self._limits = limits
        self._objective = PenalizedLoss(
            model, rule, alpha, self._samples, len(samples), "gradients"
        )
        total = len(samples) if samples.weight is None else samples.weight.sum()
        self._decay = alpha / total
        self._weights = model.network.weight_ranges()
        self._latest = np.inf  # loss
        self._iterations = 0
        self.interrupted = False

    def run(self, events: FitEvents, clock: Clock) -> Any:
        """Return SciPy's result; its point is in the network.

        Args:
            events: What is told of each iteration.
            clock: Ends the fit where its time is over.
        """
        limits, values = self._limits, self._model.store.values
        events.iteration_begins()
        try:
            result = optimize.minimize(
                self._loss_and_gradient,
                values.astype(np.float64),
                method="L-BFGS-B",
                jac=True,
                callback=partial(self._iteration_ends, events, clock),
                options={
                    "maxfun": limits.max_fun,
                    "maxiter": limits.max_iter,
                    "gtol": limits.tol,
                },
            )
        except _Stopped as stopped:
            for what in stopped.args:
                warn([f"lbfgs: {what}"], category=ConvergenceWarning)
            point = values.astype(np.float64)
            nit = self._iterations
            return optimize.OptimizeResult(x=point, fun=self._latest, status=0, nit=nit)
        values[:] = result.x
        return result

    def _loss_and_gradient(self, point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        store, objective = self._model.store, self._objective
        store.values[:] = point
        objective.reset()
        if not objective.run(self._samples, None, len(self._samples)):
            return np.inf, np.zeros_like(point)
        gradient = store.gradients.astype(np.float64)
        for begin, end in self._weights:
            gradient[begin:end] += self._decay * point[begin:end]
        self._latest = objective.value()
        return self._latest, gradient

    def _iteration_ends(self, events: FitEvents, clock: Clock, point: NDArray[np.float64]) -> None:
        limits = self._limits
        self._model.store.values[:] = point
        self._iterations += 1
        if limits.verbose:
            say(f"Iteration {self._iterations}, loss = {self._latest:.8f}")
        if events.iteration_ends():
            raise _Stopped
        if interrupted():
            self.interrupted = True
            raise _Stopped
        if clock.ends(self._iterations, of=limits.max_iter):
            raise _Stopped(clock.message(f"{self._iterations} iterations"))
        if self._iterations < limits.max_iter:
            events.iteration_begins()
