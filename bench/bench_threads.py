"""Whether the default number of threads is a good choice: never slower than one thread."""

from collections.abc import Callable, Mapping
from itertools import product

import ganglion as gn
from ganglion.bench.results import aligned
from ganglion.bench.timing import Call, alternating
from ganglion.bench.training import compiled
from ganglion.bench.workloads import Workload

ROUNDS = 7
WIDTHS = [8 << i for i in range(8)]
BATCHES = [4**i for i in range(6)]
STEPS = 16  # an epoch


def limited(threads: int | None, call: Call) -> Call:
    """Return the call on so many threads."""

    def run() -> None:
        gn.set_num_threads(threads)
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
    lines = [["task", "width", "batch", "default", "one", "default / one"]]
    worst = {"train": (0.0, ""), "predict": (0.0, "")}
    for width, batch in product(WIDTHS, BATCHES):
        workload = Workload((width, width, width, 10), batch, STEPS * batch)
        for task, call in calls(workload).items():
            limits = {"default": None, "one": 1}
            runs = {name: limited(threads, call) for name, threads in limits.items()}
            times = {name: time.least for name, time in alternating(runs, ROUNDS).items()}
            ratio = times["default"] / times["one"]
            worst[task] = max(worst[task], (ratio, f"width {width}, batch {batch}"))
            steps = STEPS if task == "train" else 1
            microseconds = [f"{seconds / steps * 1e6:.2f}" for seconds in times.values()]
            lines.append([task, str(width), str(batch), *microseconds, f"{ratio:.2f}"])
    gn.set_num_threads(None)
    print(aligned(lines))
    for task, (ratio, where) in worst.items():
        print(f"worst default / one of {task}: {ratio:.2f} at {where}")


if __name__ == "__main__":
    main()
