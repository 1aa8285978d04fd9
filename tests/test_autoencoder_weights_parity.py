"""Autoencoders whose samples count differently, beside PyTorch's, from the same weights."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.autoencoder import SparseAutoencoder, VariationalAutoencoder

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # whose threads else wait for each other longer than they work
F = torch.nn.functional

Array = NDArray[Any]
Tensor = Any
LossOf = Callable[[Sequence[Tensor], Tensor, Tensor, int], Tensor]
"""Of parameters, a batch, its weights and the step's number: the loss."""

ROWS, FEATURES, HIDDEN, CODE, STEPS, RATE = 50, 12, 10, 6, 50, 3e-3
X = np.random.default_rng(0).uniform(size=(ROWS, FEATURES))
WEIGHT = np.random.default_rng(1).uniform(0.1, 5, ROWS)
WEIGHT[[3, 17, 40]] = 0
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
SEED = int(np.random.RandomState(0).randint(2**31 - 1))  # what random_state=0 draws first

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def net_of(make: Any, batch_size: int, **arguments: Any) -> Any:
    net = make(CODE, (HIDDEN,), activation="tanh", batch_size=batch_size, random_state=0)
    net.set_params(shuffle=False, learning_rate_init=RATE, tol=0.0, n_iter_no_change=np.inf)
    return net.set_params(max_iter=STEPS // -(-ROWS // batch_size), **arguments)


def check(net: Any, dtype: str, loss_of: LossOf) -> None:
    """Compare each epoch's loss, and the weights after the last, with those of a twin."""
    first = net._new_model(FEATURES, dtype, SEED).get_weights()
    net.fit(X.astype(dtype), sample_weight=WEIGHT)
    parts = [torch.tensor(one, requires_grad=True) for one in first]
    optimizer = torch.optim.Adam(parts, lr=RATE)
    x, weight = (torch.tensor(one, dtype=getattr(torch, dtype)) for one in (X, WEIGHT))
    losses, step = [], 0
    for _ in range(net.max_iter):
        sum_of_losses = 0.0
        for rows in torch.arange(ROWS).split(net.batch_size):
            loss = loss_of(parts, x[rows], weight[rows], step)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sum_of_losses += loss.item() * float(weight[rows].sum())
            step += 1
        losses.append(sum_of_losses / WEIGHT.sum())
    np.testing.assert_allclose(net.loss_curve_, losses, rtol=TOLERANCE[dtype])
    for found, part in zip(net.model_.get_weights(), parts, strict=True):
        expected = part.detach().numpy()
        np.testing.assert_allclose(found, expected, rtol=0, atol=10 * TOLERANCE[dtype])


def mean(of_rows: Tensor, weight: Tensor) -> Tensor:
    return (weight * of_rows).sum() / weight.sum()


def divergence_of_means(codes: Tensor, weight: Tensor) -> Tensor:
    active = (weight[:, None] * codes).sum(0) / weight.sum()
    return (0.05 * torch.log(0.05 / active) + 0.95 * torch.log(0.95 / (1 - active))).sum()


def sizes(codes: Tensor, weight: Tensor) -> Tensor:
    return mean(codes.abs().sum(1), weight)


SPARSITIES: dict[str, tuple[str, Callable[[Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]]]
SPARSITIES = {
    "kl": ("sigmoid", torch.sigmoid, divergence_of_means),
    "l1": ("tanh", torch.tanh, sizes),
}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("batch_size", [ROWS, 20])
@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_a_sparse_one_learns_as_pytorchs(sparsity: str, batch_size: int, dtype: str) -> None:
    activation, activated, kept_small = SPARSITIES[sparsity]

    def loss_of(parts: Sequence[Tensor], x: Tensor, weight: Tensor, _: int) -> Tensor:
        wh, bh, wc, bc, wd, bd, wo, bo = parts
        codes = activated(torch.tanh(x @ wh + bh) @ wc + bc)
        outputs = torch.tanh(codes @ wd + bd) @ wo + bo
        error = mean(((outputs - x) ** 2).mean(1), weight)
        return error + 0.3 * kept_small(codes, weight)

    own: dict[str, Any] = {"sparsity": sparsity, "code_activation": activation}
    check(net_of(SparseAutoencoder, batch_size, sparsity_weight=0.3, **own), dtype, loss_of)


def noise(dtype: str) -> list[Tensor]:
    """Return what each step draws: samples of the standard normal."""
    moments = gn.Input(CODE), gn.Input(CODE)
    model = gn.Model(list(moments), gn.Sampling()(list(moments)), dtype=dtype, seed=SEED)
    zeros = np.zeros((ROWS, CODE))
    return [torch.tensor(model.forward([zeros, zeros])) for _ in range(STEPS)]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_a_variational_one_learns_as_pytorchs(likelihood: str, dtype: str) -> None:
    drawn = noise(dtype)

    def loss_of(parts: Sequence[Tensor], x: Tensor, weight: Tensor, step: int) -> Tensor:
        wh, bh, wm, bm, ws, bs, wd, bd, wo, bo, *of_noise = parts
        hidden = torch.tanh(x @ wh + bh)
        m, s = hidden @ wm + bm, hidden @ ws + bs
        code = m + torch.exp(s / 2) * drawn[step]
        outputs = torch.tanh(code @ wd + bd) @ wo + bo
        if likelihood == "bernoulli":
            error = F.binary_cross_entropy_with_logits(outputs, x, reduction="none")
        else:
            log_variance = of_noise[2]
            error = (log_variance + (x - outputs) ** 2 * torch.exp(-log_variance)) / 2
        divergence = (m**2 + s.exp() - 1 - s).sum(1) / 2
        return mean(error.mean(1) + 0.6 / FEATURES * divergence, weight)

    net = net_of(VariationalAutoencoder, ROWS, likelihood=likelihood, beta=0.6)
    check(net, dtype, loss_of)
