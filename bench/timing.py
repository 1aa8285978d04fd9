"""Timing within one process: the least and the median of many, taking turns."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

Call = Callable[[], object]

SHORTEST = 0.005  # seconds of a measurement: as many calls as it takes
REST = 0.02  # seconds before it: threads of other libraries spin, PyTorch's for 8 ms


class Time(NamedTuple):
    """Seconds a call."""

    least: float
    median: float


def alternating(calls: Mapping[str, Call], rounds: int) -> dict[str, Time]:
    """Return the time of each call, after one to warm up; they take turns."""
    counts = {name: enough(call) for name, call in calls.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            time.sleep(REST)
            times[name].append(timed(call, counts[name]))
    return {name: Time(min(taken), statistics.median(taken)) for name, taken in times.items()}


def alone(call: Call, rounds: int) -> Time:
    """Return the time of one call."""
    return alternating({"": call}, rounds)[""]


def timed(call: Call, count: int) -> float:
    """Return seconds a call, over so many."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def enough(call: Call) -> int:
    """Return how many calls take long enough for the clock."""
    call()
    count = 1
    while timed(call, count) * count < SHORTEST:
        count *= 2
    return count
