"""Averages of the weights beside PyTorch's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from torch_twins import OF_EACH, OPTIMIZERS, torch, torch_copy

import ganglion as gn

STEPS, ROWS = 50, 20
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


def numbers_of(twin: Any) -> NDArray[Any]:
    return np.concatenate([one.detach().numpy().T.ravel() for one in twin.parameters()])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", OF_EACH)
def test_averages_after_50_steps_are_torchs(name: str, dtype: str) -> None:
    record, make = OPTIMIZERS[name]
    net = gn.MLP([10, 16, 4], activation="tanh", dtype=dtype, seed=1)
    twin = torch_copy(net)
    net.compile(replace(record, use_ema=True, ema_momentum=0.9), "cross_entropy")
    optimizer = make(twin.parameters())
    averages = torch.optim.swa_utils.AveragedModel(
        twin, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)
    )
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(STEPS * ROWS, 10)), rng.integers(0, 4, STEPS * ROWS)
    for first in range(0, len(x), ROWS):
        given = torch.tensor(x[first : first + ROWS], dtype=getattr(torch, dtype))
        wanted = torch.tensor(y[first : first + ROWS])
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(twin(given), wanted).backward()
        optimizer.step()
        averages.update_parameters(twin)
    net.fit(x, y, ROWS, 1, verbose=0, shuffle=False)
    tolerance = TOLERANCE[dtype]
    expected = numbers_of(averages.module)
    np.testing.assert_allclose(net.parameter_vector, expected, rtol=tolerance, atol=tolerance)
    assert np.abs(expected - numbers_of(twin)).max() > 10 * tolerance
