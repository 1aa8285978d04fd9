"""A float64 NumPy oracle: what the core must compute, written the plain way."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Literal

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
    `scale` is the size of what cancels in the expected number, where that is larger.
    """
    actual, wanted = np.asarray(actual), np.asarray(expected, np.float64)
    assert actual.shape == wanted.shape
    if family == "exact":
        np.testing.assert_array_equal(actual, wanted)
        return
    info, reduction = np.finfo(actual.dtype), family == "reduction"
    floor = np.maximum(scale, 1.0 if reduction else float(info.tiny))
    units = UNITS + (depth if reduction else 0)
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
    """Return the normal distribution function, right in the lower tail too."""
    return np.array([math.erfc(-x / math.sqrt(2)) / 2 for x in z.flat]).reshape(z.shape)


def _sigmoid(z: Array) -> Array:
    small: Array = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1) / (1 + small)


def _softplus(z: Array) -> Array:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _elu(z: Array, alpha: float) -> Array:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def _elu_slope(z: Array, alpha: float) -> Array:
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))


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
    "elu": _elu_slope,
    "gelu": lambda z, alpha: _cdf(z) + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "silu": lambda z, alpha: _sigmoid(z) * (1 + z * _sigmoid(-z)),
    "selu": lambda z, alpha: SELU_SCALE * _elu_slope(z, SELU_ALPHA),
    "softplus": lambda z, alpha: _sigmoid(z),
    "softsign": lambda z, alpha: 1 / np.square(1 + np.abs(z)),
    "mish": lambda z, alpha: (
        np.tanh(_softplus(z)) + z * _sigmoid(z) / np.cosh(np.minimum(_softplus(z), 300)) ** 2
    ),
}


def gemm(
    a: ArrayLike,
    b: ArrayLike,
    start: ArrayLike = 0.0,
    activation: str = "identity",
    alpha: float = 0,
) -> Array:
    """Return phi(start + a b)."""
    z = np.asarray(a, np.float64) @ np.asarray(b, np.float64) + np.asarray(start, np.float64)
    return ACTIVATIONS[activation](z, alpha)


def keep_largest(x: ArrayLike, count: int) -> Array:
    """Return the largest numbers of each row, of equal ones the first, and 0 for the others."""
    given = np.asarray(x, np.float64)
    kept = np.argsort(-given, axis=1, kind="stable")[:, :count]
    result = np.zeros_like(given)
    np.put_along_axis(result, kept, np.take_along_axis(given, kept, axis=1), axis=1)
    return result


def softmax(z: ArrayLike) -> Array:
    """Return the softmax of each row."""
    z = np.asarray(z, np.float64)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def normalized(x: ArrayLike, axis: int, epsilon: float) -> Array:
    """Return x less its mean along an axis, over the root of its mean square deviation."""
    x = np.asarray(x, np.float64)
    variance = x.var(axis=axis, keepdims=True)
    return np.asarray((x - x.mean(axis=axis, keepdims=True)) / np.sqrt(variance + epsilon))


def normalized_backward(
    x: ArrayLike, dy: ArrayLike, weight: ArrayLike, axis: int, epsilon: float
) -> tuple[Array, Array, Array]:
    """Return the gradients of x, of the columns' factors and of their shifts."""
    x, dy, xhat = (
        np.asarray(x, np.float64),
        np.asarray(dy, np.float64),
        normalized(x, axis, epsilon),
    )
    g = dy * np.asarray(weight, np.float64)
    part = g.mean(axis=axis, keepdims=True) + xhat * (g * xhat).mean(axis=axis, keepdims=True)
    dx = (g - part) / np.sqrt(x.var(axis=axis, keepdims=True) + epsilon)
    return dx, (dy * xhat).sum(axis=0), dy.sum(axis=0)


def rows_of(table: ArrayLike, numbers: ArrayLike) -> Array:
    """Return the rows of a table by their numbers, one for each number."""
    rows: Array = np.asarray(table, np.float64)[np.asarray(numbers, int).ravel()]
    return rows


def rows_backward(numbers: ArrayLike, dy: ArrayLike, rows: int) -> Array:
    """Return the gradient of a table of so many rows: each has what came of it, in order."""
    dy = np.asarray(dy, np.float64)
    gradient = np.zeros((rows, dy.shape[1]))
    for number, one in zip(np.asarray(numbers, int).ravel(), dy, strict=True):
        gradient[number] += one
    return gradient


def _huber(z: Array, t: Array, delta: Array) -> tuple[Array, Array]:
    size = np.abs(z - t)
    near = np.minimum(size, delta)
    return near * (size - near / 2), near * np.sign(z - t)


def _hinge(z: Array, t: Array, p: Array) -> tuple[Array, Array]:
    side = np.where(t == 0, -1, t)
    return np.maximum(0, 1 - side * z), np.where(side * z < 1, -side, 0)


def _squared_hinge(z: Array, t: Array, p: Array) -> tuple[Array, Array]:
    lacking, slope = _hinge(z, t, p)
    return lacking**2, 2 * lacking * slope


def _tweedie(z: Array, t: Array, p: Array) -> tuple[Array, Array]:
    """As scikit-learn's `mean_tweedie_deviance` has it."""
    mean = np.exp(z)
    value = t ** (2 - p) / ((1 - p) * (2 - p)) - t * mean ** (1 - p) / (1 - p)
    return 2 * (value + mean ** (2 - p) / (2 - p)), 2 * (mean ** (2 - p) - t * mean ** (1 - p))


# Each column's loss and its derivative, of the losses that are the columns' mean.
COLUMN_LOSSES: dict[str, Callable[[Array, Array, Array], tuple[Array, Array]]] = {
    "binary_cross_entropy": lambda z, t, p: (_softplus(z) - z * t, _sigmoid(z) - t),
    "squared_error": lambda z, t, p: ((z - t) ** 2, 2 * (z - t)),
    "absolute_error": lambda z, t, p: (np.abs(z - t), np.sign(z - t)),
    "huber": _huber,
    "quantile": lambda z, t, p: (
        np.maximum(p * (t - z), (p - 1) * (t - z)),
        np.where(z > t, 1 - p, -p),
    ),
    "poisson": lambda z, t, p: (np.exp(z) - t * z, np.exp(z) - t),
    "hinge": _hinge,
    "squared_hinge": _squared_hinge,
    "gamma": lambda z, t, p: (
        2 * (z - np.log(t) + t / np.exp(z) - 1),
        2 * (1 - t / np.exp(z)),
    ),
    "tweedie": _tweedie,
}


def _multi_margin(z: Array, t: Array, margin: float) -> tuple[Array, Array]:
    """Of rows, and its derivative."""
    right = np.eye(z.shape[1])[t[:, 0].astype(int)]
    lacking = np.maximum(0, margin - (z * right).sum(axis=1, keepdims=True) + z) * (1 - right)
    wrong = (lacking > 0).astype(np.float64)
    gradient = wrong - right * wrong.sum(axis=1, keepdims=True)
    return lacking.mean(axis=1), gradient / z.shape[1]


def _shaped_cross_entropy(
    z: Array, t: Array, smoothing: float, gamma: float, *alpha: float
) -> tuple[Array, Array]:
    """Of rows, with label smoothing and a focal weight, and its derivative."""
    p, a = softmax(z), np.array(alpha or [1.0])
    t = t * (1 - smoothing) + smoothing / z.shape[1]
    rows = -(a * t * (1 - p) ** gamma * np.log(p)).sum(axis=1)
    by_p = a * t * (gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p)
    return rows, p * (by_p - (p * by_p).sum(axis=1, keepdims=True))


def _shaped_binary_cross_entropy(
    z: Array, t: Array, smoothing: float, gamma: float, *alpha: float
) -> tuple[Array, Array]:
    """Of columns, and its derivative."""
    p = _sigmoid(z)
    t = t * (1 - smoothing) + smoothing / 2
    a = t * alpha[0] + (1 - t) * (1 - alpha[0]) if alpha else np.ones_like(t)
    wrong = t * (1 - p) + (1 - t) * p
    entropy = -t * np.log(p) - (1 - t) * np.log(1 - p)
    by_p = gamma * wrong ** (gamma - 1) * (1 - 2 * t) * entropy
    by_p += wrong**gamma * (-t / p + (1 - t) / (1 - p))
    return a * wrong**gamma * entropy, a * by_p * p * (1 - p)


def loss(
    name: str,
    output: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    parameters: Sequence[float] = (),
) -> tuple[float, Array]:
    """Return the rows' mean loss, weighted by `(rows,)`, and the gradient of the output."""
    z, t = np.asarray(output, np.float64), np.asarray(target, np.float64)
    w = np.ones(len(z)) if weight is None else np.asarray(weight, np.float64)
    if name == "cross_entropy" and t.shape[1] == 1:
        t = np.eye(z.shape[1])[t[:, 0].astype(int)]
    if name == "cross_entropy" and len(parameters) > 1:
        rows, gradient = _shaped_cross_entropy(z, t, *parameters)
    elif name == "binary_cross_entropy" and len(parameters) > 1:
        columns, gradient = _shaped_binary_cross_entropy(z, t, *parameters)
        rows, gradient = columns.mean(axis=1), gradient / z.shape[1]
    elif name == "cross_entropy":
        top = z.max(axis=1, keepdims=True)
        log_sum = top + np.log(np.exp(z - top).sum(axis=1, keepdims=True))
        rows = (t * (log_sum - z)).sum(axis=1)
        gradient = t.sum(axis=1, keepdims=True) * softmax(z) - t
    elif name == "multi_margin":
        rows, gradient = _multi_margin(z, t, *parameters)
    elif name == "gaussian":
        means, s = np.split(z, 2, axis=1)
        errors, n = means - t, t.shape[1]
        rows = ((s + errors**2 / np.exp(s)) / 2).mean(axis=1)
        gradient = np.hstack([errors / np.exp(s), (1 - errors**2 / np.exp(s)) / 2]) / n
    else:
        columns, gradient = COLUMN_LOSSES[name](z, t, np.array(parameters))
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


def _noise_blocks(
    rows: int, cols: int, *, seed: int, stream: int, step: int, first_row: int = 0
) -> tuple[Bits, NDArray[np.int64]]:
    """Return each number's block of four words, and which of them is its own.

    Word w of block b belongs to column 64 (b // 16) + 16 w + b % 16.
    """
    row, col = np.mgrid[first_row : first_row + rows, :cols].astype(np.uint64)
    block = col // 64 * 16 + col % 16
    counter = np.broadcast_arrays(block, row, step & 0xFFFFFFFF, stream ^ (step >> 32))
    return philox(counter, seed), (col % 64 // 16).astype(np.int64)


def noise_words(rows: int, cols: int, **source: int) -> Bits:
    """Return each number's own word."""
    blocks, word = _noise_blocks(rows, cols, **source)
    return np.asarray(np.take_along_axis(blocks, word[None], axis=0)[0])


def dropout_mask(rows: int, cols: int, *, rate: float, **source: int) -> NDArray[np.bool_]:
    """Return what is kept."""
    return np.asarray(noise_words(rows, cols, **source) >= np.uint32(rate * 2**32))


def normals(rows: int, cols: int, **source: int) -> tuple[Array, Array]:
    """Return standard normals, of two words by Box and Muller's method, and their radii.

    Of words 0 and 1 of a block, and likewise of words 2 and 3, the former is a radius and the
    latter an angle; the number that the former belongs to has the cosine.
    """
    blocks, word = _noise_blocks(rows, cols, **source)
    of_radius, of_angle = (
        np.take_along_axis(blocks, (word // 2 * 2 + i)[None], axis=0)[0] for i in (0, 1)
    )
    share = ((of_radius >> np.uint32(1)) | np.uint32(1)) * 2.0**-31
    angle = of_angle * (2 * np.pi * 2.0**-32)
    radius = np.sqrt(-2 * np.log(share))
    return radius * np.where(word % 2 == 0, np.cos(angle), np.sin(angle)), radius


class Optimizer:
    """An optimizer by PyTorch's formulas; `settings` are the core's, 0 where one is left out."""

    def __init__(self, name: str, **settings: float) -> None:
        self.name, self.steps = name, 0
        self._settings = defaultdict(float, settings)
        self._state: list[Array | float] = [self._settings["initial_accumulator_value"], 0.0, 0.0]

    def step(self, parameter: Array, gradient: Array, rate: float) -> Array:
        """Return the parameters after the next step."""
        self.steps += 1
        g, decay = gradient, self._settings["weight_decay"]
        if self._settings["global_clipnorm"]:
            g = g * min(1.0, self._settings["global_clipnorm"] / float(np.linalg.norm(g)))
        if self._settings["clipvalue"]:
            g = np.clip(g, -self._settings["clipvalue"], self._settings["clipvalue"])
        if self.name == "adamw":
            return parameter * (1 - rate * decay) - rate * self._adam(g)
        change: Array = getattr(self, f"_{self.name}")(g + decay * parameter)
        return parameter - rate * change

    def _sum(self, place: int, decay: float, value: Array, gain: float) -> Array:
        """Return what is kept at `place`, decayed, and with the next value in it."""
        total: Array = decay * self._state[place] + gain * value
        self._state[place] = total
        return total

    def _sgd(self, g: Array) -> Array:
        momentum = self._settings["momentum"]
        velocity = self._sum(0, momentum, g, 1)
        return g + momentum * velocity if self._settings["nesterov"] else velocity

    def _adam(self, g: Array) -> Array:
        beta_1, beta_2 = self._settings["beta_1"], self._settings["beta_2"]
        mean = self._sum(0, beta_1, g, 1 - beta_1) / (1 - beta_1**self.steps)
        square = self._sum(1, beta_2, g * g, 1 - beta_2) / (1 - beta_2**self.steps)
        return mean / (np.sqrt(square) + self._settings["epsilon"])

    def _rmsprop(self, g: Array) -> Array:
        rho = self._settings["rho"]
        spread = self._sum(0, rho, g * g, 1 - rho)
        if self._settings["centered"]:
            spread = spread - self._sum(1, rho, g, 1 - rho) ** 2
        step = g / (np.sqrt(spread) + self._settings["epsilon"])
        return self._sum(2, self._settings["momentum"], step, 1)

    def _adagrad(self, g: Array) -> Array:
        return g / (np.sqrt(self._sum(0, 1, g * g, 1)) + self._settings["epsilon"])

    def _adadelta(self, g: Array) -> Array:
        rho, epsilon = self._settings["rho"], self._settings["epsilon"]
        square = self._sum(0, rho, g * g, 1 - rho)
        step: Array = np.sqrt(self._state[1] + epsilon) / np.sqrt(square + epsilon) * g
        self._sum(1, rho, step * step, 1 - rho)
        return step
