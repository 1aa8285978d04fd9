"""Neighbours: does a call of ours slow down a call of theirs, or theirs ours; what do others cost?

Other libraries in one process, and other programs on the same cores.
"""

import time
import warnings
from importlib.util import find_spec
from statistics import median

import numpy as np

from ganglion.bench import busy
from ganglion.bench.results import aligned
from ganglion.bench.timing import Call, timed
from ganglion.bench.training import calls
from ganglion.bench.workloads import TABLE, Workload

ROUNDS = 50
SIZE = 512  # of the neighbours' products
WORKLOAD = TABLE[3]
SLEEP = 0.05  # seconds


def numpy_product() -> Call:
    """Return a product by OpenBLAS."""
    a = np.ones((SIZE, SIZE), np.float32)
    return lambda: a @ a


def torch_product() -> Call:
    """Return a product by PyTorch's threads."""
    import torch

    a = torch.ones(SIZE, SIZE)
    return lambda: a @ a


def sklearn_fit(workload: Workload) -> Call:
    """Return an epoch of scikit-learn's."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    x, y = workload.data()
    model = MLPClassifier(workload.sizes[1:-1], batch_size=workload.batch, max_iter=1)
    return lambda: model.fit(x, y)


def neighbours() -> dict[str, Call]:
    """Return a call of each library that is installed."""
    calls = {"NumPy, product": numpy_product()}
    if find_spec("torch"):
        calls["PyTorch, product"] = torch_product()
    if find_spec("sklearn"):
        calls["scikit-learn, fit"] = sklearn_fit(WORKLOAD)
    return calls


def burnt(call: Call) -> float:
    """Return the CPU seconds all other threads take while this one sleeps after a call."""
    call()
    all_before, own_before = time.process_time(), time.thread_time()
    time.sleep(SLEEP)
    return (time.process_time() - all_before) - (time.thread_time() - own_before)


def compared(ours: Call, theirs: Call) -> list[str]:
    """Return the cells of a line: each alone, and by how much it is slower call by call in turns.

    A call is timed by itself, as what a neighbour's threads do just after one is what may hurt.
    """
    apart = [[timed(call, 1) for _ in range(ROUNDS)] for call in (ours, theirs)]
    turns = [[timed(call, 1) for call in (ours, theirs)] for _ in range(ROUNDS)]
    cells = []
    for alone, together in zip(apart, zip(*turns, strict=True), strict=True):
        cells.append(f"{min(alone) * 1e6:.0f} ({median(alone) * 1e6:.0f})")
        least, middle = min(together) / min(alone), median(together) / median(alone)
        cells.append(f"{least:.2f} ({middle:.2f})")
    return cells


def main() -> None:
    """Print how much slower each is beside others than alone, and what ours burns at rest."""
    all_ours = calls(WORKLOAD)
    ours = all_ours["train"]
    ours()
    lines = [["neighbour", "ours alone us", "by turns x", "theirs alone us", "by turns x"]]
    for name, theirs in neighbours().items():
        theirs()
        lines.append([name, *compared(ours, theirs)])
    print(f"least (median) of {ROUNDS}\n{aligned(lines)}")
    print(f"\na machine that others use\n{busy.table(all_ours, numpy_product())}\n")
    most = max(burnt(ours) for _ in range(ROUNDS))
    print(f"CPU ms of other threads in {SLEEP * 1e3:.0f} of sleep after a call: {most * 1e3:.2f}")


if __name__ == "__main__":
    main()
