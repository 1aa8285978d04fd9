"""L-BFGS: SciPy's, with the core's loss and gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sklearn.exceptions import ConvergenceWarning

from ganglion._base.messages import say, warn
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.scalers import for_loss
from ganglion.estimators.shared.threads import interrupted
from ganglion.training.data import Dataset

if TYPE_CHECKING:
    from ganglion.estimators.multilayer.base import BaseMLP
    from ganglion.estimators.shared.callback_support import FitEvents
    from ganglion.estimators.shared.clock import Clock


def refuse(estimator: BaseMLP, names: tuple[str, ...], **given: Any) -> None:
    """Refuse what only the stochastic solvers know, where it is given.

    Raises:
        ValueError: With its name.
    """
    for name, value in {**{name: getattr(estimator, name) for name in names}, **given}.items():
        if value is not None and value != 0:
            raise ValueError(f"{name} is for solver 'adam' or 'sgd', solver is 'lbfgs'")


class _Stopped(Exception):
    """Ends SciPy's loop; what is to be warned of is in its arguments."""


class Minimization:
    """Fits an estimator's network to all samples at once.

    Args:
        estimator: Whose network; its parameters tell how.
        samples: What to fit to.
        events: What is told of each iteration.
        clock: Ends the fit where its time is over.
    """

    def __init__(
        self, estimator: BaseMLP, samples: Dataset, events: FitEvents, clock: Clock
    ) -> None:
        self._estimator = estimator
        self._samples = for_loss(estimator, samples).unfolded()
        self._events = events
        self._clock = clock
        self._network = estimator._network
        self._objective = PenalizedLoss(
            self._network,
            estimator._loss_rule(),
            estimator.alpha,
            self._samples,
            len(samples),
            "gradients",
        )
        total = len(samples) if samples.weight is None else samples.weight.sum()
        self._decay = estimator.alpha / total
        self._weights = self._network.weight_ranges()
        self._latest = np.inf  # loss
        self._iterations = 0

    def run(self) -> Any:
        """Return SciPy's result; its point is in the network."""
        estimator, values = self._estimator, self._network.store.values
        self._events.iteration_begins()
        try:
            result = optimize.minimize(
                self._loss_and_gradient,
                values.astype(np.float64),
                method="L-BFGS-B",
                jac=True,
                callback=self._iteration_ends,
                options={
                    "maxfun": estimator.max_fun,
                    "maxiter": estimator.max_iter,
                    "gtol": estimator.tol,
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
        store, objective = self._network.store, self._objective
        store.values[:] = point
        objective.reset()
        if not objective.run(self._samples, None, len(self._samples)):
            return np.inf, np.zeros_like(point)
        gradient = store.gradients.astype(np.float64)
        for begin, end in self._weights:
            gradient[begin:end] += self._decay * point[begin:end]
        self._latest = objective.value()
        return self._latest, gradient

    def _iteration_ends(self, point: NDArray[np.float64]) -> None:
        estimator = self._estimator
        self._network.store.values[:] = point
        self._iterations += 1
        if estimator.verbose:
            say(f"Iteration {self._iterations}, loss = {self._latest:.8f}")
        if self._events.iteration_ends():
            raise _Stopped
        if interrupted():
            estimator.interrupted_ = True
            raise _Stopped
        if self._clock.ends(self._iterations, of=estimator.max_iter):
            raise _Stopped(self._clock.message(f"{self._iterations} iterations"))
        if self._iterations < estimator.max_iter:
            self._events.iteration_begins()
