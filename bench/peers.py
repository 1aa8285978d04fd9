"""Peers: which frameworks are installed, and the processes that run them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from types import TracebackType
from typing import Any, NamedTuple, Self

from ganglion.bench.workloads import Workload

OURS = "ganglion"
MODULES: Mapping[str, tuple[str, ...]] = {  # what a framework's runner imports
    OURS: ("ganglion",),
    "numpy": ("numpy",),
    "sklearn": ("sklearn",),
    "torch": ("torch",),
    "torch_compiled": ("torch",),
    "jax": ("jax", "jaxlib"),
    "onnxruntime": ("onnxruntime", "onnx"),
}
DISTRIBUTIONS = {"sklearn": "scikit-learn"}  # where it is not the module's name
INFERENCE_ONLY = ("onnxruntime",)
KINDS_NOT_HAD = {"sklearn": ("variational", "adversaries")}


def installed() -> list[str]:
    """Return the frameworks that can be run here."""
    return [name for name, modules in MODULES.items() if all(map(find_spec, modules))]


def able(frameworks: Sequence[str], task: str, workload: Workload) -> list[str]:
    """Return those of the frameworks that have the task for such a network."""
    return [
        name
        for name in frameworks
        if workload.kind not in KINDS_NOT_HAD.get(name, ())
        and (task != "train" or name not in INFERENCE_ONLY)
    ]


def versions(frameworks: Sequence[str]) -> dict[str, str]:
    """Return the version of each module the frameworks' runners import."""
    modules = {module for name in frameworks for module in MODULES[name]}
    return {module: version(DISTRIBUTIONS.get(module, module)) for module in sorted(modules)}


def thread_variables(threads: int) -> dict[str, str]:
    """Return the environment that gives every framework the same number of threads."""
    count = str(threads)
    variables = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PJRT_NPROC"]
    return dict.fromkeys(variables, count) | {"GANGLION_NUM_THREADS": count}


class Figures(NamedTuple):
    """What all frameworks must agree on.

    Args:
        check: Losses, log-probabilities or values.
        drawn: Losses of steps that draw numbers, which are as random.
    """

    check: list[float]
    drawn: list[float]


class Peer:
    """A framework in a process of its own, which computes only while it is asked to.

    Args:
        name: The framework.
        threads: How many it may use.
    """

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"ganglion.bench.runners.{name}_runner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | thread_variables(threads),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()  # the end of its commands: it quits
        self._process.stdout.close()
        self._process.wait()

    def prepare(self, workload: Workload, task: str) -> Figures:
        """Make the network, and return the figures all frameworks must agree on."""
        fields = asdict(workload) | {"kind": workload.kind}
        answer = self._ask({"command": "prepare", "workload": fields, "task": task})
        return Figures(answer["check"], answer["drawn"])

    def measure(self, seconds: float) -> list[float]:
        """Return microseconds a step or call, several times."""
        answer = self._ask({"command": "measure", "seconds": seconds})
        times: list[float] = answer["microseconds"]
        return times

    def _ask(self, command: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it answers with nothing, below
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: the runner ended at {command['command']}, see above")
        answer: dict[str, Any] = json.loads(line)
        return answer
