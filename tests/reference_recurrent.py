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


Function = tuple[str, float]
TANH, SIGMOID = ("tanh", 0.0), ("sigmoid", 0.0)


def _apply(function: Function, z: Array) -> Array:
    return ACTIVATIONS[function[0]](z, function[1])


def _slope(function: Function, z: Array) -> Array:
    return DERIVATIVES[function[0]](z, function[1])


def lstm(
    z: ArrayLike, recurrent: ArrayLike, phi: Function = TANH, of_gates: Function = SIGMOID
) -> tuple[Array, Array, Array]:
    """Return h of all steps, the memory c, and the sums that gates are activations of.

    z has shape (rows, steps, 4 * units): of the gates in, kept, candidate and out.
    """
    sums, u = np.array(z, np.float64), np.asarray(recurrent, np.float64)
    rows, steps, _ = sums.shape
    h, c = np.zeros((rows, steps, len(u))), np.zeros((rows, steps, len(u)))
    for t in range(steps):
        if t:
            sums[:, t] += h[:, t - 1] @ u
        i, f, g, o = np.split(sums[:, t], 4, axis=1)
        c[:, t] = _apply(of_gates, i) * _apply(phi, g)
        if t:
            c[:, t] += _apply(of_gates, f) * c[:, t - 1]
        h[:, t] = _apply(of_gates, o) * _apply(phi, c[:, t])
    return h, c, sums


def lstm_backward(
    z: ArrayLike,
    recurrent: ArrayLike,
    dy: ArrayLike,
    phi: Function = TANH,
    of_gates: Function = SIGMOID,
) -> tuple[Array, Array]:
    """Return the gradients of z and of the recurrent weights."""
    u, given = np.asarray(recurrent, np.float64), np.asarray(dy, np.float64)
    h, c, sums = lstm(z, u, phi, of_gates)
    dz, du = np.zeros_like(sums), np.zeros_like(u)
    dh, dc = np.zeros_like(h[:, 0]), np.zeros_like(h[:, 0])
    for t in reversed(range(h.shape[1])):
        i, f, g, o = np.split(sums[:, t], 4, axis=1)
        before = c[:, t - 1] if t else np.zeros_like(dc)
        dh = dh + given[:, t]
        dc = dc + dh * _apply(of_gates, o) * _slope(phi, c[:, t])
        parts = [
            dc * _apply(phi, g) * _slope(of_gates, i),
            dc * before * _slope(of_gates, f),
            dc * _apply(of_gates, i) * _slope(phi, g),
            dh * _apply(phi, c[:, t]) * _slope(of_gates, o),
        ]
        dz[:, t] = np.hstack(parts)
        dc, dh = dc * _apply(of_gates, f), dz[:, t] @ u.T
        if t:
            du += h[:, t - 1].T @ dz[:, t]
    return dz, du


def gru(
    z: ArrayLike,
    recurrent: ArrayLike,
    bias: ArrayLike = 0.0,
    phi: Function = TANH,
    of_gates: Function = SIGMOID,
) -> tuple[Array, Array]:
    """Return h of all steps, and what the state before is multiplied to.

    z has shape (rows, steps, 3 * units): of the gates kept and reset, and of the candidate.
    """
    a, u = np.asarray(z, np.float64), np.asarray(recurrent, np.float64)
    rows, steps, _ = a.shape
    h, q = np.zeros((rows, steps, len(u))), np.zeros_like(a)
    before = np.zeros((rows, len(u)))
    for t in range(steps):
        q[:, t] = before @ u + np.asarray(bias, np.float64)
        (a_z, a_r, a_n), (q_z, q_r, q_n) = (np.split(one[:, t], 3, axis=1) for one in (a, q))
        kept, reset = _apply(of_gates, a_z + q_z), _apply(of_gates, a_r + q_r)
        before = kept * before + (1 - kept) * _apply(phi, a_n + reset * q_n)
        h[:, t] = before
    return h, q


def gru_backward(
    z: ArrayLike,
    recurrent: ArrayLike,
    bias: ArrayLike,
    dy: ArrayLike,
    phi: Function = TANH,
    of_gates: Function = SIGMOID,
) -> tuple[Array, Array, Array]:
    """Return the gradients of z, of the recurrent weights and of the bias."""
    a, u, given = (np.asarray(one, np.float64) for one in (z, recurrent, dy))
    h, q = gru(a, u, bias, phi, of_gates)
    dz, dq, du = np.zeros_like(a), np.zeros_like(a), np.zeros_like(u)
    dh = np.zeros_like(h[:, 0])
    for t in reversed(range(h.shape[1])):
        (a_z, a_r, a_n), (q_z, q_r, q_n) = (np.split(one[:, t], 3, axis=1) for one in (a, q))
        kept, reset = _apply(of_gates, a_z + q_z), _apply(of_gates, a_r + q_r)
        before = h[:, t - 1] if t else np.zeros_like(dh)
        dh = dh + given[:, t]
        dn = dh * (1 - kept) * _slope(phi, a_n + reset * q_n)
        fresh = _apply(phi, a_n + reset * q_n)
        dkept = dh * (before - fresh) * _slope(of_gates, a_z + q_z)
        dreset = dn * q_n * _slope(of_gates, a_r + q_r)
        dz[:, t] = np.hstack([dkept, dreset, dn])
        dq[:, t] = np.hstack([dkept, dreset, dn * reset])
        dh = dh * kept + dq[:, t] @ u.T
        du += before.T @ dq[:, t]
    return dz, du, dq.sum(axis=(0, 1))
