"""The machine: how fast it multiplies and moves memory, the two sides of a roofline."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganglion import _core
from ganglion.bench.workloads import Cost, Floats

ARRAY = 1 << 26  # numbers in all, 256 MiB: no cache holds them
PIECE = 8192  # numbers a call: few enough for OpenBLAS to stay on the thread that calls it
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Machine:
    """Measured limits of so many threads.

    Args:
        peak: FLOP/s.
        bandwidth: Bytes/s.
    """

    peak: float
    bandwidth: float

    def shortest(self, cost: Cost) -> float:
        """Return the microseconds below which nothing of this cost can be done from memory."""
        return max(cost.flops / self.peak, cost.bytes / self.bandwidth) * 1e6


def measure(threads: int, seconds: float = 0.5) -> Machine:
    """Measure float32 on so many threads."""
    return Machine(_core.peak_flops("float32", threads, seconds), bandwidth(threads))


def bandwidth(threads: int) -> float:
    """Return bytes/s of reading, or of reading and writing, whichever is larger."""
    parts = [np.ones(ARRAY // threads, np.float32) for _ in range(threads)]
    moved = sum(part.nbytes for part in parts)
    return max(moved / least(read, parts), 2 * moved / least(update, parts))


def least(work: Callable[[Floats], None], parts: list[Floats]) -> float:
    """Return the least seconds in which threads work on a part each."""
    times = []
    with ThreadPoolExecutor(len(parts)) as threads:
        for _ in range(REPEATS):
            start = time.perf_counter()
            list(threads.map(work, parts))
            times.append(time.perf_counter() - start)
    return min(times)


def read(x: Floats) -> None:
    """Read all of x."""
    np.dot(x, x)


def update(x: Floats) -> None:
    """Read and write all of x."""
    np.add(x, 1, out=x)


def cpu_name() -> str:
    """Return the processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


def last_cache() -> int:
    """Return the bytes of the last cache; 0 where the system does not say."""
    levels = Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")
    units = {"K": 1 << 10, "M": 1 << 20}
    texts = [path.read_text().strip() for path in levels]
    return max((int(text[:-1]) * units[text[-1]] for text in texts), default=0)
