"""What a runner's process understands: a JSON command a line, answered by a JSON line.

{"command": "prepare", "workload": {...}, "task": "train"}   -> {"check": [...], "drawn": [...]}
{"command": "measure", "seconds": 0.2}                       -> {"microseconds": [...]}
{"command": "quit"}
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ganglion.bench.suite import KINDS
from ganglion.bench.workloads import Floats, Workload

CHECKED_EPOCHS = 1  # later ones differ more and more, as roundings do
SHORTEST_RUN = 0.02  # seconds: the clock and the call of a run are nothing beside it

Inference = Callable[[Floats], NDArray[Any]]


class Training(Protocol):
    """A network with the workload's initial weights and a fresh optimizer."""

    def reset(self) -> None:
        """Go back to the initial weights, so that every run has the same numbers to work on."""

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train, and return the mean loss of each epoch's steps; of several losses each mean.

        Args:
            epochs: Passes over the data.
            shuffle: Whether each takes a random order of its own; else the data's order.
        """


def unchanged(outputs: NDArray[Any]) -> NDArray[Any]:
    """Return the outputs of a framework that gives the last layer's values."""
    return outputs


@dataclass(frozen=True, slots=True)
class Runner:
    """What a framework can do.

    Args:
        training: Makes a network to train; None: it cannot.
        inference: Makes the function from inputs `(rows, columns)` to outputs, NumPy in and out.
        logits: Turns what it gives for classes to the last layer's values, up to a constant for
            each row.
    """

    training: Callable[[Workload], Training] | None
    inference: Callable[[Workload], Inference]
    logits: Callable[[NDArray[Any]], NDArray[Any]] = unchanged


class Work:
    """What is measured: a number of epochs, or of calls, at a time.

    Attributes:
        check: Figures that all frameworks must agree on.
        drawn: Those that they agree on but for the numbers that each has drawn.
    """

    drawn: Sequence[float] = ()

    def __init__(self, runner: Runner, workload: Workload, task: str) -> None:
        if task == "train":
            assert runner.training is not None
            self._training = runner.training(workload)
            draws = workload.drawn_tolerance > 0
            checked = runner.training(workload.quiet()) if draws else self._training
            self.check = checked.run(CHECKED_EPOCHS, shuffle=False)
            if draws:
                self.drawn = self._training.run(CHECKED_EPOCHS, shuffle=False)
            self._steps = workload.steps
            self._once: Callable[[int], float] = self._train
        else:
            self._inference = runner.inference(workload)
            self._x = workload.inference_inputs()[: 1 if task == "row" else None]
            outputs = self._inference(self._x)
            is_classifier = workload.kind == Workload.kind
            self.check = classes_told(runner.logits(outputs)) if is_classifier else told(outputs)
            self._steps = 1
            self._once = self._infer
        self._once(1)
        self._count = self._enough()

    def _train(self, epochs: int) -> float:
        self._training.reset()
        start = time.perf_counter()
        self._training.run(epochs, shuffle=True)
        return time.perf_counter() - start

    def _infer(self, calls: int) -> float:
        infer, x = self._inference, self._x
        start = time.perf_counter()
        for _ in range(calls):
            infer(x)
        return time.perf_counter() - start

    def _enough(self) -> int:
        count = 1
        while self._once(count) < SHORTEST_RUN:
            count *= 2
        return count

    def measure(self, seconds: float) -> list[float]:
        """Run for so many seconds, at least once, and return microseconds a step or call."""
        times: list[float] = []
        until = time.perf_counter() + seconds
        while not times or time.perf_counter() < until:
            times.append(self._once(self._count) / (self._count * self._steps) * 1e6)
        return times


def told(outputs: NDArray[Any]) -> list[float]:
    """Return some numbers of the first row, and the mean square of all of them."""
    values = np.asarray(outputs, np.float64)
    return [*values[0, :3].tolist(), float(np.mean(values**2))]


def classes_told(logits: NDArray[Any]) -> list[float]:
    """Return some log-probabilities of the first row, and the mean of all of them."""
    values = np.asarray(logits, np.float64)
    top = values.max(axis=1, keepdims=True)
    logs = values - top - np.log(np.exp(values - top).sum(axis=1, keepdims=True))
    return [*logs[0, :3].tolist(), float(logs.mean())]


def workload_of(fields: dict[str, Any]) -> Workload:
    """Return a workload as it was before JSON made a list of its sizes."""
    kind = KINDS[fields.pop("kind")]
    return kind(**fields | {"sizes": tuple(fields["sizes"])})


def serve(runner: Runner) -> None:
    """Answer commands until told to quit, or until whoever gives them is gone."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a framework prints is no answer
    work: Work | None = None
    for line in sys.stdin:
        command = json.loads(line)
        match command["command"]:
            case "prepare":
                work = None  # frees its memory first
                work = Work(runner, workload_of(command["workload"]), command["task"])
                answer = {"check": work.check, "drawn": work.drawn}
            case "measure":
                assert work is not None
                answer = {"microseconds": work.measure(command["seconds"])}
            case _:
                return
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
