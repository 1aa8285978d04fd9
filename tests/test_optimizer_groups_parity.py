"""Parameters that step by a rate and a decay of their own, beside PyTorch's parameter groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from torch_twins import OPTIMIZERS, torch, torch_copy

import ganglion as gn
from ganglion.optimizers import Group

STEPS, ROWS = 50, 20
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_losses_of_50_steps_are_torchs(name: str, dtype: str) -> None:
    record, make = OPTIMIZERS[name]
    net = gn.MLP([10, 16, 4], activation="tanh", dtype=dtype, seed=1)
    twin = torch_copy(net)
    groups = [
        Group("*.bias", learning_rate_factor=2.0, weight_decay=0.0),
        Group("layers.0.weight", learning_rate_factor=0.5, weight_decay=0.1),
    ]
    net.compile(replace(record, groups=groups), "cross_entropy")
    rate, biases = float(record.learning_rate), [twin[0].bias, twin[2].bias]  # type: ignore[arg-type]
    optimizer = make(
        [
            {"params": [twin[0].weight], "lr": 0.5 * rate, "weight_decay": 0.1},
            {"params": biases, "lr": 2.0 * rate, "weight_decay": 0.0},
            {"params": [twin[2].weight]},
        ]
    )
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(4, 10))
    ours, theirs = [], []
    for _ in range(STEPS):
        y = rng.integers(0, 4, ROWS)
        x = centers[y] + rng.normal(size=(ROWS, 10))
        ours.append(net.train_on_batch(x, y)["loss"])
        given = torch.tensor(x, dtype=getattr(torch, dtype))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(twin(given), torch.tensor(y))
        loss.backward()
        optimizer.step()
        theirs.append(loss.item())
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE[dtype])
    assert np.mean(theirs[-10:]) < np.mean(theirs[:10])  # it did learn
