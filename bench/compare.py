"""Compare Ganglion with the frameworks that are installed: bench/README.md says how."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import ganglion
from ganglion._base import writing
from ganglion.bench import machine, peers
from ganglion.bench.machine import Machine
from ganglion.bench.peers import Peer
from ganglion.bench.results import LEGEND, Measured, Row, table
from ganglion.bench.suite import chosen
from ganglion.bench.workloads import Workload

TASKS = ("train", "row", "batch")
TURN = 0.2  # seconds a framework measures before it is another's turn
REST = 0.15  # seconds between turns: OpenBLAS's threads spin for a tenth of a second


def parse(arguments: Sequence[str] | None, program: str) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    parser.add_argument("--task", choices=TASKS, help="one of the three; else all")
    parser.add_argument(
        "--workloads", nargs="+", default=[], metavar="NAME", help="names or indices from 0"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="turns of each framework (%(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=len(os.sched_getaffinity(0)), help="(all: %(default)s)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE.json", help="write all figures")
    parser.add_argument("--plot", type=Path, metavar="PICTURE.png", help="draw the times")
    options = parser.parse_args(arguments)
    try:
        options.workloads = chosen(options.workloads)
        for name in ("rounds", "threads"):
            if getattr(options, name) < 1:
                raise ValueError(f"--{name} must be at least 1, got {getattr(options, name)}")
        if options.plot and not find_spec("matplotlib"):
            raise ValueError("--plot needs matplotlib: python -m pip install matplotlib")
    except ValueError as error:
        parser.exit(2, f"{program}: {error}\n")
    return options


def main(
    arguments: Sequence[str] | None = None, program: str = "python -m ganglion.bench.compare"
) -> None:
    """Measure, print a table a task, and write the files asked for."""
    options = parse(arguments, program)
    frameworks = peers.installed()
    limits = machine.measure(options.threads)
    print(
        f"{machine.cpu_name()}, {options.threads} threads,"
        f" {limits.peak / 1e9:.0f} GFLOP/s, {limits.bandwidth / 1e9:.1f} GB/s"
    )
    rows = []
    families = by_family(options.workloads)
    for task, family in product([options.task] if options.task else TASKS, families):
        done = measure(task, family, frameworks, options.rounds, options.threads)
        print(f"\n{table(done, limits)}")
        rows += done
    print(f"\n{LEGEND}")
    if options.output:
        report = as_json(rows, limits, frameworks, options.threads)
        writing.write(options.output, report.encode())
    if options.plot:
        from ganglion.bench.picture import draw

        draw(rows, options.plot)


def by_family(workloads: Sequence[Workload]) -> list[list[Workload]]:
    """Return the workloads of each family, which has a table of its own."""
    names = dict.fromkeys(one.family for one in workloads)
    return [[one for one in workloads if one.family == name] for name in names]


def measure(
    task: str, workloads: Sequence[Workload], frameworks: Sequence[str], rounds: int, threads: int
) -> list[Row]:
    """Return a row a workload. Of the frameworks' processes only one computes at a time."""
    able = [peers.able(frameworks, task, workload) for workload in workloads]
    started = [name for name in frameworks if any(name in names for names in able)]
    with ExitStack() as stack:
        running = {name: stack.enter_context(Peer(name, threads)) for name in started}
        return [
            measure_row(task, workload, [running[name] for name in names], rounds)
            for workload, names in zip(workloads, able, strict=True)
        ]


def measure_row(task: str, workload: Workload, running: Sequence[Peer], rounds: int) -> Row:
    """Prepare each framework, then let them take turns."""
    measured = {}
    for peer in running:
        sys.stderr.write(f"{task} {workload.name}: {peer.name}\n")
        measured[peer.name] = Measured(*peer.prepare(workload, task), [])
    for _ in range(rounds):
        for peer in running:
            time.sleep(REST)
            measured[peer.name].microseconds.extend(peer.measure(TURN))
    return Row(task, workload, measured)


def as_json(rows: Sequence[Row], limits: Machine, frameworks: Sequence[str], threads: int) -> str:
    """Return the figures, with everything they depend on."""
    report = {
        "cpu": machine.cpu_name(),
        "threads": threads,
        "environment": peers.thread_variables(threads),
        "python": sys.version,
        "versions": peers.versions(frameworks),
        "config": ganglion.show_config().splitlines(),
        "peak_flops": limits.peak,
        "bandwidth": limits.bandwidth,
        "rows": [row.as_json(limits) for row in rows],
    }
    return json.dumps(report, indent=2) + "\n"


if __name__ == "__main__":
    main()
