"""L-BFGS: SciPy's, with the core's loss and gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from ganglion.data import Dataset
from ganglion.estimators.loss import PenalizedLoss, unfolded
from ganglion.estimators.network import EstimatorNetwork


def refuse(**given: Any) -> None:
    """Refuse what only the stochastic solvers know, where it is given.

    Raises:
        ValueError: With its name.
    """
    for name, value in given.items():
        if value:
            raise ValueError(f"{name} is for solver 'adam' or 'sgd', solver is 'lbfgs'")


def minimize(
    network: EstimatorNetwork,
    loss: str,
    samples: Dataset,
    *,
    alpha: float,
    max_iter: int,
    max_fun: int,
    tol: float,
) -> Any:
    """Fit the network's parameters to all samples at once, and return SciPy's result."""
    samples = unfolded(samples)
    objective = PenalizedLoss(network, loss, alpha, samples, len(samples), "gradients")
    values, gradients = network.store.values, network.store.gradients
    weights = network.weight_ranges()
    total = len(samples) if samples.weight is None else samples.weight.sum()

    def loss_and_gradient(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        values[:] = point
        objective.reset()
        if not objective.run(samples, None, len(samples), 0.0):
            return np.inf, np.zeros_like(point)
        gradient = gradients.astype(np.float64)
        for begin, end in weights:
            gradient[begin:end] += alpha / total * point[begin:end]
        return objective.value(), gradient

    result = optimize.minimize(
        loss_and_gradient,
        values.astype(np.float64),
        method="L-BFGS-B",
        jac=True,
        options={"maxfun": max_fun, "maxiter": max_iter, "gtol": tol},
    )
    values[:] = result.x
    return result
