"""PyTorch, compiled: `torch.compile` over network and loss; the rest as in the eager runner."""

from functools import partial

import torch

from ganglion.bench.runners import torch_runner
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.runners.torch_runner import Training
from ganglion.bench.workloads import Workload

compiled = partial(torch.compile, dynamic=False)


def training(workload: Workload) -> Training:
    """Return the eager one with compiled losses."""
    torch.compiler.reset()
    return torch_runner.training(workload, compiled)


def inference(workload: Workload) -> Inference:
    """Return a call of the compiled network."""
    torch.compiler.reset()
    return torch_runner.inference_of(compiled(torch_runner.network(workload)))


if __name__ == "__main__":
    serve(Runner(training, inference))
