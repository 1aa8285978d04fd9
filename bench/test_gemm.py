"""The matrix product beside NumPy's: `pytest bench/`."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ganglion import _core
from ganglion.bench.bench_gemm import Product

PRODUCTS = [
    Product(32, 128, 784, False, False),
    Product(784, 128, 32, True, False),
    Product(32, 784, 128, False, True),
    Product(256, 256, 256, False, False),
]


@pytest.mark.parametrize("library", ["ganglion", "numpy"])
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_gemm(benchmark: BenchmarkFixture, product: Product, library: str) -> None:
    a, b = product.operands("float32")
    c = np.full((product.m, product.n), np.nan, np.float32)
    benchmark.group = product.name
    if library == "ganglion":
        benchmark(lambda: _core.gemm(a, b, c, threads=1))
    else:
        benchmark(lambda: np.matmul(a, b, out=c))
    np.testing.assert_allclose(c, a @ b, rtol=1e-3)
