"""What the tests of the matrix product share: operands, a frame of NaN around C, a team."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core

Array = NDArray[Any]

DTYPES = [np.float32, np.float64]


def whole(rng: np.random.Generator, dtype: Any, *shape: int) -> Array:
    return rng.integers(-4, 5, shape).astype(dtype)


def gemm(a: Array, b: Array, *, start: Array | float = np.nan, **options: Any) -> Array:
    """Return the product; it is written over NaN, and the NaN around it must stay."""
    m, n = len(a), b.shape[1]
    frame = np.full((m + 2, n + 5), np.nan, a.dtype)
    c = frame[1 : m + 1, 2 : n + 2]
    c[:] = start
    _core.gemm(a, b, c, **options)
    result = c.copy()
    c[:] = np.nan
    assert np.isnan(frame).all()
    return result


@contextmanager
def thread_limit(threads: int) -> Iterator[None]:
    """Allow so many threads meanwhile, whatever the machine has."""
    before = _core.thread_limit()[0]
    _core.set_thread_limit(threads)
    try:
        yield
    finally:
        _core.set_thread_limit(before)
