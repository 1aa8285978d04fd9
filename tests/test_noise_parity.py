"""A variational autoencoder beside PyTorch's, from the same weights and with the same noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = NDArray[Any]

INPUTS, HIDDEN, CODE, ROWS, STEPS, SEED = 64, 32, 8, 50, 50, 4
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


def divergence(y: Array, moments: Array, weight: Array | None) -> tuple[float, Array]:
    """Return the mean over rows of KL(N(m, exp(s)) || N(0, 1)), and its gradient."""
    mean, log_variance = np.split(moments.astype(np.float64), 2, axis=1)
    variance = np.exp(log_variance)
    loss = (variance + mean**2 - 1 - log_variance).sum() / 2 / len(moments)
    return float(loss), np.hstack([mean, (variance - 1) / 2]) / len(moments)


def ours(dtype: str) -> gn.Model:
    """Return the autoencoder: its outputs are logits of the inputs, and mean and log variance."""
    x = gn.Input(INPUTS)
    hidden = gn.Dense(HIDDEN, "tanh")(x)
    mean, log_variance = gn.Dense(CODE)(hidden), gn.Dense(CODE)(hidden)
    code = gn.Sampling()([mean, log_variance])
    logits = gn.Dense(INPUTS)(gn.Dense(HIDDEN, "tanh")(code))
    moments = gn.Concatenate()([mean, log_variance])
    model = gn.Model(x, {"logits": logits, "moments": moments}, dtype=dtype, seed=SEED)
    model.compile(
        gn.optimizers.Adam(3e-3),
        loss={"logits": "binary_cross_entropy", "moments": divergence},
        loss_weights={"logits": INPUTS},  # their sum
    )
    return model


def noise(dtype: str) -> list[Array]:
    """Return what each step draws: samples of the standard normal."""
    mean, log_variance = gn.Input(CODE), gn.Input(CODE)
    sample = gn.Sampling()([mean, log_variance])
    model = gn.Model([mean, log_variance], sample, dtype=dtype, seed=SEED)
    zeros = np.zeros((ROWS, CODE))
    return [model.forward([zeros, zeros]) for _ in range(STEPS)]


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_variational_autoencoder_learns_as_pytorchs(dtype: str) -> None:
    rng, model = np.random.default_rng(0), ours(dtype)
    data = rng.uniform(size=(STEPS, ROWS, INPUTS))
    parameters = [
        torch.tensor(weight, dtype=getattr(torch, dtype), requires_grad=True)
        for weight in model.get_weights()
    ]
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    wh, bh, wm, bm, ws, bs, wd, bd, wo, bo = parameters
    for x, drawn in zip(data, noise(dtype), strict=True):
        inputs = torch.tensor(x, dtype=getattr(torch, dtype))
        hidden = torch.tanh(inputs @ wh + bh)
        mean, log_variance = hidden @ wm + bm, hidden @ ws + bs
        code = mean + torch.exp(log_variance / 2) * torch.tensor(drawn)
        logits = torch.tanh(code @ wd + bd) @ wo + bo
        entropy = F.binary_cross_entropy_with_logits(logits, inputs, reduction="sum")
        kl = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / 2
        loss = (entropy + kl) / ROWS
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        moments = np.zeros((ROWS, 2 * CODE))
        found = model.train_on_batch(x, {"logits": x, "moments": moments})["loss"]
        assert found == pytest.approx(loss.item(), rel=TOLERANCE[dtype])
    for weight, parameter in zip(model.get_weights(), parameters, strict=True):
        expected = parameter.detach().numpy()
        np.testing.assert_allclose(weight, expected, rtol=0, atol=10 * TOLERANCE[dtype])
