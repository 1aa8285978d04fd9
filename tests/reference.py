"""A float64 NumPy oracle: what the core must compute, written the plain way.

Tests import it by its name: pyproject.toml puts this folder on pytest's path.
"""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Bits = NDArray[np.uint32]
Family = Literal["exact", "elementwise", "reduction"]

UNITS = 8  # in the last place: a vector function is within 2, and a few products stand around it


def assert_close(
    actual: ArrayLike,
    expected: ArrayLike,
    *,
    family: Family,
    depth: int = 0,
    scale: ArrayLike = 0.0,
) -> None:
    """Compare what was computed, in its own type, to the oracle, within its family's tolerance.

    exact: the same numbers, and NaN where NaN is expected.
    elementwise: within UNITS units in the last place of the expected number.
    reduction: another unit for each of `depth` terms, which are of the size of one.

    Args:
        scale: The size of what cancels in the expected number, where that is larger.
    """
    actual, wanted = np.asarray(actual), np.asarray(expected, np.float64)
    assert actual.shape == wanted.shape
    if family == "exact":
        np.testing.assert_array_equal(actual, wanted)
        return
    info = np.finfo(actual.dtype)
    floor = np.maximum(scale, 1.0 if family == "reduction" else float(info.tiny))
    units = UNITS + (depth if family == "reduction" else 0)
    with np.errstate(invalid="ignore", over="ignore"):
        same = (actual == wanted.astype(actual.dtype)) | (np.isnan(actual) & np.isnan(wanted))
        error = np.abs(actual - wanted)
        tolerance = units * float(info.eps) * np.maximum(np.abs(wanted), floor)
    wrong = ~(same | (error <= tolerance))
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise AssertionError(
            f"{int(wrong.sum())} of {wrong.size} differ, first at {place}:"
            f" got {actual[place]!r}, expected {wanted[place]!r} within {tolerance[place]:.3g}"
        )


def _cdf(z: Array) -> Array:
    """Return the normal distribution function, exact in the lower tail too."""
    result: Array = np.vectorize(math.erfc, otypes=[np.float64])(-z / math.sqrt(2)) / 2
    return result


def _density(z: Array) -> Array:
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1) / (1 + small)


def _softplus(z: Array) -> Array:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _elu(z: Array, alpha: float) -> Array:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def _elu_derivative(z: Array, alpha: float) -> Array:
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))


def _mish_derivative(z: Array) -> Array:
    t = np.tanh(_softplus(z))
    return t + z * _sigmoid(z) * (1 - t * t)


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848
Function = Callable[[Array, float], Array]

ACTIVATIONS: dict[str, Function] = {
    "identity": lambda z, alpha: z,
    "sigmoid": lambda z, alpha: _sigmoid(z),
    "tanh": lambda z, alpha: np.tanh(z),
    "relu": lambda z, alpha: np.maximum(z, 0),
    "leaky_relu": lambda z, alpha: np.where(z < 0, alpha * z, z),
    "elu": _elu,
    "step": lambda z, alpha: np.where(z >= 0, 1.0, 0.0),
    "gelu": lambda z, alpha: z * _cdf(z),
    "silu": lambda z, alpha: z * _sigmoid(z),
    "selu": lambda z, alpha: SELU_SCALE * _elu(z, SELU_ALPHA),
    "softplus": lambda z, alpha: _softplus(z),
    "softsign": lambda z, alpha: z / (1 + np.abs(z)),
    "mish": lambda z, alpha: z * np.tanh(_softplus(z)),
}

DERIVATIVES: dict[str, Function] = {
    "identity": lambda z, alpha: np.ones_like(z),
    "sigmoid": lambda z, alpha: _sigmoid(z) * _sigmoid(-z),
    "tanh": lambda z, alpha: 4 * _sigmoid(2 * z) * _sigmoid(-2 * z),
    "relu": lambda z, alpha: np.where(z > 0, 1.0, 0.0),
    "leaky_relu": lambda z, alpha: np.where(z > 0, 1.0, alpha),
    "elu": _elu_derivative,
    "gelu": lambda z, alpha: _cdf(z) + z * _density(z),
    "silu": lambda z, alpha: _sigmoid(z) * (1 + z * _sigmoid(-z)),
    "selu": lambda z, alpha: SELU_SCALE * _elu_derivative(z, SELU_ALPHA),
    "softplus": lambda z, alpha: _sigmoid(z),
    "softsign": lambda z, alpha: 1 / np.square(1 + np.abs(z)),
    "mish": lambda z, alpha: _mish_derivative(z),
}


def gemm(
    a: ArrayLike,
    b: ArrayLike,
    *,
    start: ArrayLike = 0.0,
    activation: str = "identity",
    saved: ArrayLike | None = None,
    alpha: float = 0.0,
) -> Array:
    """Return phi(start + a b), or (start + a b) phi'(saved) with `saved` the pre-activation."""
    z = np.asarray(a, np.float64) @ np.asarray(b, np.float64) + np.asarray(start, np.float64)
    if saved is None:
        return ACTIVATIONS[activation](z, alpha)
    return z * DERIVATIVES[activation](np.asarray(saved, np.float64), alpha)


def softmax(z: ArrayLike) -> Array:
    """Return the softmax of each row."""
    z = np.asarray(z, np.float64)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result


def softmax_backward(a: Array, da: Array) -> Array:
    """Return the gradient of what softmax made `a` of."""
    result: Array = a * (da - (a * da).sum(axis=1, keepdims=True))
    return result


def _columns(name: str, z: Array, t: Array, delta: float) -> tuple[Array, Array]:
    """Return each column's loss and its derivative, of a loss that is the columns' mean."""
    error = z - t
    size, sign = np.abs(error), np.sign(error)
    if name == "binary_cross_entropy":
        return _softplus(z) - z * t, _sigmoid(z) - t
    if name == "squared_error":
        return error**2, 2 * error
    if name == "absolute_error":
        return size, sign
    if name == "huber":
        far = size > delta
        return (
            np.where(far, delta * (size - delta / 2), error**2 / 2),
            np.where(far, delta * sign, error),
        )
    assert name == "poisson"
    return np.exp(z) - t * z, np.exp(z) - t


def loss(
    name: str,
    output: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    delta: float = 1.0,
) -> tuple[float, Array]:
    """Return the rows' weighted mean loss and its gradient with respect to the output.

    Args:
        target: One column of class numbers, or as many columns as the output.
        weight: What each row counts, shape `(rows,)`; None: all the same.
    """
    z, t = np.asarray(output, np.float64), np.asarray(target, np.float64)
    w = np.ones(len(z)) if weight is None else np.asarray(weight, np.float64)
    if name == "cross_entropy":
        if t.shape[1] == 1:
            t = np.eye(z.shape[1])[t[:, 0].astype(int)]
        top = z.max(axis=1, keepdims=True)
        log_sum = top + np.log(np.exp(z - top).sum(axis=1, keepdims=True))
        rows = (t * (log_sum - z)).sum(axis=1)
        gradient = t.sum(axis=1, keepdims=True) * softmax(z) - t
    else:
        columns, gradient = _columns(name, z, t, delta)
        rows, gradient = columns.mean(axis=1), gradient / z.shape[1]
    return float((w * rows).sum() / w.sum()), w[:, None] * gradient / w.sum()


def philox(counter: ArrayLike, key: int) -> Bits:
    """Return Philox 4x32-10 of counters of shape `(4, ...)`, whose first word is the lowest."""
    x = list(np.asarray(counter, np.uint64))
    low, high = key & 0xFFFFFFFF, key >> 32
    shift, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p0, p1 = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        k0, k1 = np.uint64(low), np.uint64(high)
        x = [(p1 >> shift) ^ x[1] ^ k0, p1 & mask, (p0 >> shift) ^ x[3] ^ k1, p0 & mask]
        low, high = (low + 0x9E3779B9) & 0xFFFFFFFF, (high + 0xBB67AE85) & 0xFFFFFFFF
    return np.array(x).astype(np.uint32)


def dropout_mask(
    rows: int, cols: int, *, rate: float, seed: int, stream: int, step: int, first_row: int = 0
) -> NDArray[np.bool_]:
    """Return what is kept: word w of block b decides column 64 (b // 16) + 16 w + b % 16."""
    row, col = np.mgrid[first_row : first_row + rows, :cols].astype(np.uint64)
    counter = [
        col // 64 * 16 + col % 16,
        row,
        np.full_like(row, step & 0xFFFFFFFF),
        np.full_like(row, stream ^ (step >> 32)),
    ]
    word = col % 64 // 16
    bits = np.take_along_axis(philox(counter, seed), word[None].astype(np.int64), axis=0)[0]
    return np.asarray(bits >= np.uint32(rate * 2**32))


class Optimizer:
    """An optimizer by PyTorch's formulas.

    Args:
        name: The core's name.
        settings: The core's settings, but for the learning rate; 0 where one is left out.
    """

    def __init__(self, name: str, **settings: float) -> None:
        self.name = name
        self.steps = 0
        self._settings = settings
        start = settings.get("initial_accumulator_value", 0.0)
        self._state = [np.full(1, start), np.zeros(1), np.zeros(1)]

    def step(self, parameter: Array, gradient: Array, rate: float) -> Array:
        """Return the parameters after the next step."""
        self.steps += 1
        decay, g = self._of("weight_decay"), self._clipped(gradient)
        if self.name == "adamw":
            parameter = parameter * (1 - rate * decay)
        else:
            g = g + decay * parameter
        return parameter - rate * getattr(self, f"_{self.name.removesuffix('w')}")(g)

    def _of(self, name: str) -> float:
        return float(self._settings.get(name, 0.0))

    def _clipped(self, g: Array) -> Array:
        norm, limit = self._of("global_clipnorm"), self._of("clipvalue")
        if norm:
            g = g * min(1.0, norm / float(np.linalg.norm(g)))
        return np.clip(g, -limit, limit) if limit else g

    def _mean(self, place: int, decay: float, value: Array) -> Array:
        """Return a running mean, kept at `place`, with the next value in it."""
        self._state[place] = decay * self._state[place] + (1 - decay) * value
        return self._state[place]

    def _velocity(self, place: int, step: Array) -> Array:
        self._state[place] = self._of("momentum") * self._state[place] + step
        return self._state[place]

    def _sgd(self, g: Array) -> Array:
        velocity = self._velocity(0, g)
        return g + self._of("momentum") * velocity if self._of("nesterov") else velocity

    def _adam(self, g: Array) -> Array:
        beta_1, beta_2 = self._of("beta_1"), self._of("beta_2")
        mean = self._mean(0, beta_1, g) / (1 - beta_1**self.steps)
        square = self._mean(1, beta_2, g * g) / (1 - beta_2**self.steps)
        return mean / (np.sqrt(square) + self._of("epsilon"))

    def _rmsprop(self, g: Array) -> Array:
        spread = self._mean(0, self._of("rho"), g * g)
        if self._of("centered"):
            spread = spread - self._mean(1, self._of("rho"), g) ** 2
        return self._velocity(2, g / (np.sqrt(spread) + self._of("epsilon")))

    def _adagrad(self, g: Array) -> Array:
        self._state[0] = self._state[0] + g * g
        return g / (np.sqrt(self._state[0]) + self._of("epsilon"))

    def _adadelta(self, g: Array) -> Array:
        rho, epsilon = self._of("rho"), self._of("epsilon")
        square = self._mean(0, rho, g * g)
        step: Array = np.sqrt(self._state[1] + epsilon) / np.sqrt(square + epsilon) * g
        self._mean(1, rho, step * step)
        return step
