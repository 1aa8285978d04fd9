"""Recurrent networks beside PyTorch's of the same weights: outputs, gradients, 50 steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

torch = pytest.importorskip("torch")

Array = NDArray[Any]

INPUTS, UNITS, CLASSES = 5, 24, 4
KINDS: dict[str, tuple[Any, Any]] = {
    "SimpleRNN": (gn.SimpleRNN, torch.nn.RNN),
    "LSTM": (gn.LSTM, torch.nn.LSTM),
    "GRU": (gn.GRU, torch.nn.GRU),
}


@pytest.fixture(autouse=True)
def one_torch_thread() -> None:
    torch.set_num_threads(1)


def network(kind: str, layers: int, dtype: str) -> gn.Sequential:
    make, _ = KINDS[kind]
    hidden = [make(UNITS, return_sequences=True) for _ in range(layers - 1)]
    return gn.Sequential(
        [*hidden, make(UNITS), gn.Dense(CLASSES)], input_size=(None, INPUTS), dtype=dtype, seed=2
    )


class Twin(torch.nn.Module):  # type: ignore[misc, name-defined]
    """PyTorch's network of the same weights.

    It has two biases, of which one stays 0 where we have none; of the gates of a GRU the first two
    are in the other order.
    """

    def __init__(self, kind: str, net: gn.Sequential) -> None:
        super().__init__()
        self.kind, self.layers = kind, len(net.layers) - 1
        _, make = KINDS[kind]
        self.rnn = make(INPUTS, UNITS, self.layers, batch_first=True)
        self.head = torch.nn.Linear(UNITS, CLASSES)
        self.to(getattr(torch, net.dtype))
        for name, parameter in self.rnn.named_parameters():
            parameter.requires_grad = kind == "GRU" or not name.startswith("bias_hh")
            parameter.data[:] = 0
        for parameter, value in zip(self.in_order(), net.get_weights(), strict=True):
            parameter.data[:] = torch.from_numpy(np.ascontiguousarray(self.swapped(value).T))

    def in_order(self) -> list[Any]:
        """Return the parameters in the order of ours."""
        names = ["weight_ih", "weight_hh", "bias_ih", *(["bias_hh"] * (self.kind == "GRU"))]
        layers = range(self.layers)
        of = [getattr(self.rnn, f"{name}_l{layer}") for layer in layers for name in names]
        return [*of, self.head.weight, self.head.bias]

    def swapped(self, value: Array) -> Array:
        """Return ours in the order of PyTorch's gates, or the other way round."""
        if self.kind != "GRU" or value.shape[-1] != 3 * UNITS:
            return value
        one, other, candidate = np.split(value, 3, axis=-1)
        return np.concatenate([other, one, candidate], axis=-1)

    def forward(self, x: Any) -> Any:
        return self.head(self.rnn(x)[0][:, -1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_outputs_and_gradients_are_pytorchs(kind: str, layers: int, dtype: str) -> None:
    net = network(kind, layers, dtype)
    rng = np.random.default_rng(layers)
    net.set_weights([rng.normal(size=one.shape) / 4 for one in net.get_weights()])
    twin = Twin(kind, net)
    for rows, steps in [(1, 1), (1, 30), (3, 2), (16, 7), (70, 30)]:
        x = rng.normal(size=(rows, steps, INPUTS)).astype(dtype)
        dy = rng.normal(size=(rows, CLASSES)).astype(dtype)
        outputs = twin(torch.tensor(x))
        close = 1e-5 if dtype == "float32" else 1e-12
        np.testing.assert_allclose(net.forward(x), outputs.detach().numpy(), atol=close, rtol=close)
        np.testing.assert_allclose(net.predict(x), outputs.detach().numpy(), atol=close, rtol=close)
        twin.zero_grad()
        outputs.backward(torch.tensor(dy))
        net.backward(dy)
        close = 1e-4 if dtype == "float32" else 1e-10
        expected = [twin.swapped(one.grad.numpy().T).ravel() for one in twin.in_order()]
        begins = np.cumsum([one.size for one in expected])[:-1]
        for ours, theirs in zip(np.split(net.gradient_vector, begins), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=close, atol=close * np.abs(theirs).max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", KINDS)
def test_fifty_steps_are_pytorchs(kind: str, dtype: str) -> None:
    net = network(kind, 2, dtype)
    twin = Twin(kind, net)
    optimizer = torch.optim.Adam([one for one in twin.parameters() if one.requires_grad], lr=0.003)
    net.compile(gn.optimizers.Adam(0.003), loss="cross_entropy")
    rng = np.random.default_rng(0)
    tolerance = 1e-4 if dtype == "float32" else 1e-9
    for step in range(50):
        x = rng.normal(size=(1 + step % 41, 1 + step % 13, INPUTS)).astype(dtype)
        y = x.sum(axis=(1, 2)).astype(int) % CLASSES
        loss = torch.nn.functional.cross_entropy(twin(torch.tensor(x)), torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ours = net.train_on_batch(x, y)["loss"]
        assert ours == pytest.approx(loss.item(), rel=tolerance, abs=tolerance)
    for value, parameter in zip(net.get_weights(), twin.in_order(), strict=True):
        expected = twin.swapped(parameter.detach().numpy().T)
        np.testing.assert_allclose(value, expected, rtol=10 * tolerance, atol=10 * tolerance)
