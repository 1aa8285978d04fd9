"""Damaged files: load and read_metadata say which file and what is wrong, and run nothing of it."""

import json
import os
import pickle
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutants import pack, split
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import ganglion as gn
from ganglion import _core
from ganglion.files import read_metadata

Array = NDArray[Any]


@pytest.fixture
def net() -> gn.Sequential:
    return gn.MLP([4, 8, 3], seed=5)


@pytest.fixture
def file(net: gn.Sequential, tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    net.save(path, {"note": "old"})
    return path


def told(path: Path) -> str:
    """Return what load says is wrong with a file; it and read_metadata only raise these two."""
    try:
        read_metadata(path)
    except (OSError, ValueError) as error:
        assert str(path) in str(error)  # noqa: PT017  (it need not raise)
    with pytest.raises((OSError, ValueError)) as caught:
        gn.load(path)
    assert str(path) in str(caught.value)
    return str(caught.value).removeprefix(f"load: {path}")


def test_a_file_cut_anywhere_is_refused(file: Path) -> None:
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert "is damaged" in told(file)


def test_a_flipped_bit_is_refused_or_makes_a_model(file: Path) -> None:
    content = file.read_bytes()
    rng = np.random.default_rng(4)
    refused = 0
    for _ in range(1500):
        changed = bytearray(content)
        changed[rng.integers(len(content) // 2)] ^= 1 << rng.integers(8)
        file.write_bytes(changed)
        try:
            assert gn.load(file).predict(np.ones((1, 4))).shape == (1, 3)
        except (OSError, ValueError) as error:
            assert str(file) in str(error)  # noqa: PT017  (it need not raise)
            refused += 1
    assert refused > 500


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"not a model at all, but a text of some length",
        b"\0" * 4096,
        b"\xff" * 4096,
        b"PK\x03\x04" + b"\0" * 100,
        pack(b"{}"),
        pack(b"{", length=1),
        pack(b"[]"),
        pack(b"{]" * 9),
        pack(b"\xff\xfe" * 8),
        pack(b"[" * 100_000),
        *(pack(b"{}", length=length) for length in (0, 1, 3, 2**31, 2**40, 2**63, 2**64 - 1)),
        pickle.dumps(np.zeros(3)),
    ],
    ids=lambda content: f"{content[:12]!r}-{len(content)}",
)
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    assert told(path)


def dense(**fields: Any) -> dict[str, Any]:
    return {"layers": [{"type": "Dense", "units": 3, **fields}]}


ARCHITECTURES: dict[str, Any] = {  # what the file says instead, all of it, or some fields
    "null": None,
    "a text": "layers",
    "a list": [],
    "a number": 3,
    "no layers": {"layers": None},
    "layers are empty": {"layers": []},
    "a layer is a number": {"layers": [3]},
    "a layer is null": {"layers": [None]},
    "a layer is unknown": {"layers": [{"type": "Conv2D"}]},
    "a layer is a module": {"layers": [{"type": "os.system", "command": "touch run"}]},
    "a layer has a list as type": {"layers": [{"type": ["Dense"]}]},
    "a layer is an initializer": {"layers": [{"type": "Zeros"}]},
    "units missing": {"layers": [{"type": "Dense"}]},
    "units 0": dense(units=0),
    "units a text": dense(units="8"),
    "units a record": dense(units={"type": "Zeros"}),
    "units vast": dense(units=10**15),
    "units at the limit": dense(units=2**31 - 1),
    "units at the limit, often": {"layers": [{"type": "Dense", "units": 2**31 - 1}] * 5},
    "units past all numbers": dense(units=10**400),
    "units past 64 bits": dense(units=10**30),
    "units infinite": dense(units=float("inf")),
    "a field unknown": dense(color="red"),
    "activation unknown": dense(activation="rellu"),
    "activation a layer": dense(activation={"type": "Dense", "units": 3}),
    "activation of no name": dense(activation={"type": "ActivationFunction", "name": None}),
    "alpha a text": dense(
        activation={"type": "ActivationFunction", "name": "elu", "alpha": "1"}, units=3
    ),
    "alpha NaN": dense(
        activation={"type": "ActivationFunction", "name": "elu", "alpha": float("nan")}
    ),
    "initializer orthogonal, vast": dense(units=2**20, kernel_initializer="orthogonal"),
    "gain past all numbers": dense(kernel_initializer={"type": "Orthogonal", "gain": 10**400}),
    "initializer a number": dense(kernel_initializer=3),
    "initializer a list": dense(kernel_initializer=[1, 2]),
    "rate 2": {"layers": [{"type": "Dropout", "rate": 2}]},
    "a block of nothing": {"layers": [{"type": "Residual", "layers": 3}]},
    "input_size 0": {"input_size": 0},
    "input_size other": {"input_size": 5},
    "input_size vast": {"input_size": 10**15},
    "dtype unknown": {"dtype": "float16"},
    "seed negative": {"seed": -1},
    "seed vast": {"seed": 2**64},
    "rescale NaN": {"rescale": float("nan")},
    "rescale past the type": {"rescale": 1e39},
    "an argument unknown": {"batch_size": 3},
}


def save_architecture(path: Path, change: Any) -> None:
    """Write a file again with another architecture, or with some fields of another value."""
    header, data = split(path.read_bytes())
    config = json.loads(header["__metadata__"]["ganglion.config"])
    config = {**config, **change} if isinstance(change, dict) else change
    header["__metadata__"]["ganglion.config"] = json.dumps(config)
    path.write_bytes(pack(json.dumps(header).encode(), data))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_bad_architecture_is_told_before_memory_is_taken(
    name: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    save_architecture(file, ARCHITECTURES[name])
    before = _core.allocation_count()
    assert told(file)
    assert _core.allocation_count() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_more_memory_than_there_is_is_told(tmp_path: Path) -> None:
    path = tmp_path / "net"
    gn.Sequential([gn.Activation("relu")], input_size=1).save(path)
    save_architecture(path, {"input_size": 2**31 - 1})  # has no parameters, but values
    script = (
        "import resource, ganglion as gn\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))\n"
        f"gn.load({str(path)!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert f"ValueError: load: {path} asks for more memory than there is" in done.stderr


@pytest.mark.parametrize("config", ["", "{", "\0", "[" * 200_000, '{"layers":' * 50_000])
def test_architecture_that_is_no_json_is_told(config: str, file: Path) -> None:
    save_with(file, {"ganglion.config": config})
    assert "has a bad architecture" in told(file)


def save_with(path: Path, metadata: dict[str, str | None], **tensors: Array | None) -> None:
    """Write a file again with other metadata and tensors; None takes one away."""
    with safe_open(path, framework="numpy") as file:
        texts = {**file.metadata(), **metadata}
    arrays = {**load_file(path), **tensors}
    save_file(
        {name: array for name, array in arrays.items() if array is not None},
        path,
        {name: text for name, text in texts.items() if text is not None},
    )


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"ganglion.format_version": "3"}, " has format version 3, this ganglion reads 1, 2"),
        ({"ganglion.format_version": "2"}, " has a bad architecture"),
        ({"ganglion.format_version": None}, " is not a ganglion model"),
        ({"ganglion.config": None}, " has a bad architecture"),
    ],
)
def test_other_metadata_is_told(metadata: dict[str, str | None], message: str, file: Path) -> None:
    save_with(file, metadata)
    assert message in told(file)


def test_metadata_one_does_not_know_is_let_be(net: gn.Sequential, file: Path) -> None:
    save_with(file, {"ganglion.later": "x", "author": "me"})
    np.testing.assert_array_equal(gn.load(file).parameter_vector, net.parameter_vector)
    assert read_metadata(file) == {"note": "old", "author": "me"}


BIAS = np.zeros(3, np.float32)
WRONG_TENSORS: dict[str, tuple[str, Array | None]] = {
    "missing": ("layers.1.bias", None),
    "extra": ("layers.2.bias", BIAS),
    "longer": ("layers.1.bias", np.zeros(4, np.float32)),
    "of no dimension": ("layers.1.bias", np.zeros((), np.float32)),
    "empty": ("layers.1.bias", np.zeros(0, np.float32)),
    "a column": ("layers.1.bias", BIAS[:, None]),
    "transposed": ("layers.0.weight", np.zeros((4, 8), np.float32)),
    "cubic": ("layers.0.weight", np.zeros((8, 4, 1), np.float32)),
    "NaN": ("layers.1.bias", BIAS + np.float32(np.nan)),
    "infinite": ("layers.1.bias", BIAS - np.float32(np.inf)),
    "bools": ("layers.1.bias", BIAS.astype(bool)),
    "integers": ("layers.1.bias", BIAS.astype(np.int64)),
    "halves": ("layers.1.bias", BIAS.astype(np.float16)),
    "doubles": ("layers.1.bias", BIAS.astype(np.float64)),
    "complex": ("layers.1.bias", BIAS.astype(np.complex64)),
}


@pytest.mark.parametrize("kind", WRONG_TENSORS)
def test_wrong_tensor_is_named(kind: str, file: Path) -> None:
    name, values = WRONG_TENSORS[kind]
    save_with(file, {}, **{name: values})
    assert name in told(file)


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "F4", "X"])
def test_tensor_of_a_type_numpy_lacks_is_refused(dtype: str, file: Path) -> None:
    header, data = split(file.read_bytes())
    bits = {"BF16": 16, "F8_E4M3": 8, "F4": 4}.get(dtype, 32)
    begin, end = header["layers.1.bias"]["data_offsets"]
    header["layers.1.bias"] |= {"dtype": dtype, "shape": [(end - begin) * 8 // bits]}
    file.write_bytes(pack(json.dumps(header).encode(), data))
    assert told(file)


def test_loading_runs_no_code_of_the_file(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
            return Path.touch, (tmp_path / "run",)

    path = tmp_path / "trap"
    path.write_bytes(pickle.dumps(Trap()))
    assert told(path)
    assert not (tmp_path / "run").exists()


def test_no_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path / "no" / "thing", tmp_path):
        with pytest.raises(OSError, match=str(path)):
            gn.load(path)


def test_what_is_no_plain_file_is_told_at_once(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "device"
    os.mkfifo(pipe)
    if os.geteuid() == 0:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    for path in tmp_path.iterdir():
        assert told(path) == f"[Errno 22] not a plain file: '{path}'"


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, whom no permission stops."""
    was = os.geteuid()
    os.seteuid(was or 65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_file_or_folder_without_permission_is_told(net: gn.Sequential) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "net")
        net.save(path)
        path.chmod(0)
        with nobody(), pytest.raises(OSError, match=str(path)) as caught:
            gn.load(path)
        assert "ermission" in str(caught.value)
        Path(folder).chmod(0o555)
        with nobody(), pytest.raises(PermissionError, match=str(path)):
            net.save(path)
        assert list(Path(folder).iterdir()) == [path]
        Path(folder).chmod(0o755)
