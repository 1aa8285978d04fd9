"""Files: what is saved comes back bit for bit, and a crash while saving leaves no half file."""

import copy
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual, activations, initializers
from ganglion.files import read_metadata
from ganglion.layers import Layer

Array = NDArray[Any]

INITIALIZERS = [
    *sorted(initializers.INITIALIZERS),
    *(record() for record in initializers.INITIALIZERS.values()),
    initializers.Orthogonal(gain=0.5),
    initializers.Constant(0.25),
]


def everything(dtype: str = "float32") -> gn.Sequential:
    """Return a network with every kind of layer."""
    layers: list[Layer] = [
        Dense(6, activations.leaky_relu(0.3)),
        Residual([Dense(5, activations.elu(0.7)), Residual([Activation("gelu")]), Dropout(0.25)]),
        Dense(4, "selu", use_bias=False, kernel_initializer="lecun_normal"),
        *(Dense(4, kernel_initializer=i, bias_initializer=i) for i in INITIALIZERS),
        *(Activation(name) for name in activations.names() if name != "softmax"),
        Dense(3, "softmax"),
    ]
    return gn.Sequential(layers, input_size=3, dtype=dtype, seed=2**40 + 7, rescale=1 / 255)


def assert_same(loaded: gn.Model, net: gn.Sequential) -> None:
    assert loaded.layers == net.layers
    assert loaded.parameter_names == net.parameter_names
    for name in ("input_size", "output_size", "dtype", "seed", "rescale"):
        assert getattr(loaded, name) == getattr(net, name)
    np.testing.assert_array_equal(loaded.parameter_vector, net.parameter_vector)
    x = np.random.default_rng(0).normal(size=(30, net.input_size))
    np.testing.assert_array_equal(loaded.predict(x), net.predict(x))


@pytest.fixture
def net() -> gn.Sequential:
    return gn.MLP([4, 8, 3], seed=5)


@pytest.fixture
def file(net: gn.Sequential, tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    net.save(path, {"note": "old"})
    return path


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_layer_and_initializer_comes_back(dtype: str, tmp_path: Path) -> None:
    net = everything(dtype)
    net.save(tmp_path / "a")
    loaded = gn.load(tmp_path / "a")
    assert_same(loaded, net)
    loaded.save(tmp_path / "b")
    assert_same(gn.load(tmp_path / "b"), net)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_trained_bits_come_back_and_train_on_alike(dtype: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 4)), rng.integers(0, 3, 60)
    net = gn.MLP([4, 9, 3], dropout=0.1, dtype=dtype, seed=3)
    net.compile(loss="cross_entropy")
    net.fit(x, y, epochs=2, verbose=0)
    net.parameter_vector[:3] = [-0.0, np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max]
    net.save(str(tmp_path / "net"))
    loaded = gn.load(str(tmp_path / "net"))
    assert loaded.parameter_vector.tobytes() == net.parameter_vector.tobytes()
    net.parameter_vector[:3] = loaded.parameter_vector[:3] = 0.1
    for model in (net, loaded):
        model.compile("sgd", loss="cross_entropy")
        model.fit(x, y, verbose=0)
    assert_same(loaded, net)


WHOLE: Any = np.int64(3)
HALF: Any = np.float32(0.5)


@pytest.mark.parametrize(
    "layer",
    [
        Dense(WHOLE),
        Dense(3, activations.leaky_relu(HALF)),
        Dense(3, bias_initializer=initializers.Constant(HALF)),
        Dropout(HALF),
    ],
    ids=repr,
)
def test_numpy_numbers_in_layers_are_saved(layer: Any, tmp_path: Path) -> None:
    net = gn.Sequential([layer, Dense(2)], input_size=WHOLE, seed=WHOLE)
    net.save(tmp_path / "net")
    assert_same(gn.load(tmp_path / "net"), net)


def test_metadata_comes_back(net: gn.Sequential, tmp_path: Path) -> None:
    texts = {"classes": '["Äpfel", "\\u0000 \U0001f41f"]', "": "no name", "empty": ""}
    net.save(tmp_path / "net", texts)
    assert read_metadata(tmp_path / "net") == texts
    net.save(tmp_path / "net")
    assert read_metadata(tmp_path / "net") == {}
    assert_same(gn.load(tmp_path / "net"), net)


VAST_TEXT = "x" * 101 * 2**20  # more than a header may hold


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"format": "x"}, "metadata 'format' must be"),
        ({"ganglion.config": "x"}, "metadata 'ganglion.config' must be"),
        ({"ganglion.anything": "x"}, "metadata 'ganglion.anything' must be"),
        ({3: "x"}, "metadata 3 must be"),
        ({"a": 3}, "metadata 'a' must be a text.*got 3"),
        ({"a": "\ud800"}, r"metadata 'a' must be a text.*got '\\ud800'"),
        ({"\ud800": "a"}, r"metadata '\\ud800' must be a text"),
        ({"a": VAST_TEXT}, "net.safetensors cannot hold the metadata: .*too large"),
    ],
    ids=lambda value: str(value)[:20].encode("ascii", "backslashreplace").decode(),
)
def test_bad_metadata_is_told(metadata: Any, message: str, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(ValueError, match=message):
        gn.MLP([2, 2]).save(file, metadata)
    assert file.read_bytes() == before


def test_names_and_layouts_are_those_of_pytorch(net: gn.Sequential, file: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file as load_torch

    nn = torch.nn
    network = nn.Sequential()
    network.layers = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3))
    network.load_state_dict(load_torch(file))
    x = np.random.default_rng(2).normal(size=(20, 4)).astype(np.float32)
    with torch.no_grad():
        y = network.layers[1](torch.relu(network.layers[0](torch.from_numpy(x))))
    np.testing.assert_allclose(net.predict(x), y.numpy(), rtol=1e-5, atol=1e-6)


class Broken(BaseException):
    """What goes wrong in the middle of saving."""


@pytest.mark.parametrize(
    "error", [OSError(28, "disk full"), KeyboardInterrupt(), Broken()], ids=repr
)
@pytest.mark.parametrize("step", ["os.write", "os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("overwrites", [True, False])
def test_an_error_while_saving_leaves_the_folder_as_it_was(
    overwrites: bool, step: str, error: BaseException, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not overwrites:
        file.unlink()
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}

    def fail(*arguments: object, **named: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(type(error)):
            gn.MLP([2, 2]).save(file)
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before


SIZES = [[64, 700, 700, 1], [64, 900, 900, 1]]  # megabytes, so that a kill meets the writing


def save_for_ever(path: str) -> None:
    """Save one of two models after the other: what a process does until it is killed."""
    models = [gn.MLP(sizes, seed=1) for sizes in SIZES]
    while True:
        for model in models:
            model.save(path)


def test_a_kill_while_saving_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "net"
    models = [gn.MLP(sizes, seed=1) for sizes in SIZES]
    rng = np.random.default_rng(6)
    for _ in range(8):
        with subprocess.Popen([sys.executable, __file__, str(path)]) as process:
            end = time.monotonic() + 30
            written = path.stat().st_mtime_ns if path.exists() else 0
            while not path.exists() or path.stat().st_mtime_ns == written:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.005)
            time.sleep(rng.uniform(0, 0.1))
            process.kill()
        loaded = gn.load(path)
        expected = next(model for model in models if model.layers == loaded.layers)
        np.testing.assert_array_equal(loaded.parameter_vector, expected.parameter_vector)


@pytest.mark.parametrize("mask", [0o002, 0o022, 0o027, 0o077])
def test_the_files_mode_is_that_of_any_new_file(mask: int, tmp_path: Path) -> None:
    was = os.umask(mask)
    try:
        gn.MLP([2, 2]).save(tmp_path / "net")
        (tmp_path / "other").touch()
        left = os.umask(mask)
    finally:
        os.umask(was)
    assert (tmp_path / "net").stat().st_mode == (tmp_path / "other").stat().st_mode
    assert left == mask


def test_what_is_read_or_copied_makes_no_first_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = everything()
    net.save(tmp_path / "net")

    def refuse(*arguments: object) -> None:
        raise AssertionError("first values are made")

    monkeypatch.setattr("ganglion.graphs.parameters.Parameter.initial_values", refuse)
    for loaded in (gn.load(tmp_path / "net"), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert_same(loaded, net)
    with pytest.raises(AssertionError, match="first values"):
        everything()


def test_a_pickle_of_too_few_parameters_is_refused() -> None:
    rebuilt, (architecture, parameters), _ = gn.MLP([2, 2]).__reduce__()
    with pytest.raises(ValueError, match=r"parameters have shape \(5,\), must have \(6,\)"):
        rebuilt(architecture, parameters[1:])


def test_thousands_of_layers_come_back(tmp_path: Path) -> None:
    layers: list[Layer] = []
    for i in range(1500):
        layers += [Dense(2 + i % 3, "tanh"), Residual([Dense(3), Activation("relu")])]
    net = gn.Sequential(layers, input_size=2)
    net.save(tmp_path / "net")
    assert_same(gn.load(tmp_path / "net"), net)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_predicts_the_same_and_is_apart(copied: Callable[[Any], Any]) -> None:
    net = gn.MLP([3, 4, 2], dropout=0.5, rescale=0.5, seed=7, dtype="float64")
    other = copied(net)
    x = np.ones((2, 3))
    np.testing.assert_array_equal(other.predict(x), net.predict(x))
    assert (other.layers, other.seed, other.rescale) == (net.layers, net.seed, net.rescale)
    other.parameter_vector[:] = 0
    assert net.parameter_vector.any()


if __name__ == "__main__":
    save_for_ever(sys.argv[1])
