"""What more cores bring: expected, from what the plan says that a team costs, and measured."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ganglion as gn
from ganglion._base import precision
from ganglion._base.scaling import InputScale
from ganglion.bench import machine
from ganglion.bench.machine import Machine
from ganglion.bench.results import aligned, short
from ganglion.bench.workloads import NUMBER, TABLE, Cost, Workload
from ganglion.graphs.architectures import ONE_OUTPUT
from ganglion.training.heads import Goals
from ganglion.training.objectives import Objective
from ganglion.training.parametrized import Parametrized

if TYPE_CHECKING:
    from ganglion._core import Predictor, Routine, TeamCosts

MEMBERS = (1, 2, 4, 8, 16, 32, 64)
MOST = 64  # that the core counts for
AT_ONCE = 512  # rows that a prediction has in the plan at a time

# Where the figures are from: two cores of an AMD EPYC (Zen 5), and docs/performance.md.
ATTAINED = 0.85  # of the peak, in matrix products
UPDATE = 0.16e-9  # seconds a parameter of Adam's: 7.7 cycles a vector of 16, in the caches
HELPER = 0.14e-6  # seconds a job and helper: as measured with one, and assumed for each further one
BETWEEN_CORES = 70e9  # bytes/s that a member reads of what another of the same last cache wrote

ASSUMED = """\
jobs: works given out, each of which ends with a wait for all; kB from others: what members read and
another wrote last; largest: of the products, the share of the member that has most to do
expected: the largest share of the products at {attained:.0%} of a core's peak, {peak:.0f} GFLOP/s,
and of the updates at {update:.2f} ns a parameter; where what is worked on is more than the last
cache, {cache:.0f} MB, no less than all that is moved at the {bandwidth:.0f} GB/s of this machine's
memory; {helper:.2f} us for each helper of a job; and what comes from others, in equal shares, at
{between:.0f} GB/s a member. Gathering, activations and the loss are left out, and that clocks fall
as more cores work. The team is taken to be used; measured, small work may stay on one thread"""


@dataclass(frozen=True, slots=True)
class Task:
    """A training step, or a prediction of a batch, on teams."""

    name: str
    workload: Workload
    core: Routine | Predictor

    @property
    def cost(self) -> Cost:
        """What it cannot do without."""
        if self.name == "train":
            return self.workload.training_cost()
        return self.workload.inference_cost(self.workload.batch)

    @property
    def works_on(self) -> int:
        """Bytes of parameters, the state of Adam in training, and activations."""
        kept = 3 if self.name == "train" else 1
        return NUMBER * kept * self.workload.parameters + self.workload.activation_bytes

    def team_costs(self, members: int) -> list[TeamCosts]:
        """Return what it costs a team: of each of the pieces that it is cut into."""
        batch = self.workload.batch
        most = batch if self.name == "train" else AT_ONCE
        pieces = [min(most, batch - first) for first in range(0, batch, most)]
        return [self.core.team_costs(rows, members) for rows in pieces]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a machine is taken for: one core's peak, all of its memory, its last cache in bytes."""

    machine: Machine
    last_cache: int

    def seconds(self, task: Task, members: int) -> float:
        """Return how long a task is expected to take; `ASSUMED` says from what."""
        costs = task.team_costs(members)
        products = sum(one.operations for one in costs) / (ATTAINED * self.machine.peak)
        work = products + UPDATE * sum(one.updates for one in costs)
        if task.works_on > self.last_cache:
            work = max(work, task.cost.bytes / self.machine.bandwidth)
        waits = HELPER * (members - 1) * sum(one.jobs for one in costs)
        return work + waits + sum(one.bytes for one in costs) / members / BETWEEN_CORES

    def __str__(self) -> str:
        """The assumptions."""
        return ASSUMED.format(
            attained=ATTAINED,
            peak=self.machine.peak / 1e9,
            update=UPDATE * 1e9,
            cache=self.last_cache / 1e6,
            bandwidth=self.machine.bandwidth / 1e9,
            helper=HELPER * 1e6,
            between=BETWEEN_CORES / 1e9,
        )


def measured_limits() -> Limits:
    """Return those of this machine."""
    one, all_cores = machine.measure(1), machine.bandwidth(len(os.sched_getaffinity(0)))
    return Limits(Machine(one.peak, all_cores), machine.last_cache())


def tasks(workload: Workload) -> list[Task]:
    """Return a training step and the prediction of a batch."""
    network = gn.MLP(workload.sizes).architecture.network()
    float32 = precision.get("float32")
    store = float32.parameter_store(network.graph)
    model = Parametrized(network, store, float32, (InputScale(1.0, None),), seed=0)
    training = Objective(model, ONE_OUTPUT, "adam", Goals("cross_entropy")).training
    (routine,) = training.core_pass(model, workload.batch, [1]).routines
    return [
        Task("train", workload, routine),
        Task("predict", workload, model.predictor(AT_ONCE)),
    ]


def lines(
    task: Task, members: Iterable[int], limits: Limits, measured: dict[int, float]
) -> list[list[str]]:
    """Return a line for each team; `measured`: seconds with so many threads, 1 among them."""
    alone = limits.seconds(task, 1)
    products = sum(one.operations for one in task.team_costs(1))
    found = []
    for count in members:
        costs = task.team_costs(count)
        seconds = limits.seconds(task, count)
        share = sum(one.operations for one in costs) / products
        found.append(
            [
                f"{task.name} {task.workload.name}",
                str(count),
                str(sum(one.jobs for one in costs)),
                f"{sum(one.bytes for one in costs) / 1e3:.1f}",
                f"{share:.3f}",
                short(seconds * 1e6),
                f"{alone / seconds:.2f}",
                f"{measured[1] / measured[count]:.2f}" if count in measured else "",
            ]
        )
    return found


HEAD = ["task", "members", "jobs", "kB from others", "largest", "expected us", "x", "measured x"]


def table(members: Sequence[int], limits: Limits, measured: dict[str, dict[int, float]]) -> str:
    """Return all workloads' lines as text, and what they assume.

    Args:
        members: Sizes of teams.
        limits: What the machine is taken for.
        measured: By `Task.name` and the workload's, seconds by number of threads.
    """
    rows = [HEAD]
    for workload in TABLE:
        for task in tasks(workload):
            seconds = measured.get(f"{task.name} {workload.name}", {})
            rows += lines(task, members, limits, seconds)
    return f"{aligned(rows)}\n\n{limits}"
