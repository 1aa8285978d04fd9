"""An epoch of training beside NumPy's: `pytest bench/`."""

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ganglion.bench.runners import ganglion_runner, numpy_runner
from ganglion.bench.runners.protocol import Training
from ganglion.bench.workloads import TABLE, Workload

LIBRARIES: dict[str, Callable[[Workload], Training]] = {
    "ganglion": ganglion_runner.training,
    "numpy": numpy_runner.training,
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("workload", TABLE[:3], ids=lambda workload: workload.name)
def test_epoch(benchmark: BenchmarkFixture, workload: Workload, library: str) -> None:
    training = LIBRARIES[library](workload)
    first = training.run(1, shuffle=True)
    benchmark.group = workload.name
    last = benchmark(training.run, 1, shuffle=True)
    assert last < first
