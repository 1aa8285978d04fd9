"""Whether the default number of threads is a good choice: as quick as the better of one and all."""

from collections.abc import Callable, Mapping
from itertools import product

import ganglion as gn
from ganglion import _core
from ganglion.bench.results import aligned
from ganglion.bench.timing import Call, alternating
from ganglion.bench.training import compiled
from ganglion.bench.workloads import Workload

ROUNDS = 7
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


def calls(workload: Workload) -> Mapping[str, Callable[[], object]]:
    """Return an epoch of training, and a prediction of a batch."""
    x, y = workload.data()
    net = compiled(workload)
    rows = x[: workload.batch]
    return {
        "train": lambda: net.fit(x, y, batch_size=workload.batch, verbose=0),
        "predict": lambda: net.predict(rows),
    }


def main() -> None:
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


if __name__ == "__main__":
    main()
