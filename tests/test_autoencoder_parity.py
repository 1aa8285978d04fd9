"""The variational autoencoder beside PyTorch's twin: how likely held-out digits are."""

from statistics import median
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from ganglion.autoencoder import VariationalAutoencoder
from ganglion.estimators.autoencoders.bounds import evidence_bound

torch = pytest.importorskip("torch")

Array = NDArray[Any]

X = (load_digits(return_X_y=True)[0] / 16).astype(np.float32)
ORDER = np.random.default_rng(0).permutation(len(X))
TRAIN, TEST = X[ORDER[:1400]], X[ORDER[1400:]]
BATCH, RATE, WIDTH = 128, 1e-3, 64

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def ours(seed: int, epochs: int) -> float:
    net = VariationalAutoencoder(2, (WIDTH,), likelihood="bernoulli", batch_size=BATCH)
    net.set_params(learning_rate_init=RATE, max_iter=epochs, n_iter_no_change=np.inf, tol=0.0)
    net.set_params(random_state=seed)
    score: float = net.fit(TRAIN).score(TEST)
    return score


def twin(seed: int, epochs: int) -> float:
    """Return the same of PyTorch's, with first weights as Keras and we draw them."""
    torch.manual_seed(seed)
    trunk, code = torch.nn.Linear(64, WIDTH), torch.nn.Linear(WIDTH, 4)
    back, last = torch.nn.Linear(2, WIDTH), torch.nn.Linear(WIDTH, 64)
    layers = torch.nn.ModuleList([trunk, code, back, last])
    for layer in layers:
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    for layer in (trunk, back):
        torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    optimizer = torch.optim.Adam(layers.parameters(), lr=RATE)
    data = torch.tensor(TRAIN)
    for _ in range(epochs):
        for rows in torch.randperm(len(data)).split(BATCH):
            x = data[rows]
            mean, log_variance = code(torch.relu(trunk(x))).chunk(2, dim=1)
            z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
            logits = last(torch.relu(back(z)))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
            loss = loss + (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
            optimizer.zero_grad()
            (loss / len(rows)).backward()
            optimizer.step()

    def likelihood(codes: Array) -> Array:
        logits = last(torch.relu(back(torch.tensor(codes, dtype=torch.float32)))).numpy()
        value: Array = (TEST * logits - np.logaddexp(0, logits)).sum(axis=1)
        return value

    with torch.no_grad():
        mean, log_variance = code(torch.relu(trunk(torch.tensor(TEST)))).chunk(2, dim=1)
        bound = evidence_bound(mean.numpy(), log_variance.numpy(), likelihood, 0)
    return float(bound.mean())


def test_a_short_fit_comes_as_far_as_pytorchs() -> None:
    assert ours(0, 15) == pytest.approx(twin(0, 15), rel=0.03)


@pytest.mark.slow
def test_held_out_digits_are_as_likely_as_to_pytorchs_twin() -> None:
    of_ours, of_twin = ([fit(seed, 200) for seed in range(5)] for fit in (ours, twin))
    assert median(of_ours) == pytest.approx(median(of_twin), rel=0.01), (of_ours, of_twin)
