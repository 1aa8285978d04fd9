"""PyTorch, compiled: `torch.compile` over network and loss; the rest as in the eager runner."""

from collections.abc import Callable

import torch
from torch import Tensor

from ganglion.bench.runners import torch_runner
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import Workload


class Training(torch_runner.Training):
    """The eager one with a compiled loss."""

    def _loss_function(self) -> Callable[..., Tensor]:
        torch.compiler.reset()
        loss: Callable[..., Tensor] = torch.compile(self._batch_loss, dynamic=False)
        return loss


def inference(workload: Workload) -> Inference:
    """Return a call of the compiled network."""
    torch.compiler.reset()
    return torch_runner.inference_of(torch.compile(torch_runner.network(workload), dynamic=False))


if __name__ == "__main__":
    serve(Runner(Training, inference))
