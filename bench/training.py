"""Training and predictions of ours, for the benchmarks that need no other framework."""

from collections.abc import Mapping

import ganglion as gn
from ganglion.bench.timing import Call, Time, alone
from ganglion.bench.workloads import Workload


def compiled(workload: Workload) -> gn.MLP:
    """Return a network that is ready to fit."""
    net = gn.MLP(workload.sizes)
    net.compile(optimizer="adam", loss="cross_entropy")
    return net


def calls(workload: Workload) -> Mapping[str, Call]:
    """Return an epoch of training, and a prediction of a batch."""
    x, y = workload.data()
    net = compiled(workload)
    rows = x[: workload.batch]
    return {
        "train": lambda: net.fit(x, y, batch_size=workload.batch, verbose=0),
        "predict": lambda: net.predict(rows),
    }


def step_time(workload: Workload, rounds: int) -> Time:
    """Return the seconds of a training step, from fits of an epoch each."""
    epoch = alone(calls(workload)["train"], rounds)
    return Time(epoch.least / workload.steps, epoch.median / workload.steps)
