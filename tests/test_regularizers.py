"""Regularizers: what keeps the weights, biases and outputs of a layer small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.graphs import records

Array = NDArray[Any]

GN: Any = gn  # so that wrong calls can be written


def regularized(wide: int = 5, **options: Any) -> gn.Sequential:
    layers = [gn.Dense(wide, "tanh", **options), gn.Dense(2)]
    return gn.Sequential(layers, input_size=wide, dtype="float64", seed=2)


OF_ALL: dict[str, Any] = {
    "kernel_regularizer": gn.regularizers.L1L2(0.02, 0.03),
    "bias_regularizer": "l2",
    "activity_regularizer": gn.regularizers.L1(0.04),
}


def data(wide: int = 5, rows: int = 31) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(rows, wide)), rng.normal(size=(rows, 2))


@pytest.mark.parametrize("name", gn.regularizers.REGULARIZERS)
def test_get_takes_a_name_or_a_record(name: str) -> None:
    record = gn.regularizers.get(name)
    assert isinstance(record, gn.regularizers.REGULARIZERS[name])
    assert gn.regularizers.get(record) is record
    assert gn.regularizers.get(None) is None


def test_what_regularizers_come_to_is_told_and_is_in_the_loss() -> None:
    net, (x, y) = regularized(**OF_ALL), data()
    net.compile("sgd", "squared_error", metrics=["mae"])
    weight, bias, *_ = net.get_weights()
    bias[:] = 0.5
    net.set_weights([weight, bias, *net.get_weights()[2:]])
    hidden = np.tanh(x @ weight + bias)
    expected = 0.02 * abs(weight).sum() + 0.03 * (weight**2).sum() + 0.01 * (bias**2).sum()
    expected += 0.04 * abs(hidden).sum() / len(x)
    found = net.evaluate(x, y, batch_size=7)
    assert list(found) == ["loss", "output_loss", "regularization", "mean_absolute_error"]
    assert found["regularization"] == pytest.approx(expected, rel=1e-12)
    assert found["loss"] == pytest.approx(found["output_loss"] + expected, rel=1e-12)


@pytest.mark.parametrize("wide", [5, 300])  # weights of 300 x 300 could step on the way
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_steps_are_torchs(wide: int, optimizer: str) -> None:
    torch = pytest.importorskip("torch")
    net, (x, y) = regularized(wide, **OF_ALL), data(wide)
    net.compile(optimizer, "squared_error")
    parts = [torch.tensor(one, requires_grad=True) for one in net.get_weights()]
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
    theirs = make(parts, lr=net.learning_rate, **({"eps": 1e-7} if optimizer == "adam" else {}))
    net.compile(
        gn.optimizers.Adam(epsilon=1e-7) if optimizer == "adam" else optimizer, "squared_error"
    )
    for _ in range(5):
        ours = net.train_on_batch(x, y)["loss"]
        theirs.zero_grad()
        weight, bias, *last = parts
        hidden = torch.tanh(torch.tensor(x) @ weight + bias)
        loss = torch.nn.functional.mse_loss(hidden @ last[0] + last[1], torch.tensor(y))
        loss = loss + 0.02 * weight.abs().sum() + 0.03 * (weight**2).sum()
        loss = loss + 0.01 * (bias**2).sum() + 0.04 * hidden.abs().sum() / len(x)
        loss.backward()
        theirs.step()
        assert ours == pytest.approx(loss.item(), rel=1e-9)
    expected = np.concatenate([one.detach().numpy().ravel() for one in parts])
    np.testing.assert_allclose(net.parameter_vector, expected, rtol=1e-9, atol=1e-9)


def test_a_layer_that_is_called_twice_has_its_weights_regularized_once() -> None:
    layer = gn.Dense(
        4, "tanh", kernel_regularizer="l2", activity_regularizer=gn.regularizers.L2(0.5)
    )
    i = gn.Input(4)
    first = layer(i)
    net = gn.Model(i, layer(first), dtype="float64")
    net.compile("sgd", "squared_error")
    x = np.random.default_rng(0).normal(size=(9, 4))
    weight = net.get_weights()[0]
    hidden = np.tanh(x @ weight)
    again = net.predict(x)
    expected = 0.01 * (weight**2).sum() + 0.5 * ((hidden**2).sum() + (again**2).sum()) / len(x)
    assert net.evaluate(x, x)["regularization"] == pytest.approx(expected, rel=1e-12)


def test_a_frozen_layer_is_not_moved() -> None:
    net, (x, y) = regularized(trainable=False, **OF_ALL), data()
    net.compile("sgd", "squared_error")
    before = [one.copy() for one in net.get_weights()]
    net.fit(x, y, verbose=0)
    np.testing.assert_array_equal(net.get_weights()[0], before[0])
    assert not (net.get_weights()[2] == before[2]).all()


def test_an_activity_may_be_kept_sparse() -> None:
    sparsity = gn.losses.SparsityKL(0.1, weight=2.0)
    net = gn.Sequential([gn.Dense(5, "sigmoid", activity_regularizer=sparsity)], input_size=3)
    net.compile("sgd", "squared_error")
    x = np.ones((4, 3))
    found = net.evaluate(x, np.ones((4, 5)))
    assert found["loss"] == pytest.approx(found["output_loss"] + 2 * found["regularization"])


def test_regularizers_are_kept_in_files(tmp_path: Path) -> None:
    net, (x, y) = regularized(**OF_ALL), data()
    net.save(tmp_path / "net.safetensors")
    again = gn.load(tmp_path / "net.safetensors")
    assert again.layers == net.layers
    for one in (net, again):
        one.compile("sgd", "squared_error")
    assert net.evaluate(x, y) == again.evaluate(x, y)


def test_a_file_without_regularizers_does_not_name_them() -> None:
    (dense, _) = json.loads(records.to_json(regularized().architecture))["layers"]
    assert list(dense) == [
        "type",
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
    ]


def test_what_is_no_regularizer_is_refused() -> None:
    with pytest.raises(ValueError, match="regularizer: unknown name 'l3'"):
        gn.Dense(3, kernel_regularizer="l3")
    with pytest.raises(TypeError, match=r"regularizer must be a name or a record, got .*: call it"):
        GN.Dense(3, bias_regularizer=gn.regularizers.L2)
    with pytest.raises(TypeError, match="regularizer must be a name or a record"):
        GN.Dense(3, kernel_regularizer=gn.losses.SparsityKL())
    for made in (lambda: gn.regularizers.L1(-1.0), lambda: gn.regularizers.L1L2(l1=np.nan)):
        with pytest.raises(ValueError, match=r"^l1 must be zero or a positive finite number"):
            made()
    with pytest.raises(ValueError, match=r"^l2 must be zero or a positive finite number"):
        gn.regularizers.L2(-1.0)
