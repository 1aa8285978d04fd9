"""Results: which may be compared, their ratios, and the table of them."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganglion.bench.machine import Machine
from ganglion.bench.peers import OURS
from ganglion.bench.workloads import Cost, Workload

UNITS = {  # what the times of a task are of
    "train": "microseconds a training step of one batch",
    "row": "microseconds a call that predicts one row",
    "batch": "microseconds a call that predicts one batch",
}
LEGEND = """\
1.25 (1.40): the least time and the median, of many
best peer / ours, NumPy / ours: how many times as long as ours the quickest other takes, or NumPy
ours / roofline: how many times as long as the machine's peak and memory allow; see bench/README.md
-: has no such network
!: computed something else, so that the row is not compared"""

TOLERANCE = 1e-3  # of losses, log-probabilities and values, relative above 1 and absolute below


@dataclass(frozen=True, slots=True)
class Measured:
    """What a framework did.

    Args:
        check: Losses, log-probabilities or values that all frameworks must agree on.
        drawn: Losses of steps that draw numbers, which are as random.
        microseconds: A training step or call, many times.
    """

    check: list[float]
    drawn: list[float]
    microseconds: list[float]

    @property
    def least(self) -> float:
        """The least time."""
        return min(self.microseconds)

    @property
    def median(self) -> float:
        """The median time."""
        return statistics.median(self.microseconds)


def disagreeing(checks: dict[str, list[float]], tolerance: float = TOLERANCE) -> list[str]:
    """Return the names whose figures are not those of the median, or not finite."""
    finite = [check for check in checks.values() if np.all(np.isfinite(check))]
    if not finite:
        return list(checks)
    middle = np.median(finite, axis=0)
    scale = tolerance * np.maximum(np.abs(middle), 1)
    return [
        name for name, check in checks.items() if not np.all(np.abs(check - middle) <= scale)
    ]  # NaN is not within any tolerance


@dataclass(frozen=True, slots=True)
class Row:
    """A task on a workload, by every framework. It has no ratios where the checks disagree."""

    task: str
    workload: Workload
    measured: dict[str, Measured]

    @property
    def refused(self) -> list[str]:
        """The frameworks that computed something else; if there are any, nothing is compared."""
        checks = {name: one.check for name, one in self.measured.items()}
        drawn = {name: one.drawn for name, one in self.measured.items()}
        wrong = {*disagreeing(checks), *disagreeing(drawn, self.workload.drawn_tolerance)}
        return [name for name in self.measured if name in wrong]

    @property
    def cost(self) -> Cost:
        """What the task takes."""
        if self.task == "train":
            return self.workload.training_cost()
        return self.workload.inference_cost(1 if self.task == "row" else self.workload.batch)

    @property
    def ours(self) -> float:
        """Our least time."""
        return self.measured[OURS].least

    def over_best(self) -> float | None:
        """Return the fastest peer's time over ours."""
        if self.refused:
            return None
        return min(one.least for name, one in self.measured.items() if name != OURS) / self.ours

    def over_numpy(self) -> float | None:
        """Return NumPy's time over ours."""
        return None if self.refused else self.measured["numpy"].least / self.ours

    def as_json(self, machine: Machine) -> dict[str, Any]:
        """Return everything, as JSON has it."""
        frameworks = {
            name: {
                "least": one.least,
                "median": one.median,
                "check": one.check,
                "drawn": one.drawn,
            }
            for name, one in self.measured.items()
        }
        return {
            "task": self.task,
            "workload": self.workload.name,
            "microseconds": frameworks,
            "refused": self.refused,
            "best_peer_over_ours": self.over_best(),
            "numpy_over_ours": self.over_numpy(),
            "ours_over_roofline": self.ours / machine.shortest(self.cost),
        }


def geometric_mean(ratios: Sequence[float | None]) -> float | None:
    """Return the mean of the ratios there are, None of none."""
    logs = [math.log(ratio) for ratio in ratios if ratio is not None]
    return math.exp(statistics.mean(logs)) if logs else None


def table(rows: Sequence[Row], machine: Machine) -> str:
    """Return one task's rows as text: its unit, least and median times, and ratios."""
    frameworks = list(dict.fromkeys(name for row in rows for name in row.measured))
    ratios = ["best peer / ours", "NumPy / ours", "ours / roofline"]
    lines = [["layers, batch", *frameworks, *ratios]]
    for row in rows:
        cells = [cell(row, name) for name in frameworks]
        roofline = f"{row.ours / machine.shortest(row.cost):.2f}"
        lines.append(
            [row.workload.name, *cells, ratio(row.over_best()), ratio(row.over_numpy()), roofline]
        )
    means = [geometric_mean([row.over_best() for row in rows])]
    means.append(geometric_mean([row.over_numpy() for row in rows]))
    lines.append(["geometric mean", *[""] * len(frameworks), *map(ratio, means), ""])
    task, family = rows[0].task, rows[0].workload.family
    return f"{task}, {family}: {UNITS[task]}, least (median)\n{aligned(lines)}"


def cell(row: Row, name: str) -> str:
    """Return the times of a framework; an exclamation mark: it computed something else."""
    if name not in row.measured:
        return "-"
    one = row.measured[name]
    mark = "!" if name in row.refused else ""
    return f"{short(one.least)} ({short(one.median)}){mark}"


def short(value: float) -> str:
    """Return three digits, and no exponent."""
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def ratio(value: float | None) -> str:
    """Return a ratio, or that there is none."""
    return "refused" if value is None else f"{value:.2f}"


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells in columns, the first to the left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text.rjust(width) if column else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
