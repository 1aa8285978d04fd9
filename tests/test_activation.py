"""Activations and their derivatives against the oracle.

They are reached through gemm's epilogue: a product of no depth is its bias, to the bit, minus zero
and infinity included, which it would not be after a multiplication by an identity matrix.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import ACTIVATIONS, DERIVATIVES, UNITS, assert_close, softmax

import ganglion as gn
from ganglion import _core
from ganglion.activations import ActivationFunction

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

INF = np.inf
DTYPES = [np.float32, np.float64]
COLS = 203  # whole vectors of every kind, and a part of one
ALPHAS = {"leaky_relu": [0.0, 0.01, 0.3], "elu": [0.5, 1.0, 2.0]}
FUNCTIONS = [(name, alpha) for name in ACTIVATIONS for alpha in ALPHAS.get(name, [0.0])]
SLOPES = [(name, alpha) for name, alpha in FUNCTIONS if name in DERIVATIVES]
FROM_INPUT = ["gelu", "silu", "mish"]  # the derivative is made from z; else from phi(z)


def value(name: str, z: Array, alpha: float) -> Array:
    """Return phi(z) for z of shape `(columns,)`."""
    a: Array = np.full((1, len(z)), np.nan, z.dtype)
    nothing, none = np.zeros((1, 0), z.dtype), np.zeros((0, len(z)), z.dtype)
    _core.gemm(nothing, none, a, bias=z, activation=name, alpha=alpha)
    return a.ravel()


def slope(name: str, saved: Array, alpha: float, factor: float = 1.0) -> Array:
    """Return factor phi'(saved)."""
    dz: Array = np.full((1, len(saved)), np.nan, saved.dtype)
    nothing, none = np.zeros((1, 0), saved.dtype), np.zeros((0, len(saved)), saved.dtype)
    da = np.full(len(saved), factor, saved.dtype)
    _core.gemm(nothing, none, dz, bias=da, activation=name, alpha=alpha, saved=saved[None])
    return dz.ravel()


def kept(name: str, z: Array, alpha: float) -> Array:
    """Return what the derivative is made from."""
    return z if name in FROM_INPUT else value(name, z, alpha)


def samples(dtype: Any, rng: np.random.Generator) -> Array:
    """Return numbers of every size, of both signs, and more of them where the functions bend."""
    sizes = 10.0 ** rng.uniform(-30, 30, 300)
    edges = [0.0, 1e-40, 1e-30, 1e-8, 1e-4, 0.5, 1, 2, 5, 9, 17, 37, 88, 104, 710, 746, 1e4, 3e38]
    half = np.concatenate([edges, sizes, rng.uniform(0, 4, 500), rng.uniform(0, 40, 300)])
    return np.concatenate([half, -half]).astype(dtype)


def test_names_are_those_of_the_core() -> None:
    assert list(ACTIVATIONS) == _core.activation_names()
    assert set(ACTIVATIONS) - set(DERIVATIVES) == {"step"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "alpha"), FUNCTIONS)
def test_value_is_close(isa: str, name: str, alpha: float, dtype: Any, rng: Any) -> None:
    z = samples(dtype, rng)
    expected = ACTIVATIONS[name](z.astype(np.float64), alpha)
    size = np.minimum(np.abs(z), 750)  # further out the tails are zero
    scale: Any = 0.0
    if name == "gelu":  # 1 + erf cancels in the lower tail: an error there is a part of z
        scale = size
    if name in ("silu", "mish"):  # the factor of z may be subnormal, and then has fewer bits
        scale = size * np.finfo(dtype).tiny
    assert_close(value(name, z, alpha), expected, family="elementwise", scale=scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "alpha"), SLOPES)
def test_derivative_is_close(isa: str, name: str, alpha: float, dtype: Any, rng: Any) -> None:
    z = samples(dtype, rng)
    actual = slope(name, kept(name, z, alpha), alpha)
    expected = DERIVATIVES[name](z.astype(np.float64), alpha)
    # Made from a value that was rounded, or from terms that cancel: its error is one beside 1 ...
    scale: Any = max(1.0, alpha)
    if name in ("silu", "mish"):  # ... and what is lost in 1 - s, or 1 - t t, is multiplied by z
        scale = 1 + np.minimum(np.abs(z), 40) / UNITS
    assert_close(actual, expected, family="elementwise", scale=scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "alpha"), SLOPES)
def test_derivative_multiplies_the_gradient(
    isa: str, name: str, alpha: float, dtype: Any, rng: Any
) -> None:
    saved = kept(name, rng.uniform(-4, 4, COLS).astype(dtype), alpha)
    expected = -0.75 * slope(name, saved, alpha).astype(np.float64)
    actual = slope(name, saved, alpha, factor=-0.75)
    assert_close(actual, expected, family="elementwise")


ENDS: dict[
    str, tuple[float | None, float]
] = {  # at minus infinity, if it has a value, and infinity
    "identity": (-INF, INF),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, INF),
    "leaky_relu": (-INF, INF),
    "elu": (-2, INF),
    "step": (0, 1),
    "gelu": (None, INF),  # 0 times infinity, as in PyTorch
    "silu": (None, INF),
    "selu": (-1.7580993408473766, INF),
    "softplus": (0, INF),
    "softsign": (None, np.nan),  # infinity over infinity, as in PyTorch
    "mish": (None, INF),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ENDS)
def test_value_of_infinity_is_the_limit(isa: str, name: str, dtype: Any) -> None:
    alpha = {"leaky_relu": 0.1, "elu": 2.0}.get(name, 0.0)
    least, greatest = value(name, np.array([-INF, INF], dtype), alpha)
    low, high = ENDS[name]
    assert_close(least, np.nan if low is None else low, family="elementwise")
    assert_close(greatest, high, family="elementwise")


SIGNED = [
    "identity",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "selu",
    "softsign",
    "mish",
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIGNED)
def test_value_of_zero_is_zero(isa: str, name: str, dtype: Any) -> None:
    zeros = value(name, np.array([0.0, -0.0], dtype), 0.5)
    assert_close(zeros, [0, 0], family="exact")
    assert not np.signbit(zeros[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "step"])
def test_value_of_nan_is_nan(isa: str, name: str, dtype: Any) -> None:
    z = np.array([1, np.nan, -1], dtype)
    np.testing.assert_array_equal(np.isnan(value(name, z, 0.5)), [False, True, False])


@pytest.mark.parametrize("dtype", DTYPES)
def test_step_at_zero_is_one(isa: str, dtype: Any) -> None:
    least = np.finfo(dtype).smallest_subnormal
    z = np.array([-INF, -1, -least, -0.0, 0.0, least, 1, INF], dtype)
    assert_close(value("step", z, 0.0), [0, 0, 0, 1, 1, 1, 1, 1], family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "at_zero"), [("relu", 0.0), ("leaky_relu", 0.3)])
def test_derivative_at_the_kink_is_that_from_below(
    isa: str, name: str, at_zero: float, dtype: Any
) -> None:
    zeros = np.array([0.0, -0.0], dtype)
    assert_close(slope(name, zeros, 0.3), np.full(2, at_zero), family="elementwise")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "alpha"), FUNCTIONS)
def test_bits_do_not_depend_on_the_place(
    isa: str, name: str, alpha: float, dtype: Any, rng: Any
) -> None:
    z = rng.uniform(-4, 4, COLS).astype(dtype)
    together = value(name, z, alpha)
    for first in (0, 1, 7, 101):
        for last in (first + 1, first + 33, COLS):
            part = value(name, z[first:last].copy(), alpha)
            assert_close(part, together[first:last], family="exact")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "alpha"), FUNCTIONS)
def test_activation_that_stands_alone_has_the_same_bits(
    isa: str, name: str, alpha: float, dtype: str, rng: Any
) -> None:
    z = rng.uniform(-4, 4, (7, COLS)).astype(dtype)
    layer = gn.Activation(ActivationFunction(name, alpha))
    net = gn.Sequential([layer], input_size=COLS, dtype=dtype)
    expected = [value(name, row, alpha) for row in z]
    assert_close(net.predict(z), expected, family="exact")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cols", [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 100])
def test_softmax_is_close(isa: str, cols: int, dtype: str, rng: Any) -> None:
    z = rng.integers(-64, 65, (20, cols)) * np.logspace(-6, 13, 20, base=2)[:, None]
    net = gn.Sequential([gn.Activation("softmax")], input_size=cols, dtype=dtype)
    actual = net.predict(z)  # the differences of z are exact
    assert_close(actual, softmax(z), family="elementwise")


NO_DERIVATIVE = (
    "activation: step has no useful derivative: use it for predicting or with the perceptron rule,"
    " or train with sigmoid or tanh in its place"
)


@pytest.mark.parametrize("loss_name", _core.loss_names())
def test_training_through_a_step_is_refused(loss_name: str) -> None:
    net = gn.Sequential([gn.Dense(3, "step"), gn.Dense(2)], input_size=4)
    with pytest.raises(ValueError, match=NO_DERIVATIVE):
        net.compile("sgd", loss=loss_name)


def test_step_runs_forward_and_not_backward(rng: np.random.Generator) -> None:
    net = gn.Sequential([gn.Dense(3, "step"), gn.Dense(2)], input_size=4, dtype="float64")
    x = rng.normal(size=(6, 4))
    w, b, v, c = net.get_weights()
    assert_close(net.forward(x), (x @ w + b >= 0) @ v + c, family="reduction", depth=4)
    assert_close(net.predict(x), net.forward(x), family="exact")
    with pytest.raises(ValueError, match=NO_DERIVATIVE):
        net.backward(np.ones((6, 2)))
