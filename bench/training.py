"""A training step of ours on a workload, for the benchmarks that need no other framework."""

import ganglion as gn
from ganglion.bench.timing import Time, alone
from ganglion.bench.workloads import Workload


def compiled(workload: Workload) -> gn.MLP:
    """Return a network that is ready to fit."""
    net = gn.MLP(workload.sizes)
    net.compile(optimizer="adam", loss="cross_entropy")
    return net


def step_time(workload: Workload, rounds: int) -> Time:
    """Return the seconds of a training step, from fits of an epoch each."""
    net = compiled(workload)
    x, y = workload.data()
    epoch = alone(lambda: net.fit(x, y, batch_size=workload.batch, verbose=0), rounds)
    return Time(epoch.least / workload.steps, epoch.median / workload.steps)
