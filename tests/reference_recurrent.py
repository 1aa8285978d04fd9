"""The float64 oracle of recurrent cells: what they give, and gradients, step by step."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from reference import ACTIVATIONS, DERIVATIVES

Array = NDArray[np.float64]


def simple_rnn(
    z: ArrayLike, recurrent: ArrayLike, activation: str = "tanh", alpha: float = 0.0
) -> tuple[Array, Array]:
    """Return h of all steps, and the sums that it is the activation of.

    z has shape (rows, steps, units).
    """
    z, u = np.asarray(z, np.float64), np.asarray(recurrent, np.float64)
    h, sums = np.empty_like(z), np.empty_like(z)
    before = np.zeros_like(z[:, 0])
    for t in range(z.shape[1]):
        sums[:, t] = z[:, t] + before @ u
        before = h[:, t] = ACTIVATIONS[activation](sums[:, t], alpha)
    return h, sums


def simple_rnn_backward(
    z: ArrayLike,
    recurrent: ArrayLike,
    dh: ArrayLike,
    activation: str = "tanh",
    alpha: float = 0.0,
) -> tuple[Array, Array]:
    """Return the gradients of z and of the recurrent weights."""
    u, given = np.asarray(recurrent, np.float64), np.asarray(dh, np.float64)
    h, sums = simple_rnn(z, u, activation, alpha)
    dz, du, carried = np.empty_like(h), np.zeros_like(u), np.zeros_like(h[:, 0])
    for t in reversed(range(h.shape[1])):
        dz[:, t] = (given[:, t] + carried) * DERIVATIVES[activation](sums[:, t], alpha)
        carried = dz[:, t] @ u.T
        if t:
            du += h[:, t - 1].T @ dz[:, t]
    return dz, du
