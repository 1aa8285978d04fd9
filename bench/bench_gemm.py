"""The matrix product, in GFLOP/s: ours, OpenBLAS through NumPy, MKL through PyTorch, the peak."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ganglion import _core
from ganglion.bench.results import aligned, geometric_mean
from ganglion.bench.timing import Call, alternating
from ganglion.bench.workloads import TABLE

ROUNDS = 9
SQUARES = (128, 256, 512, 1024, 2048)
LARGEST_RANDOM = 2048
WORST = 10  # random shapes printed


class Product(NamedTuple):
    """C (m, n) = A (m, k) B (k, n), where A or B may lie transposed in memory."""

    m: int
    n: int
    k: int
    transposed_a: bool
    transposed_b: bool

    @property
    def name(self) -> str:
        """Sizes and transposes, as tables write them."""
        a, b = "a.T" if self.transposed_a else "a", "b.T" if self.transposed_b else "b"
        return f"{self.m} x {self.n} x {self.k}, {a} {b}"

    def operands(self, dtype: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return random A and B."""
        rng = np.random.default_rng(0)
        a = rng.random((self.k, self.m) if self.transposed_a else (self.m, self.k)).astype(dtype)
        b = rng.random((self.n, self.k) if self.transposed_b else (self.k, self.n)).astype(dtype)
        return a.T if self.transposed_a else a, b.T if self.transposed_b else b

    def rates(self, dtype: str) -> dict[str, float]:
        """Return GFLOP/s of each library, the best of many."""
        times = alternating(self._calls(dtype), ROUNDS)
        return {name: 2e-9 * self.m * self.n * self.k / time.least for name, time in times.items()}

    def _calls(self, dtype: str) -> dict[str, Call]:
        a, b = self.operands(dtype)
        ours, theirs = np.empty((self.m, self.n), dtype), np.empty((self.m, self.n), dtype)
        calls: dict[str, Call] = {
            "ganglion": lambda: _core.gemm(a, b, ours, threads=None),
            "numpy": lambda: np.matmul(a, b, out=theirs),
        }
        if find_spec("torch"):
            import torch

            left, right, out = map(torch.from_numpy, (a, b, np.empty_like(ours)))
            calls["torch"] = lambda: torch.mm(left, right, out=out)
        return calls


def squares_and_layers() -> Iterator[Product]:
    """Yield squares in all four layouts, then the three products of the workloads' layers."""
    for size in SQUARES:
        for transposed_a in (False, True):
            for transposed_b in (False, True):
                yield Product(size, size, size, transposed_a, transposed_b)
    for workload in TABLE:
        for inputs, units in pairwise(workload.sizes):
            yield Product(workload.batch, units, inputs, False, False)
            yield Product(inputs, units, workload.batch, True, False)
            yield Product(workload.batch, inputs, units, False, True)


def random_products(count: int, seed: int) -> Iterator[Product]:
    """Yield products of random shapes and layouts."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        m, n, k = rng.integers(1, LARGEST_RANDOM, 3, endpoint=True).tolist()
        a, b = rng.integers(0, 2, 2).tolist()
        yield Product(m, n, k, bool(a), bool(b))


def report(products: Sequence[Product], dtype: str, threads: int, worst: int | None) -> None:
    """Print a line a product; with `worst`, only so many, the worst beside NumPy first."""
    peak = _core.peak_flops(dtype, threads, 0.5) / 1e9
    rates = {product: product.rates(dtype) for product in products}
    over_numpy = {product: rate["ganglion"] / rate["numpy"] for product, rate in rates.items()}
    printed = list(rates) if worst is None else sorted(rates, key=over_numpy.__getitem__)[:worst]
    print(f"\n{dtype}, {threads} threads, peak {peak:.0f} GFLOP/s")
    lines = [["m x n x k", *rates[printed[0]], "ours / peak", "ours / NumPy"]]
    for product in printed:
        rate = rates[product]
        shares = [f"{rate['ganglion'] / peak:.2f}", f"{over_numpy[product]:.2f}"]
        lines.append([product.name, *(f"{value:.1f}" for value in rate.values()), *shares])
    print(aligned(lines))
    print(f"geometric mean of ours / NumPy: {geometric_mean(list(over_numpy.values())):.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables of float32 and float64."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, metavar="COUNT", help="random shapes instead")
    parser.add_argument("--seed", type=int, default=0, help="of the random shapes (%(default)s)")
    parser.add_argument(
        "--threads", type=int, default=len(os.sched_getaffinity(0)), help="(all: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.random:
        products, worst = list(random_products(options.random, options.seed)), WORST
    else:
        products, worst = list(dict.fromkeys(squares_and_layers())), None
    if find_spec("torch"):
        import torch

        torch.set_num_threads(options.threads)
    _core.set_thread_limit(options.threads)
    with threadpool_limits(options.threads, user_api="blas"):
        for dtype in ("float32", "float64"):
            report(products, dtype, options.threads, worst)


def with_short_spinning() -> None:
    """Start this program again where OpenBLAS has not been told how long its threads spin.

    By default they take a core for a tenth of a second after a product: from the next library.
    """
    if "OPENBLAS_THREAD_TIMEOUT" not in os.environ:
        short = {"OPENBLAS_THREAD_TIMEOUT": "20"}  # 2^20 cycles
        module = ["-m", "ganglion.bench.bench_gemm"]
        os.execve(sys.executable, [sys.executable, *module, *sys.argv[1:]], os.environ | short)


if __name__ == "__main__":
    with_short_spinning()
    main()
