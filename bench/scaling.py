"""How the time of a training step grows with width, depth, batch and number of samples."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from ganglion.bench.picture import save
from ganglion.bench.results import aligned
from ganglion.bench.training import step_time
from ganglion.bench.workloads import Workload

ROUNDS = 5
STEPS = 32  # an epoch, where samples are not what varies

Sweep = Mapping[int, Workload]


def workload(width: int = 64, depth: int = 2, batch: int = 32) -> Workload:
    """Return a network with 64 inputs and so many hidden layers."""
    return Workload((64, *[width] * depth, 10), batch, STEPS * batch)


def powers(first: int, last: int) -> list[int]:
    """Return the numbers from first to last, each twice the one before."""
    return [first << i for i in range((last // first).bit_length())]


SWEEPS: Mapping[str, Sweep] = {
    "width": {width: workload(width=width) for width in powers(8, 4096)},
    "depth": {depth: workload(depth=depth) for depth in powers(1, 64)},
    "batch": {batch: workload(batch=batch) for batch in powers(1, 4096)},
    "samples": {10**n: Workload((8, 64, 64, 10), 40, 10**n) for n in range(3, 8)},
}


def table(name: str, sweep: Sweep, times: Sequence[float]) -> str:
    """Return a line a workload: its time and, beside the line above, the growth of both."""
    lines = [[name, "us / step", "FLOP / step", "GFLOP/s", "time x", "FLOP x", "time x / FLOP x"]]
    before: tuple[float, int] | None = None
    for (value, one), seconds in zip(sweep.items(), times, strict=True):
        flops = one.training_cost().flops
        line = [str(value), f"{seconds * 1e6:.1f}", str(flops), f"{flops / seconds / 1e9:.1f}"]
        if before:
            slower, more = seconds / before[0], flops / before[1]
            line += [f"{slower:.2f}", f"{more:.2f}", f"{slower / more:.2f}"]
        else:
            line += [""] * 3
        lines.append(line)
        before = seconds, flops
    return aligned(lines)


def draw(times: Mapping[str, Sequence[float]], path: Path) -> None:
    """Draw a panel a sweep: the measured times, and the FLOPs at the rate of the last."""
    figure = Figure((11, 8), layout="constrained")
    panels = figure.subplots(2, 2)
    for axes, (name, seconds) in zip(panels.flat, times.items(), strict=True):
        sweep = SWEEPS[name]
        flops = [one.training_cost().flops for one in sweep.values()]
        rate = flops[-1] / seconds[-1]
        measured = [one * 1e6 for one in seconds]
        axes.loglog(list(sweep), measured, "o-", color="#d1495b", label="measured")
        at_rate = [one / rate * 1e6 for one in flops]
        axes.loglog(list(sweep), at_rate, "--", color="#888888", label="FLOPs at the last's rate")
        axes.set_xlabel(name)
        axes.set_ylabel("microseconds a step")
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    save(figure, path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table a sweep and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", type=Path, default=Path("scaling.png"), help="(%(default)s)")
    options = parser.parse_args(arguments)
    times = {}
    for name, sweep in SWEEPS.items():
        times[name] = [step_time(one, ROUNDS).least for one in sweep.values()]
        print(f"\n{table(name, sweep, times[name])}")
    draw(times, options.plot)


if __name__ == "__main__":
    main()
