"""The largest numbers of a row: the kernel, its gradient, the layer, beside PyTorch's topk."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference
from numpy.typing import NDArray
from reference import assert_close

import ganglion as gn
from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

COLS = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100]  # around vectors of each instruction set
CORES = [_core.float32, _core.float64]


def kept(core: Any, x: Array, count: int) -> Array:
    """Return what the op makes of rows, in outputs that are NaN before."""
    graph = _core.Graph()
    value = graph.input("x", x.shape[1])
    output = graph.keep_largest(value, count)
    store = core.ParameterStore(graph)
    predictor = core.Predictor(
        graph=graph, inputs=[value], outputs=[output], store=store, max_batch=4
    )
    y = np.full(x.shape, np.nan, store.values.dtype)
    predictor.predict([(x, 1.0, None)], [y])
    return y


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("cols", COLS)
def test_it_is_that_of_numpy(isa: str, core: Any, cols: int) -> None:
    rng = np.random.default_rng(cols)
    for count in sorted({1, 2, cols // 3, cols - 1, cols} & set(range(1, cols + 1))):
        x = rng.normal(size=(9, cols)).astype(np.float32)
        assert_close(kept(core, x, count), reference.keep_largest(x, count), family="exact")


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("cols", COLS)
def test_of_equal_numbers_the_first_are_kept(core: Any, cols: int) -> None:
    x = np.random.default_rng(cols).integers(-2, 2, (20, cols)).astype(np.float32)
    for count in range(1, cols + 1):
        assert_close(kept(core, x, count), reference.keep_largest(x, count), family="exact")


def test_what_is_not_finite_is_not_hidden() -> None:
    """Infinity is the largest, and NaN is kept beside it."""
    layers = [gn.Dense(2, use_bias=False), gn.Dense(2, use_bias=False), gn.KSparse(1)]
    net = gn.Sequential(layers, input_size=1, dtype="float32")
    net.set_weights([np.array([[3e38, 3e38]]), np.array([[1.0, 1.0], [-1.0, 1.0]])])
    found = net.predict(np.array([[2.0], [1e-38]]))
    np.testing.assert_array_equal(found[0], [np.nan, np.inf])
    np.testing.assert_allclose(found[1], [0, 6], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fifty_steps_are_those_of_pytorch(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 7)).astype(dtype)
    net = gn.Sequential(
        [gn.Dense(20, "tanh"), gn.KSparse(4), gn.Dense(7)], input_size=7, dtype=dtype, seed=1
    )
    w, b, v, c = parameters = [
        torch.tensor(one.copy(), requires_grad=True) for one in net.get_weights()
    ]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    net.compile(gn.optimizers.Adam(0.01), "squared_error")
    rows = torch.tensor(x)
    for _ in range(50):
        net.train_on_batch(x, x)
        hidden = torch.tanh(rows @ w + b)
        top = torch.topk(hidden, 4, dim=1)
        code = torch.zeros_like(hidden).scatter(1, top.indices, top.values)
        loss = ((code @ v + c - rows) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    rtol = {"float32": 1e-4, "float64": 1e-9}[dtype]
    for ours, theirs in zip(net.get_weights(), parameters, strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=rtol, atol=rtol / 10)


def test_positions_have_their_own() -> None:
    net = gn.Sequential([gn.KSparse(2)], input_size=(3, 5))
    x = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    expected = reference.keep_largest(x.reshape(12, 5), 2).reshape(4, 3, 5)
    np.testing.assert_array_equal(net.predict(x), expected.astype(np.float32))


def test_files_and_pickles_keep_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = gn.Sequential([gn.Dense(9), gn.KSparse(3), gn.Dense(2)], input_size=4)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    net.save(tmp_path / "model")
    for other in (gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(net))):
        assert other.layers == net.layers
        np.testing.assert_array_equal(other.predict(x), net.predict(x))
    np.testing.assert_array_equal(net.predictor()(x), net.predict(x))
    net.summary()
    assert "KSparse(3)  (batch, 9)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("k", "rule"), [(0, "k must be a whole number from 1"), (2.5, "k must be a whole number")]
)
def test_counts_out_of_range_are_refused(k: Any, rule: str) -> None:
    with pytest.raises((TypeError, ValueError), match=rule):
        gn.KSparse(k)


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="k is 4, must be at most the 3 numbers of a row"):
        gn.Sequential([gn.Dense(3), gn.KSparse(4)], input_size=2)
    graph = _core.Graph()
    x = graph.input("x", 3)
    for count in (0, 4):
        with pytest.raises(ValueError, match=f"count is {count}, must be from 1 to the 3 channels"):
            graph.keep_largest(x, count)
