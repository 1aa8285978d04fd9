"""The most memory a fit takes, beside what it cannot do without; each in a process of its own."""

import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from ganglion.bench.results import aligned
from ganglion.bench.training import compiled
from ganglion.bench.workloads import NUMBER, TABLE, Workload

ALLOWANCE = 20_000_000  # bytes
MB = 1e6

Result = TypeVar("Result")


def apart(function: Callable[[Workload, Path], Result], workload: Workload, folder: Path) -> Result:
    """Call a function in a new process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as pool:
        return pool.submit(function, workload, folder).result()


def write_data(workload: Workload, folder: Path) -> None:
    """Write the data to files, so that making it is not part of what is measured."""
    x, y = workload.data()
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)


def peak_of_fit(workload: Workload, folder: Path) -> int:
    """Return by how many bytes the peak rises from before there are data and network."""
    before = peak()
    x, y = np.load(folder / "x.npy"), np.load(folder / "y.npy")
    net = compiled(workload)
    net.fit(x, y, batch_size=workload.batch, epochs=2, verbose=0)
    return peak() - before


def peak() -> int:
    """Return this process's peak; `ru_maxrss` would start from that of the process it came from."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def needed(workload: Workload) -> int:
    """Return data, parameters with gradients and both means of Adam, a batch, and the allowance."""
    parameters = 4 * NUMBER * workload.parameters
    return workload.data_bytes + parameters + workload.activation_bytes + ALLOWANCE


def main() -> None:
    """Print a line a workload."""
    lines = [["workload", "peak MB", "needed MB", "peak / needed"]]
    for workload in TABLE:
        with TemporaryDirectory() as name:
            folder = Path(name)
            apart(write_data, workload, folder)
            used = apart(peak_of_fit, workload, folder)
        share = f"{used / needed(workload):.2f}"
        sizes = [f"{used / MB:.1f}", f"{needed(workload) / MB:.1f}"]
        lines.append([workload.name, *sizes, share])
    print(aligned(lines))


if __name__ == "__main__":
    main()
