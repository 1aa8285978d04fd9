"""Steps along the mean gradient of several batches, beside PyTorch's."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from torch_twins import OF_EACH, OPTIMIZERS, torch, torch_copy

import ganglion as gn

STEPS, TOGETHER, ROWS = 50, 3, 20
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


def data() -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return batches of several sizes, over which classes can be learnt."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(4, 10))
    found = []
    for number in range(STEPS * TOGETHER):
        y = rng.integers(0, 4, ROWS - number % 5)
        found.append((centers[y] + rng.normal(size=(len(y), 10)), y))
    return found


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", OF_EACH)
def test_losses_of_50_steps_are_torchs(name: str, dtype: str) -> None:
    record, make = OPTIMIZERS[name]
    net = gn.MLP([10, 16, 4], activation="tanh", dtype=dtype, seed=1)
    twin = torch_copy(net)
    net.compile(replace(record, gradient_accumulation_steps=TOGETHER), "cross_entropy")
    optimizer = make(twin.parameters())
    ours, theirs = [], []
    for number, (x, y) in enumerate(data(), 1):
        ours.append(net.train_on_batch(x, y)["loss"])
        given = torch.tensor(x, dtype=getattr(torch, dtype))
        loss = torch.nn.functional.cross_entropy(twin(given), torch.tensor(y))
        (loss / TOGETHER).backward()
        theirs.append(loss.item())
        if number % TOGETHER == 0:
            optimizer.step()
            optimizer.zero_grad()
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE[dtype])
    assert np.mean(theirs[-10:]) < np.mean(theirs[:10])  # it did learn
