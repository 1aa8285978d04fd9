"""A machine that others use: how much slower our calls are there, on all threads and on one."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import ganglion as gn
from ganglion import _core
from ganglion.bench.results import aligned
from ganglion.bench.timing import Call, timed

TURNS = 6
SECONDS = 0.4  # of calls in a turn
START = 0.2  # seconds until a program burns its core
REST = 0.15  # seconds until OpenBLAS's threads sleep
BURN = "while True: pass"
ALONE = "alone"


@contextmanager
def burning(count: int) -> Iterator[None]:
    """Let so many programs burn a core each."""
    programs: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            programs.append(subprocess.Popen([sys.executable, "-c", BURN]))
        time.sleep(START)
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def beside_others(call: Call, product: Call) -> dict[tuple[str, str], list[float]]:
    """Return seconds of each call by where and on which threads, by turns.

    Args:
        call: Ours.
        product: Of a library whose threads spin for a while after it.
    """
    taken: dict[tuple[str, str], list[float]] = {}

    def note(place: str, before: Call | None = None) -> None:
        for threads, limit in (("all", None), ("one", 1)):
            gn.set_num_threads(limit)
            taken.setdefault((place, threads), []).extend(_calls(call, before))
        gn.set_num_threads(None)

    for _ in range(TURNS):
        time.sleep(REST)
        note(ALONE)
        note("after NumPy's product", product)
        time.sleep(REST)
        for count, place in ((1, "beside a program"), (2, "beside two")):
            with burning(count):
                note(place)
    return taken


def _calls(call: Call, before: Call | None) -> list[float]:
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        if before is not None:
            before()
        taken.append(timed(call, 1))
    return taken


def table(ours: Mapping[str, Call], product: Call) -> str:
    """Return a line a threading layer, a call of ours, a place and threads."""
    names = ("threading layer", "call", "where", "threads", "least us", "median us", "mean us")
    lines = [[*names, "mean x alone"]]
    for layer in _core.threading_layers():
        gn.set_threading_layer(layer)
        for name, call in ours.items():
            call()
            taken = beside_others(call, product)
            alone = statistics.mean(taken[ALONE, "all"])
            for (place, threads), seconds in taken.items():
                mean = statistics.mean(seconds)
                figures = [min(seconds), statistics.median(seconds), mean]
                cells = [f"{figure * 1e6:.0f}" for figure in figures]
                lines.append([layer, name, place, threads, *cells, f"{mean / alone:.2f}"])
    gn.set_threading_layer(None)
    return aligned(lines)
