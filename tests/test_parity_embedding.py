"""Embeddings, beside PyTorch's of the same weights with sparse gradients: 50 steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = NDArray[Any]

STEPS, BATCH, WORDS, SIZE, COUNT = 50, 16, 60, 7, 3
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}

# Its SparseAdam adds epsilon to a root that is not corrected yet, its Adam and ours to one that is:
# such a small one is lost in both.
EPSILON = 1e-16

Optimizers = tuple[gn.optimizers.Optimizer, Callable[[Any], Any], Callable[[Any], Any]]

OPTIMIZERS: dict[str, Optimizers] = {  # ours, that of the table, and that of all else
    "sgd": (
        gn.optimizers.SGD(0.5),
        lambda of: torch.optim.SGD(of, 0.5),
        lambda of: torch.optim.SGD(of, 0.5),
    ),
    "adagrad": (
        gn.optimizers.Adagrad(0.1),
        lambda of: torch.optim.Adagrad(of, 0.1),
        lambda of: torch.optim.Adagrad(of, 0.1),
    ),
    "adam": (
        gn.optimizers.Adam(0.01, epsilon=EPSILON),
        lambda of: torch.optim.SparseAdam(of, 0.01, eps=EPSILON),
        lambda of: torch.optim.Adam(of, 0.01, eps=EPSILON),
    ),
}


@pytest.fixture(autouse=True)
def one_torch_thread() -> Iterator[None]:
    torch.set_num_threads(1)
    with torch.sparse.check_sparse_tensor_invariants(enable=True):
        yield


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_embeddings_learn_as_pytorchs(name: str, dtype: str) -> None:
    rng, tolerance = np.random.default_rng(0), TOLERANCE[dtype]
    ours, of_table, of_rest = OPTIMIZERS[name]
    layers = [gn.Embedding(WORDS, SIZE), gn.Flatten(), gn.Dense(12, "tanh"), gn.Dense(4)]
    model = gn.Sequential(layers, input_size=COUNT, dtype=dtype, seed=5)
    model.compile(ours, loss="cross_entropy")
    table, *rest = (torch.tensor(part, requires_grad=True) for part in model.get_weights())
    optimizers = [of_table([table]), of_rest(rest)]
    for _ in range(STEPS):
        x = rng.integers(0, WORDS, (BATCH, COUNT)) ** 2 // WORDS  # some come more often
        y = x.sum(axis=1) % 4
        found = model.train_on_batch(x, y)["loss"]
        rows = F.embedding(torch.tensor(x), table, sparse=True).reshape(BATCH, -1)
        hidden = torch.tanh(rows @ rest[0] + rest[1])
        loss = F.cross_entropy(hidden @ rest[2] + rest[3], torch.tensor(y))
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        assert abs(found - loss.item()) < tolerance
    for part, expected in zip(model.get_weights(), [table, *rest], strict=True):
        np.testing.assert_allclose(part, expected.detach().numpy(), rtol=0, atol=tolerance)
