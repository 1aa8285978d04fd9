"""Inference of a row and of a batch beside NumPy's: `pytest bench/`."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ganglion.bench.runners import ganglion_runner, numpy_runner
from ganglion.bench.workloads import TABLE, Workload

LIBRARIES = {"ganglion": ganglion_runner.inference, "numpy": numpy_runner.inference}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("task", ["row", "batch"])
@pytest.mark.parametrize("workload", TABLE[:3], ids=lambda workload: workload.name)
def test_inference(
    benchmark: BenchmarkFixture, workload: Workload, task: str, library: str
) -> None:
    x = workload.data()[0][: 1 if task == "row" else workload.batch]
    benchmark.group = f"{workload.name}, {task}"
    y = benchmark(LIBRARIES[library](workload), x)
    np.testing.assert_allclose(y, numpy_runner.inference(workload)(x), rtol=1e-3, atol=1e-4)
