"""Mutants: good model files with something wrong in them, and what is said when they are read."""

from __future__ import annotations

import copy
import json
import struct
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner

import ganglion as gn
from ganglion.cli.app import app
from ganglion.files import read_metadata

Random = np.random.Generator

_LONGEST = 1_000_000  # bytes of a mutant: what takes long, or much memory, must not be its size

VALUES: list[Any] = [  # what takes the place of something in a header
    *(None, True, False, "", "x", "\ud800", "\0", [], {}, [[]], {"type": "Dense"}, "relu" * 999),
    *(0, -1, 1, 2, 3, 255, 2**16, 2**24, 2**31 - 1, 2**31, 2**62, 2**63, 2**64, 10**30, 10**400),
    *(0.0, -0.0, 0.5, 1e-320, 1e39, 1e308, -1e308, float("nan"), float("inf"), -float("inf")),
    *("F32", "F64", "BF16", "I64", "float32", "float64", "2", "number", "text", "date", "classes"),
    {"type": "Residual", "layers": []},
    {"type": "Orthogonal", "gain": 1e308},
    {"type": "ActivationFunction", "name": "elu", "alpha": 1e308},
]


def mutated(content: bytes, other: bytes, rng: Random) -> bytes:
    """Return a good file with something wrong in it, or, by chance, nothing.

    Args:
        content: The good file.
        other: Another one, whose parts may be mixed in.
        rng: Decides all.
    """
    if rng.random() < 0.7:
        try:
            changed = _with_other_header(content, other, rng)
        except RecursionError:  # nested deeper than JSON is written
            return content
        return changed if len(changed) < _LONGEST else content
    for _ in range(rng.integers(1, 4)):
        content = _CHANGES[rng.integers(len(_CHANGES))](content, other, rng)
    return content


def _flip(content: bytes, other: bytes, rng: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.integers(1, 9) if changed else 0):
        changed[_place(changed, rng)] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _cut(content: bytes, other: bytes, rng: Random) -> bytes:
    return content[: _place(content, rng)]


def _leave_out(content: bytes, other: bytes, rng: Random) -> bytes:
    begin = _place(content, rng)
    return content[:begin] + content[begin + int(rng.integers(1, 100)) :]


def _put_in(content: bytes, other: bytes, rng: Random) -> bytes:
    begin, source = _place(content, rng), _place(other, rng)
    return content[:begin] + other[source : source + int(rng.integers(1, 100))] + content[begin:]


def _write_over(content: bytes, other: bytes, rng: Random) -> bytes:
    begin, count = _place(content, rng), int(rng.integers(1, 100))
    return content[:begin] + rng.bytes(count) + content[begin + count :]


def _set_length(content: bytes, other: bytes, rng: Random) -> bytes:
    lengths = [0, 1, 7, 100, len(content), 10**8, 2**31, 2**63, 2**64 - 1]
    return struct.pack("<Q", lengths[rng.integers(len(lengths))]) + content[8:]


Change = Callable[[bytes, bytes, Random], bytes]
_CHANGES: list[Change] = [_flip, _cut, _leave_out, _put_in, _write_over, _set_length]


def _place(content: bytes | bytearray, rng: Random) -> int:
    """Return a place in a file, more often in its header than in its tensors."""
    end = len(content) if rng.random() < 0.3 else min(len(content), 3000)
    return int(rng.integers(max(end, 1)))


def _with_other_header(content: bytes, other: bytes, rng: Random) -> bytes:
    header, data = split(content)
    tree, source = _unfolded(header), _unfolded(split(other)[0])
    for _ in range(rng.choice([1, 1, 2, 4])):
        _change_node(tree, source, rng)
    return pack(json.dumps(_folded(tree)).encode(errors="surrogatepass"), data)


def split(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header and the data of a good file."""
    end = 8 + struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:end]), content[end:]


def pack(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    """Return a safetensors file of these parts, whatever is in them."""
    return struct.pack("<Q", len(header) if length is None else length) + header + data


_INNER = ("ganglion.config", "table", "versions", "seen")  # JSON in the texts of the metadata


def _unfolded(header: dict[str, Any]) -> dict[str, Any]:
    texts = header["__metadata__"]
    inner = {name: json.loads(text) if name in _INNER else text for name, text in texts.items()}
    return {**header, "__metadata__": inner}


def _folded(tree: dict[str, Any]) -> dict[str, Any]:
    texts = tree.get("__metadata__")
    if not isinstance(texts, dict):
        return tree
    inner = {name: json.dumps(one) if name in _INNER else one for name, one in texts.items()}
    return {**tree, "__metadata__": inner}


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Give every list or record of a tree with each of its keys."""
    if isinstance(tree, dict | list):
        for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _nodes(tree[key])


def _change_node(tree: Any, source: Any, rng: Random) -> None:
    texts = tree.get("__metadata__")
    nodes = list(_nodes(texts if rng.random() < 0.7 and isinstance(texts, dict) else tree))
    if not nodes:
        return
    parent, key = nodes[rng.integers(len(nodes))]
    kind = rng.integers(8)
    if kind == 0:
        del parent[key]
    elif kind == 1:
        others = list(_nodes(source))
        place, at = others[rng.integers(len(others))]
        parent[key] = copy.deepcopy(place[at])
    elif kind == 2 and isinstance(parent[key], list):
        parent[key] = parent[key] * min(int(rng.integers(2, 300)), _LONGEST // len(str(tree)))
    elif kind == 3:
        parent[key] = _nested(parent[key], rng)
    elif kind == 4 and isinstance(parent, dict):
        parent[str(VALUES[rng.integers(len(VALUES))])[:20]] = parent.pop(key)
    elif kind == 5 and isinstance(parent[key], int):
        parent[key] = parent[key] * int(rng.integers(-2, 2**40)) - int(rng.integers(2))
    else:
        parent[key] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])


def _nested(node: Any, rng: Random) -> Any:
    """Return a node within many others."""
    for _ in range([3, 30, 120, 250][rng.integers(4)]):
        node = {"type": "Residual", "layers": [node]} if rng.random() < 0.9 else [node]
    return node


def of_any_shape() -> gn.Model:
    """Return a model of what a chain has not: inputs and outputs, sharing, a model as a layer."""
    x, y = gn.Input((2, 3), name="x"), gn.Input(4)
    shared = gn.Dense(4, "tanh", trainable=False)
    top = shared(shared(y)) + gn.Dense(4)(gn.Flatten()(x))
    tied = gn.Tied(shared)(gn.MLP([4, 3, 4])(top))
    small = {"small": 0.5 * gn.losses.L1(0.1)(top), "same": gn.losses.Huber(0.5)(y, top)}
    return gn.Model(
        [x, y], {"a": tied * top, "b": gn.Concatenate()([top[..., 1:3], tied])}, losses=small
    )


def of_noise_and_norms() -> gn.Model:
    """Return a chain of what forgets, normalizes and limits."""
    limited = gn.Dense(
        6, kernel_constraint=gn.constraints.MaxNorm(2), kernel_regularizer=gn.regularizers.L2(0.1)
    )
    noise = [gn.GaussianNoise(0.1), gn.MaskingNoise(0.2), gn.SaltAndPepperNoise(0.1)]
    norms = [gn.BatchNormalization(), gn.LayerNormalization(), gn.KSparse(2)]
    return gn.Sequential([*noise, limited, *norms, gn.Dense(2)], input_size=4)


def of_indices() -> gn.Model:
    """Return a model that looks rows of a table up."""
    word = gn.Input(2)
    return gn.Model(word, gn.Dense(1)(gn.Flatten()(gn.Embedding(7, 3)(word))))


def of_sequences() -> gn.Model:
    """Return a model that walks steps."""
    first = gn.SimpleRNN(4, "relu", return_sequences=True)
    gated = [gn.GRU(2, return_sequences=True), gn.LSTM(3, go_backwards=True)]
    return gn.Sequential([first, *gated, gn.Dense(1)], input_size=(5, 2))


def of_a_draw() -> gn.Model:
    """Return a variational autoencoder."""
    x = gn.Input(5)
    mean, log_variance = gn.Dense(2)(x), gn.Dense(2)(x)
    code = gn.Sampling()([mean, log_variance])
    divergence = 0.2 * gn.losses.NormalKL()([mean, log_variance])
    return gn.Model(x, gn.Dense(5, "sigmoid")(code), losses={"normal_kl": divergence})


def networks(folder: Path) -> list[bytes]:
    """Return good files of networks."""
    makers: list[Callable[[], gn.Model]] = [
        lambda: gn.MLP([4, 8, 3], seed=5),
        lambda: gn.MLP([2, 3, 1], dropout=0.5, dtype="float64", rescale=0.5),
        lambda: gn.Sequential([gn.Activation("relu")], input_size=3),
        lambda: gn.Sequential(
            [gn.Normalization(mean=[1e6, 0.5], variance=[4.0, 0.0]), gn.Dense(2)], input_size=2
        ),
        lambda: gn.Sequential(
            [
                gn.Dense(6, gn.activations.leaky_relu(0.3), kernel_initializer="orthogonal"),
                gn.Residual([gn.Dense(5, gn.activations.elu(0.7)), gn.Dropout(0.25)]),
                gn.Dense(4, "selu", use_bias=False, bias_initializer=gn.initializers.Constant(1)),
                gn.Dense(3, "softmax"),
            ],
            input_size=3,
        ),
        of_any_shape,
        of_noise_and_norms,
        of_indices,
        of_sequences,
        of_a_draw,
    ]
    for number, make in enumerate(makers):
        make().save(folder / f"network{number}")
    trained().save(folder / "trained", optimizer=True)
    names = [*(f"network{number}" for number in range(len(makers))), "trained"]
    return [(folder / name).read_bytes() for name in names]


def trained() -> gn.Model:
    """Return a network whose optimizer remembers something, and has records within records."""
    net = gn.MLP([3, 4, 2])
    rate = gn.schedules.Warmup(gn.schedules.CosineDecay(0.01, 20), 5)
    groups = [gn.optimizers.Group("*.bias", learning_rate_factor=2, weight_decay=0.1)]
    optimizer = gn.optimizers.Adam(rate, groups=groups, use_ema=True, gradient_accumulation_steps=2)
    net.compile(optimizer, "cross_entropy", metrics=["accuracy", "auc"])
    net.train_on_batch(np.eye(3), [0, 1, 0])
    return net


ROWS = [
    f"{i % 7 * 1.5},{'abc'[i % 3]},2024-0{i % 9 + 1}-1{i % 10},{'true' if i % 4 else 'false'},"
    f"{'yes' if i % 2 else 'no'},{i * 1.25}"
    for i in range(60)
]
HEADER = "size,kind,day,new,sold,price"
TABLE = "\n".join([HEADER, *ROWS])
STREETS = "\n".join(  # each text comes again, and they are more than are one-hot
    ["size,street,rent", *(f"{i % 7 * 1.5},street {i % 120},{i % 120 + i / 4}" for i in range(480))]
)
WHOLE = "\n".join([f"{HEADER},street", *(f"{row},street {i}" for i, row in enumerate(ROWS))])


def table_models(folder: Path) -> list[bytes]:
    """Return good files of table models: of classes, of a number, and one with vectors of texts.

    Write a table.csv with the columns of all, too.
    """
    files = []
    for target, table in {"sold": TABLE, "price": TABLE, "rent": STREETS}.items():
        (folder / "table.csv").write_text(table)
        words = ["train", folder / "table.csv", "--target", target, "--output", folder / target]
        done = CliRunner().invoke(app, [*map(str, words), "--epochs", "1", "--hidden", "4"])
        assert done.exit_code == 0, done.output
        files.append((folder / target).read_bytes())
    (folder / "table.csv").write_text(WHOLE)
    return files


def kinds_of_columns(file: bytes) -> list[str]:
    """Return how the columns of a table model's file are taken."""
    table = json.loads(split(file)[0]["__metadata__"]["table"])
    return [column["kind"] for column in table["columns"]]


def try_network(path: Path) -> bool:
    """Load a network and let it predict; return whether it could be loaded.

    Anything but a ValueError or OSError that names the path is raised.
    """
    good = False
    for read in (read_metadata, gn.load):
        try:
            with warnings.catch_warnings():  # a loss may be unwise for what a mutant ends in
                warnings.simplefilter("ignore")
                found = read(path)
        except (OSError, ValueError) as error:
            assert str(path) in str(error), error  # noqa: PT017  (it need not raise)
            continue
        if isinstance(found, gn.Model):
            good = True
            ports = found._model.network.inputs
            if sum(port.columns for port in ports) < 10_000:
                found.predict({port.name: np.zeros((2, port.columns)) for port in ports})
    return good


def try_table_model(path: Path) -> bool:
    """Let the command line describe a model and predict with it; return whether it could.

    Anything but a line that names the path, for a model that cannot be read, is raised.
    """
    for words in (["info", str(path)], ["predict", str(path), str(path.with_name("table.csv"))]):
        done = CliRunner().invoke(app, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        if done.exit_code:
            assert done.exit_code == 2
            assert done.stderr.startswith("ganglion: ")
            assert done.stderr.count("\n") == 1
            assert words[0] != "info" or str(path) in done.stderr, done.stderr
            return False
    return True
