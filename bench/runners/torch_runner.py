"""PyTorch, eager: `nn.Sequential` and the fused Adam."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Dense, Floats, Workload


def chain(layers: Sequence[Dense]) -> nn.Sequential:
    """Return a chain's network with its weights."""
    modules: list[nn.Module] = []
    for layer in layers:
        modules += [nn.Linear(*layer.weights.shape), nn.ReLU()]
    net = nn.Sequential(*modules[:-1])
    set_weights(net, layers)
    return net


def set_weights(net: nn.Module, layers: Sequence[Dense]) -> None:
    """Set weights, which a linear layer holds as `(units, inputs)`, and biases."""
    linear = [module for module in net.modules() if isinstance(module, nn.Linear)]
    with torch.no_grad():
        for module, layer in zip(linear, layers, strict=True):
            module.weight.copy_(torch.from_numpy(layer.weights.T))
            module.bias.copy_(torch.from_numpy(layer.biases))


def cross_entropy(nets: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    """Return that of a classifier."""
    (net,) = nets
    return functional.cross_entropy(net(x), y)


def squared_error(nets: nn.ModuleList, x: Tensor) -> Tensor:
    """Return that of an autoencoder."""
    (net,) = nets
    return functional.mse_loss(net(x), x)


def bound(nets: nn.ModuleList, x: Tensor) -> Tensor:
    """Return that of a variational autoencoder, with a code drawn for each row."""
    encoder, decoder = nets
    mean, log_variance = encoder(x).chunk(2, dim=1)
    code = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
    error = functional.mse_loss(decoder(code), x, reduction="sum")
    divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum()
    loss: Tensor = (error + divergence) / (2 * len(x))
    return loss


LOSSES: dict[str, Callable[..., Tensor]] = {
    "classifier": cross_entropy,
    "autoencoder": squared_error,
    "variational": bound,
}


class Training:
    """A network, its optimizer, and the function that gives the loss of a batch."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._data = list(map(torch.from_numpy, workload.data()))
        self._nets = nn.ModuleList(map(chain, workload.chains(workload.initial_weights())))
        self._loss = self._loss_function()
        self._optimizer = torch.optim.Adam(
            self._nets.parameters(),
            workload.learning_rate,
            (BETA_1, BETA_2),
            EPSILON,
            fused=True,
        )

    def _loss_function(self) -> Callable[..., Tensor]:
        return self._batch_loss

    def _batch_loss(self, *batch: Tensor) -> Tensor:
        return LOSSES[self._workload.kind](self._nets, *batch)

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._nets, self._workload.initial_weights())

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
            loss = self._loss(*[part.index_select(0, rows) for part in self._data])
            torch.autograd.backward(loss)
            self._optimizer.step()
            total += loss.detach()
        return float(total) / self._workload.steps


def network(workload: Workload) -> nn.Sequential:
    """Return what predicts."""
    return nn.Sequential(*map(chain, workload.predicting_chains()))


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
