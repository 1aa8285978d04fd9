"""PyTorch, eager: `nn.Sequential` and the fused Adam."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Floats, Workload


def network(workload: Workload) -> nn.Sequential:
    """Return the network with the initial weights."""
    layers: list[nn.Module] = []
    for inputs, units in zip(workload.sizes, workload.sizes[1:], strict=False):
        layers += [nn.Linear(inputs, units), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    set_weights(net, workload)
    return net


def set_weights(net: nn.Sequential, workload: Workload) -> None:
    """Set the initial weights; a linear layer holds them as `(units, inputs)`."""
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        for layer, initial in zip(linear, workload.initial_weights(), strict=True):
            layer.weight.copy_(torch.from_numpy(initial.weights.T))
            layer.bias.copy_(torch.from_numpy(initial.biases))


class Training:
    """A network, its optimizer, and the function that gives the loss of a batch."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        x, y = workload.data()
        self._x, self._y = torch.from_numpy(x), torch.from_numpy(y)
        self._net = network(workload)
        self._loss = self._loss_function()
        self._optimizer = torch.optim.Adam(
            self._net.parameters(),
            workload.learning_rate,
            (BETA_1, BETA_2),
            EPSILON,
            fused=True,
        )

    def _loss_function(self) -> Callable[[Tensor, Tensor], Tensor]:
        return self._batch_loss

    def _batch_loss(self, x: Tensor, y: Tensor) -> Tensor:
        return nn.functional.cross_entropy(self._net(x), y)

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._net, self._workload)

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        return [self._epoch(shuffle) for _ in range(epochs)]

    def _epoch(self, shuffle: bool) -> float:
        samples, batch = self._workload.samples, self._workload.batch
        order = torch.randperm(samples) if shuffle else torch.arange(samples)
        total = torch.zeros(())
        for first in range(0, samples, batch):
            rows = order[first : first + batch]
            self._optimizer.zero_grad()
            loss = self._loss(self._x.index_select(0, rows), self._y.index_select(0, rows))
            torch.autograd.backward(loss)
            self._optimizer.step()
            total += loss.detach()
        return float(total) / self._workload.steps


def inference_of(net: Callable[[Tensor], Tensor]) -> Inference:
    """Return a call of the network, from NumPy and to it."""

    def infer(x: Floats) -> Floats:
        with torch.inference_mode():
            y: Floats = net(torch.from_numpy(x)).numpy()
        return y

    return infer


def inference(workload: Workload) -> Inference:
    """Return a call of the network."""
    return inference_of(network(workload))


if __name__ == "__main__":
    serve(Runner(Training, inference))
