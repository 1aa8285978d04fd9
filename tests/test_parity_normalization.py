"""Networks that normalize, beside PyTorch's of the same weights: 50 steps, running moments too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = NDArray[Any]

STEPS, BATCH = 50, 48
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


def block(kind: str) -> list[gn.Layer]:
    """Return a block that is normalized before its activations (He et al., 2016)."""
    first, second = (
        gn.BatchNormalization(0.9, 1e-5) if kind == "batch" else gn.LayerNormalization(1e-5)
        for _ in range(2)
    )
    return [first, gn.Activation("relu"), gn.Dense(24), second, gn.Dense(24)]


def model_of(kind: str, dtype: str) -> gn.Sequential:
    layers = [gn.Dense(24), *(gn.Residual(block(kind)) for _ in range(3)), gn.Dense(10)]
    model = gn.Sequential(layers, input_size=64, dtype=dtype, seed=5)
    model.compile(gn.optimizers.SGD(0.05, momentum=0.9), loss="cross_entropy")
    return model


class BatchNorm(torch.nn.BatchNorm1d):  # type: ignore[misc, name-defined]
    """PyTorch's, whose running variance is the mean square, as Keras's and ours is."""

    def forward(self, x: Any) -> Any:
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            squares = x.var(dim=0, correction=0)
            for running, batch in [("running_mean", x.mean(dim=0)), ("running_var", squares)]:
                kept = (1 - self.momentum) * getattr(self, running)
                setattr(self, running, kept + self.momentum * batch)
        return F.batch_norm(x, None, None, self.weight, self.bias, training=True, eps=self.eps)


class Residual(torch.nn.Sequential):  # type: ignore[misc, name-defined]
    def forward(self, x: Any) -> Any:
        return super().forward(x) + x


def torch_layer(layer: gn.Layer, channels: int) -> Any:
    match layer:
        case gn.Dense():
            return torch.nn.Linear(channels, layer.units)
        case gn.BatchNormalization():
            return BatchNorm(channels, eps=layer.epsilon, momentum=1 - layer.momentum)
        case gn.LayerNormalization():
            return torch.nn.LayerNorm(channels, eps=layer.epsilon)
        case gn.Residual():
            return Residual(*(torch_layer(one, channels) for one in layer.layers))
    return torch.nn.ReLU()


def torch_copy(model: gn.Sequential) -> Any:
    """Return PyTorch's network, whose parameters have the names of ours."""
    widths = [64, *[24] * 4]
    network = torch.nn.Sequential(*map(torch_layer, model.layers, widths))
    network = network.to(getattr(torch, model.dtype))
    state = named(model)
    missing, unexpected = network.load_state_dict(
        {name: torch.from_numpy(np.ascontiguousarray(one.T)) for name, one in state.items()},
        strict=False,
    )
    assert all(name.endswith("num_batches_tracked") for name in missing)
    assert unexpected == []
    return network


def named(model: gn.Sequential) -> dict[str, Array]:
    names = [name.removeprefix("layers.") for name in model.parameter_names]
    return dict(zip(names, model.get_weights(), strict=True))


@pytest.fixture(autouse=True)
def one_torch_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_a_residual_network_learns_as_pytorchs(kind: str, dtype: str) -> None:
    images, labels = pytest.importorskip("sklearn.datasets").load_digits(return_X_y=True)
    x, tolerance = images / 16, TOLERANCE[dtype]
    model = model_of(kind, dtype)
    network = torch_copy(model)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    at = getattr(torch, dtype)
    for step in range(STEPS):
        rows = slice(step % 30 * BATCH, step % 30 * BATCH + (BATCH if step % 7 else 11))
        loss = F.cross_entropy(network(torch.tensor(x[rows], dtype=at)), torch.tensor(labels[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ours = model.train_on_batch(x[rows], labels[rows])["loss"]
        assert ours == pytest.approx(loss.item(), rel=tolerance, abs=tolerance)
    state = network.state_dict()
    for name, values in named(model).items():
        expected = state[name].numpy().T
        np.testing.assert_allclose(values, expected, rtol=10 * tolerance, atol=tolerance)
    network.eval()
    with torch.no_grad():
        outputs = network(torch.tensor(x, dtype=at)).numpy()
    np.testing.assert_allclose(model.predict(x), outputs, rtol=10 * tolerance, atol=10 * tolerance)
