"""L-BFGS: SciPy's, with the core's loss and gradient."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sklearn.exceptions import ConvergenceWarning

from ganglion._base.messages import say, warn
from ganglion.estimators.multilayer.loss import LossRule, PenalizedLoss
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Ending, Listener, ending_after_epoch
from ganglion.training.parametrized import Parametrized
from ganglion.training.progress import Progress


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


class Minimization:
    """Fits a model to all samples at once; SciPy has the loop.

    Args:
        model: Which.
        rule: How the loss follows from the core's.
        alpha: Strength of the penalty.
        samples: What to fit to, with targets as the loss takes them.
        plan: When it ends.
        progress: How it gets on: an epoch is an iteration.
    """

    def __init__(
        self,
        model: Parametrized,
        rule: LossRule,
        alpha: float,
        samples: Dataset,
        plan: FitPlan,
        progress: Progress,
    ) -> None:
        self._model = model
        self._samples = samples.unfolded()
        self._plan = plan
        self._progress = progress
        self._objective = PenalizedLoss(model, rule, alpha, "gradients")
        total = len(samples) if samples.weight is None else samples.weight.sum()
        self._decay = alpha / total
        self._weights = model.network.weight_ranges()
        self._latest = np.inf  # loss
        self._reached = model.store.values.astype(np.float64)  # the point of the last iteration

    def run(self, listener: Listener, *, max_fun: int, verbose: bool) -> Any:
        """Return SciPy's result; its point is in the network.

        Args:
            listener: Who is told of each iteration.
            max_fun: Evaluations of the loss at most.
            verbose: Whether to tell how it gets on.
        """
        values = self._model.store.values
        listener.epoch_begins(0)
        try:
            result = optimize.minimize(
                self._loss_and_gradient,
                self._reached,
                method="L-BFGS-B",
                jac=True,
                callback=partial(self._iteration_ends, listener, verbose),
                options={
                    "maxfun": max_fun,
                    "maxiter": len(self._plan.epochs),
                    "gtol": self._plan.tol,
                },
            )
        except _Stopped as stopped:
            for what in stopped.args:
                warn([f"lbfgs: {what}"], category=ConvergenceWarning)
            result = self._as_reached()
        except KeyboardInterrupt:
            warn(["Training interrupted by user."])
            self._progress.interrupted = True
            result = self._as_reached()
        values[:] = result.x
        return result

    def _as_reached(self) -> Any:
        """Return a result of SciPy's for the last iteration, also amid the one after it."""
        return optimize.OptimizeResult(
            x=self._reached, fun=self._progress.loss, status=0, nit=self._progress.epochs
        )

    def _loss_and_gradient(self, point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        store = self._model.store
        store.values[:] = point
        loss = self._objective.over(self._samples, len(self._samples))
        if np.isnan(loss):
            return np.inf, np.zeros_like(point)
        gradient = store.gradients.astype(np.float64)
        for begin, end in self._weights:
            gradient[begin:end] += self._decay * point[begin:end]
        self._latest = loss
        return loss, gradient

    def _iteration_ends(
        self, listener: Listener, verbose: bool, point: NDArray[np.float64]
    ) -> None:
        plan, progress = self._plan, self._progress
        self._model.store.values[:] = point
        self._reached = point.copy()
        progress.epoch_ends({"loss": self._latest}, len(self._samples), plan)
        if verbose:
            say(f"Iteration {progress.epochs}, loss = {self._latest:.8f}")
        ending = ending_after_epoch(plan, progress, [listener])
        if ending is Ending.INTERRUPTED:
            raise KeyboardInterrupt
        if ending is Ending.OUT_OF_TIME:
            raise _Stopped(plan.clock.message(f"{progress.epochs} iterations"))
        if ending is not None:
            raise _Stopped
        if progress.epochs < len(plan.epochs):
            listener.epoch_begins(progress.epochs)
