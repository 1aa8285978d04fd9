"""The matrix product by a team, and many products in one call."""

from typing import Any

import numpy as np
import pytest
import reference
from products import DTYPES, Array, thread_limit
from reference import assert_close

from ganglion import _core

pytestmark = [pytest.mark.kernel, pytest.mark.threads]

SHAPES = [
    (1, 1, 1),
    (1, 70, 9),
    (70, 1, 9),
    (7, 16, 0),
    (32, 300, 65),
    (300, 33, 520),
    (600, 700, 5),
]


def random(rng: np.random.Generator, dtype: Any, *shape: int) -> Array:
    return rng.normal(size=shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threads", [2, 3, 4, 7, None])
@pytest.mark.parametrize(("m", "n", "k"), SHAPES)
def test_bits_do_not_depend_on_the_team(
    isa: str, m: int, n: int, k: int, threads: int | None, dtype: Any, rng: np.random.Generator
) -> None:
    a, b, bias = random(rng, dtype, m, k), random(rng, dtype, k, n), random(rng, dtype, n)
    alone, together = np.full((m, n), np.nan, dtype), np.full((m, n), np.nan, dtype)
    sums, sums_together = np.full(n, np.nan, dtype), np.full(n, np.nan, dtype)
    _core.gemm(a, b, alone, bias=bias, activation="relu", column_sums=sums)
    with thread_limit(threads or 4):
        _core.gemm(
            a,
            b,
            together,
            bias=bias,
            activation="relu",
            column_sums=sums_together,
            threads=threads,
        )
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(sums_together, sums)
    assert_close(alone, reference.gemm(a, b, bias, "relu"), family="reduction", depth=k + 1)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("count", "m", "n", "k"), [(0, 3, 4, 5), (1, 6, 16, 3), (9, 7, 19, 33)])
def test_batch_gives_each_product(
    isa: str, count: int, m: int, n: int, k: int, threads: int, dtype: Any, rng: Any
) -> None:
    a, b = random(rng, dtype, count, m, k), random(rng, dtype, count, k, n)
    for left, right in [(a, b), (a, np.asfortranarray(b)), (a[:, :, ::-1], b[:, ::-1])]:
        c = np.full((count, m, n), np.nan, dtype)
        _core.gemm_batch(left, right, c, threads=threads)
        for i in range(count):
            one = np.full((m, n), np.nan, dtype)
            _core.gemm(left[i], right[i], one)
            np.testing.assert_array_equal(c[i], one)


def test_batch_may_share_a_matrix(isa: str, rng: np.random.Generator) -> None:
    a, b = random(rng, np.float32, 5, 4, 6), random(rng, np.float32, 6, 8)
    c = np.full((5, 4, 8), np.nan, np.float32)
    _core.gemm_batch(a, np.broadcast_to(b, (5, 6, 8)), c)
    assert_close(c, a.astype(np.float64) @ b, family="reduction", depth=6)


@pytest.mark.parametrize(
    ("shapes", "rule"),
    [
        (((3, 4), (2, 4, 5), (2, 3, 5)), "a has 2 dimensions, must have 3"),
        (((2, 3, 4), (2, 5, 5), (2, 3, 5)), "b is 2x5x5"),
        (((2, 3, 4), (3, 4, 5), (2, 3, 5)), "b is 3x4x5"),
        (((2, 3, 4), (2, 4, 5), (2, 5, 3)), "c is 2x5x3"),
    ],
)
def test_batch_of_shapes_that_do_not_fit_is_refused(
    isa: str, shapes: tuple[tuple[int, ...], ...], rule: str
) -> None:
    a, b, c = (np.zeros(shape, np.float32) for shape in shapes)
    with pytest.raises(ValueError, match=rule):
        _core.gemm_batch(a, b, c)


@pytest.mark.parametrize("threads", [0, -1, 100_000])
def test_team_that_cannot_be_is_refused(isa: str, threads: int) -> None:
    one = np.zeros((1, 1), np.float32)
    with pytest.raises(ValueError, match=f"threads is {threads}, must be from 1 to"):
        _core.gemm(one, one, one.copy(), threads=threads)
