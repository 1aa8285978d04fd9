"""The vector functions against NumPy in the next wider type."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ganglion import _core

pytestmark = pytest.mark.kernel

ULPS = 2  # from the correctly rounded result
NAMES = ["exp", "expm1", "log", "log1p", "tanh", "erf", "sigmoid"]
DTYPES = [np.float32, np.float64]
WIDER: dict[Any, Any] = {np.float32: np.float64, np.float64: np.longdouble}
EVERY_CHUNK = 1 << 22

Array = np.ndarray[Any, np.dtype[Any]]


def sigmoid(x: Array) -> Array:
    small: Array = np.exp(-np.abs(x))
    result: Array = np.where(x < 0, small, x.dtype.type(1)) / (1 + small)
    return result


def erf(x: Array) -> Array:
    """Near zero a series of positive terms; far out 1 - erfc, whose error is lost beside 1."""
    size = np.minimum(np.abs(x), 30)
    square = np.square(np.minimum(size, 3))
    term = np.ones_like(x) * np.minimum(size, 3)
    series = term.copy()
    for n in range(1, 80):
        term = term * square / (n + x.dtype.type(0.5))
        series += term
    series *= np.exp(-square) * (2 / np.sqrt(4 * np.arctan(x.dtype.type(1))))
    far = 1 - np.vectorize(math.erfc, otypes=[np.float64])(size.astype(np.float64)).astype(x.dtype)
    return np.copysign(np.where(size < 3, series, far), x)


REFERENCES: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "erf": erf,
    "sigmoid": sigmoid,
}


def correctly_rounded(name: str, x: Array) -> Array:
    dtype = x.dtype.type
    with np.errstate(all="ignore"):
        return REFERENCES[name](x.astype(WIDER[dtype])).astype(dtype)


def needs_a_wider_type(dtype: Any) -> None:
    if np.finfo(WIDER[dtype]).nmant < np.finfo(dtype).nmant + 8:
        pytest.skip("long double is no wider than double here")


def assert_within_ulps(actual: Array, expected: Array, x: Array) -> None:
    """Equal where NaN, infinite or zero; else of one sign and at most ULPS numbers apart."""
    integer = np.int32 if actual.dtype == np.float32 else np.int64
    number = ~np.isnan(expected)
    np.testing.assert_array_equal(np.isnan(actual), ~number)
    np.testing.assert_array_equal(np.signbit(actual[number]), np.signbit(expected[number]))
    apart = np.abs(actual[number].view(integer) - expected[number].view(integer))
    if apart.size and apart.max() > ULPS:
        worst = np.argmax(apart)
        at, got, wanted = (float(a[number][worst]) for a in (x, actual, expected))
        pytest.fail(f"{apart[worst]} ulp at {at!r}: got {got!r}, expected {wanted!r}")


def samples(dtype: Any) -> Array:
    """Every magnitude, subnormals included, and more where the functions bend or end."""
    rng = np.random.default_rng(0)
    bits = np.uint32 if dtype == np.float32 else np.uint64
    edge = float(np.log(np.finfo(dtype).max))
    ranges = [0.01, 0.5, 1.5, 4, 20, edge * 1.2]
    parts = [rng.integers(0, np.iinfo(bits).max, 200_000, bits, endpoint=True).view(dtype)]
    parts += [rng.uniform(-r, r, 50_000).astype(dtype) for r in ranges]
    parts += [(1 + rng.uniform(-r, r, 50_000)).astype(dtype) for r in (1e-6, 1e-3, 0.4)]
    subnormal = rng.integers(0, 1 << np.finfo(dtype).nmant, 20_000, bits).view(dtype)
    return np.concatenate([*parts, subnormal, -subnormal])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_vector_math_is_within_two_ulps(isa: str, name: str, dtype: Any) -> None:
    needs_a_wider_type(dtype)
    x = samples(dtype)
    assert_within_ulps(_core.vector_math(name, x), correctly_rounded(name, x), x)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_vector_math_is_within_two_ulps_of_every_float32(isa: str, name: str) -> None:
    special = pytest.importorskip("scipy.special")
    reference = special.erf if name == "erf" else REFERENCES[name]
    for start in range(0, 1 << 32, EVERY_CHUNK):
        x = np.arange(start, start + EVERY_CHUNK, dtype=np.uint32).view(np.float32)
        with np.errstate(all="ignore"):
            expected = reference(x.astype(np.float64)).astype(np.float32)
        assert_within_ulps(_core.vector_math(name, x), expected, x)


INF = math.inf
SPECIAL = {
    "exp": [(-INF, 0.0), (-0.0, 1.0), (0.0, 1.0), (INF, INF)],
    "expm1": [(-INF, -1.0), (-0.0, -0.0), (0.0, 0.0), (INF, INF)],
    "log": [(0.0, -INF), (-0.0, -INF), (1.0, 0.0), (INF, INF), (-1.0, math.nan), (-INF, math.nan)],
    "log1p": [(-1.0, -INF), (-0.0, -0.0), (0.0, 0.0), (INF, INF), (-2.0, math.nan)],
    "tanh": [(-INF, -1.0), (-0.0, -0.0), (0.0, 0.0), (INF, 1.0)],
    "erf": [(-INF, -1.0), (-0.0, -0.0), (0.0, 0.0), (INF, 1.0)],
    "sigmoid": [(-INF, 0.0), (-0.0, 0.5), (0.0, 0.5), (INF, 1.0)],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_vector_math_of_special_values_is_exact(isa: str, name: str, dtype: Any) -> None:
    x, y = np.array([*SPECIAL[name], (math.nan, math.nan)], dtype).T.copy()
    actual = _core.vector_math(name, x)
    np.testing.assert_array_equal(actual, y)
    number = ~np.isnan(y)
    np.testing.assert_array_equal(np.signbit(actual[number]), np.signbit(y[number]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_exp_ends_where_the_type_does(isa: str, dtype: Any) -> None:
    info = np.finfo(dtype)
    last_finite = dtype(np.log(WIDER[dtype](info.max)))
    half_of_least = np.log(WIDER[dtype](info.smallest_subnormal) / 2)
    x = np.array([last_finite, last_finite, half_of_least, half_of_least], dtype)
    x = np.nextafter(x, np.array([-INF, INF, INF, -INF], dtype))
    above, beyond, least, zero = _core.vector_math("exp", x)
    assert np.isfinite(above)
    assert np.isinf(beyond)
    assert (least, zero) == (info.smallest_subnormal, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh"])
def test_subnormal_numbers_are_returned_unchanged(isa: str, name: str, dtype: Any) -> None:
    x = np.finfo(dtype).smallest_subnormal * np.arange(-1000, 1001).astype(dtype)
    np.testing.assert_array_equal(_core.vector_math(name, x), x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["tanh", "erf"])
def test_odd_functions_are_odd_to_the_last_bit(isa: str, name: str, dtype: Any) -> None:
    x = np.abs(samples(dtype))
    np.testing.assert_array_equal(_core.vector_math(name, -x), -_core.vector_math(name, x))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "low"), [("tanh", -1), ("erf", -1), ("sigmoid", 0)])
def test_bounded_functions_stay_in_bounds(isa: str, name: str, low: int, dtype: Any) -> None:
    x = samples(dtype)
    y = _core.vector_math(name, x[~np.isnan(x)])
    assert y.min() == low
    assert y.max() == 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_result_does_not_depend_on_its_place(isa: str, name: str, dtype: Any) -> None:
    x = np.linspace(0.1, 3, 70).astype(dtype)  # more than four vectors of the widest kind
    whole = _core.vector_math(name, x)
    for start in range(5):
        for count in range(66):
            part = _core.vector_math(name, x[start : start + count].copy())
            np.testing.assert_array_equal(part, whole[start : start + count])
