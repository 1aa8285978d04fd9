"""Whether the default number of threads is a good choice: as quick as the better of one and all.

With `--scaling`: what more threads bring to the workloads of `ganglion bench`.
"""

import argparse
import os
from collections.abc import Sequence
from itertools import product

import ganglion as gn
from ganglion import _core
from ganglion.bench import cores
from ganglion.bench.results import aligned
from ganglion.bench.timing import Call, alternating
from ganglion.bench.training import calls
from ganglion.bench.workloads import TABLE, Workload

ROUNDS = 7
SCALING_ROUNDS = 5
WIDTHS = [8 << i for i in range(8)]
BATCHES = [4**i for i in range(6)]
STEPS = 16  # an epoch


def limited(call: Call, threads: int | None = None, *, full: bool = False) -> Call:
    """Return the call on up to so many threads, all of them where teams are full."""

    def run() -> None:
        gn.set_num_threads(threads)
        _core.set_full_teams(full)
        call()

    return run


def compare_choices() -> None:
    """Print microseconds of a step and a call, and the worst choices."""
    lines = [["task", "width", "batch", "default", "one", "all", "default / better"]]
    worst = {"train": (0.0, ""), "predict": (0.0, "")}
    for width, batch in product(WIDTHS, BATCHES):
        workload = Workload((width, width, width, 10), batch, STEPS * batch)
        for task, call in calls(workload).items():
            runs = {
                "default": limited(call),
                "one": limited(call, 1),
                "all": limited(call, full=True),
            }
            times = {name: time.least for name, time in alternating(runs, ROUNDS).items()}
            ratio = times["default"] / min(times["one"], times["all"])
            worst[task] = max(worst[task], (ratio, f"width {width}, batch {batch}"))
            steps = STEPS if task == "train" else 1
            microseconds = [f"{seconds / steps * 1e6:.2f}" for seconds in times.values()]
            lines.append([task, str(width), str(batch), *microseconds, f"{ratio:.2f}"])
    gn.set_num_threads(None)
    _core.set_full_teams(full=False)
    print(aligned(lines))
    for task, (ratio, where) in worst.items():
        print(f"worst default / better of {task}: {ratio:.2f} at {where}")


def threads_measured(members: Sequence[int]) -> dict[str, dict[int, float]]:
    """Return seconds by task and number of threads, of those that the machine has cores for."""
    counts = sorted({1} | {count for count in members if count <= len(os.sched_getaffinity(0))})
    found = {}
    for workload in TABLE:
        for task, call in calls(workload).items():
            runs = {str(count): limited(call, count, full=True) for count in counts}
            times = alternating(runs, SCALING_ROUNDS)
            found[f"{task} {workload.name}"] = {int(name): one.least for name, one in times.items()}
    gn.set_num_threads(None)
    _core.set_full_teams(full=False)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the choices, or show what more threads bring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scaling", action="store_true", help="what more threads bring")
    parser.add_argument("--members", type=int, nargs="+", help="with it: sizes of teams")
    options = parser.parse_args(arguments)
    if options.members and not options.scaling:
        parser.error("--members needs --scaling")
    options.members = options.members or cores.MEMBERS
    for count in options.members:
        if not 1 <= count <= cores.MOST:
            parser.error(f"--members must be from 1 to {cores.MOST}, got {count}")
    if options.scaling:
        limits, measured = cores.measured_limits(), threads_measured(options.members)
        print(cores.table(options.members, limits, measured))
    else:
        compare_choices()


if __name__ == "__main__":
    main()
