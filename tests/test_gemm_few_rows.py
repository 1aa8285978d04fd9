"""The matrix product where there are few rows, which has ways of its own to read B.

B that is transposed is read in place, B from memory block by block; which rows and sizes these are
depends on the instruction set and the caches, so tests take some of each.
"""

from typing import Any

import numpy as np
import pytest
import reference
from products import DTYPES, gemm, thread_limit, whole
from reference import assert_close

pytestmark = pytest.mark.kernel

TRANSPOSED = [(m, 130, 65) for m in (3, 8, 15, 16, 31, 33, 64, 127, 128, 129)] + [(20, 1, 70)]
TRANSPOSED += [(17, 113, 66), (32, 224, 300), (40, 500, 1100), (100, 111, 129)]
FROM_MEMORY = [
    (9, 66_001, 96),
    (40, 50_000, 97),
    (14, 70_003, 65),
    (33, 4_200, 1_100),
    (100, 4_100, 1_500),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n", "k"), TRANSPOSED)
def test_transposed_b(isa: str, m: int, n: int, k: int, dtype: Any, rng: Any) -> None:
    a, b = whole(rng, dtype, m, k), np.asfortranarray(whole(rng, dtype, k, n))
    bias, start = whole(rng, dtype, n), whole(rng, dtype, m, n)
    saved = whole(rng, dtype, m, n)
    product = reference.gemm(a, b)
    assert_close(gemm(a, b), product, family="exact")
    assert_close(gemm(np.asfortranarray(a), b), product, family="exact")
    assert_close(gemm(a, b, activation="relu"), np.maximum(product, 0), family="exact")
    derived = gemm(a, b, activation="relu", saved=saved)
    assert_close(derived, np.where(saved > 0, product, 0), family="exact")
    assert_close(gemm(a, b, bias=bias), product + bias, family="exact")
    assert_close(gemm(a, b, start=start, accumulate=True), product + start, family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n", "k"), FROM_MEMORY)
def test_b_from_memory(isa: str, m: int, n: int, k: int, dtype: Any, rng: Any) -> None:
    a, b = whole(rng, dtype, m, k), whole(rng, dtype, k, n)
    bias, start = whole(rng, dtype, n), whole(rng, dtype, m, n)
    product = reference.gemm(a, b)
    biased = gemm(a, b, bias=bias, activation="relu")
    assert_close(biased, np.maximum(product + bias, 0), family="exact")
    assert_close(gemm(a, b, start=start, accumulate=True), product + start, family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threads", [2, 3, 7])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("m", "n", "k"), [(32, 300, 100), (128, 513, 70), (33, 4_200, 1_100)])
def test_bits_do_not_depend_on_the_team(
    isa: str, m: int, n: int, k: int, order: Any, threads: int, dtype: Any, rng: Any
) -> None:
    a = rng.normal(size=(m, k)).astype(dtype)
    b = np.asarray(rng.normal(size=(k, n)), dtype=dtype, order=order)
    bias, start = rng.normal(size=n).astype(dtype), rng.normal(size=(m, n)).astype(dtype)
    alone = gemm(a, b, bias=bias), gemm(a, b, start=start, accumulate=True)
    with thread_limit(threads):
        biased = gemm(a, b, bias=bias, threads=threads)
        added = gemm(a, b, start=start, accumulate=True, threads=threads)
    np.testing.assert_array_equal(biased, alone[0])
    np.testing.assert_array_equal(added, alone[1])
    assert_close(biased, reference.gemm(a, b, bias), family="reduction", depth=k + 1)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "k"), [(113, 700), (4_100, 1_100)])
def test_bits_do_not_depend_on_the_way(
    isa: str, n: int, k: int, dtype: Any, rng: np.random.Generator
) -> None:
    a, b = rng.normal(size=(150, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
    transposed = np.asfortranarray(b)
    all_rows = gemm(a, b)
    for rows in (1, 3, 16, 40, 100, 150):
        np.testing.assert_array_equal(gemm(a[:rows], b), all_rows[:rows])
        np.testing.assert_array_equal(gemm(a[:rows], transposed), all_rows[:rows])
