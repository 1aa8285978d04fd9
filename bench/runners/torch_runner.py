"""PyTorch, eager: `nn.Sequential` and the fused Adam."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganglion.bench.adversaries import Adversaries
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_2, EPSILON, Dense, Floats, Workload

Loss = Callable[..., Tensor]


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


LOSSES: dict[str, Loss] = {
    "classifier": cross_entropy,
    "autoencoder": squared_error,
    "variational": bound,
}


class Training:
    """A network, its optimizers, and the function that gives the loss of a batch.

    Args:
        workload: What is trained.
        faster: Returns a function of the same values.
    """

    def __init__(self, workload: Workload, faster: Callable[[Loss], Loss]) -> None:
        self._workload = workload
        self._data = list(map(torch.from_numpy, workload.data()))
        self._nets = nn.ModuleList(map(chain, workload.chains(workload.initial_weights())))
        self._set_losses(faster)

    def _set_losses(self, faster: Callable[[Loss], Loss]) -> None:
        self._optimizer = self._adam(self._nets)
        self._loss = faster(self._batch_loss)

    def _adam(self, net: nn.Module) -> torch.optim.Adam:
        work = self._workload
        betas = work.beta_1, BETA_2
        return torch.optim.Adam(net.parameters(), work.learning_rate, betas, EPSILON, fused=True)

    def _batch_loss(self, *batch: Tensor) -> Tensor:
        return LOSSES[self._workload.kind](self._nets, *batch)

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._nets, self._workload.initial_weights())

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        return [loss for _ in range(epochs) for loss in self._epoch(shuffle)]

    def _epoch(self, shuffle: bool) -> list[float]:
        samples, batch = self._workload.samples, self._workload.batch
        order = torch.randperm(samples) if shuffle else torch.arange(samples)
        totals = torch.zeros(())
        for first in range(0, samples, batch):
            rows = order[first : first + batch]
            totals = totals + self._step(*[part.index_select(0, rows) for part in self._data])
        means: list[float] = (totals / self._workload.steps).reshape(-1).tolist()
        return means

    def _step(self, *batch: Tensor) -> Tensor:
        return descend(self._optimizer, self._loss, *batch)


def descend(optimizer: torch.optim.Adam, loss_of: Loss, *arguments: Any) -> Tensor:
    """Take a step of the optimizer, and return the loss before it."""
    optimizer.zero_grad()
    loss = loss_of(*arguments)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach()


class AdversarialTraining(Training):
    """A generator and a discriminator: real and generated rows are judged as one batch."""

    def _set_losses(self, faster: Callable[[Loss], Loss]) -> None:
        assert isinstance(self._workload, Adversaries)
        self._noise = self._workload.noise
        self._noise_shape = self._workload.batch, self._workload.sizes[0]
        self._generator, self._discriminator = self._nets
        self._making, self._judging = map(self._adam, self._nets)
        self._told_apart, self._passed = faster(self._judged_loss), faster(self._made_loss)
        self._is_real = torch.ones(2 * self._workload.batch, 1)
        self._is_real[self._workload.batch :] = 0

    def _made(self) -> Tensor:
        made: Tensor = self._generator(torch.randn(self._noise_shape) * self._noise)
        return made

    def _judged_loss(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            made = self._made()
        logits = self._discriminator(torch.cat([x, made]))
        return 2 * functional.binary_cross_entropy_with_logits(logits, self._is_real)

    def _made_loss(self) -> Tensor:
        return functional.softplus(-self._discriminator(self._made())).mean()

    def _step(self, *batch: Tensor) -> Tensor:
        told_apart = descend(self._judging, self._told_apart, *batch)
        self._discriminator.requires_grad_(False)
        passed = descend(self._making, self._passed)
        self._discriminator.requires_grad_(True)
        return torch.stack([told_apart, passed])


TRAININGS = {"adversaries": AdversarialTraining}


def training(workload: Workload, faster: Callable[[Loss], Loss] = lambda loss: loss) -> Training:
    """Return a network to train, its losses made faster."""
    return TRAININGS.get(workload.kind, Training)(workload, faster)


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
    serve(Runner(training, inference))
