"""Damaged models of tables: every command tells in one line which file it is and what is wrong."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutants
import numpy as np
import pytest
from typer.testing import CliRunner

from ganglion.cli.app import app

Record = dict[str, Any]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    mutants.table_models(folder)
    return folder


def number(record: Record) -> Record:
    return next(one for one in record["table"]["columns"] if one["kind"] == "number")


def text(record: Record) -> Record:
    return next(one for one in record["table"]["columns"] if one["kind"] == "text")


def date(record: Record) -> Record:
    return next(one for one in record["table"]["columns"] if one["kind"] == "date")


HALF = "\ud800"  # half a surrogate pair: JSON can hold it, no file or terminal can
RISING = base64.b64encode(np.arange(1001, dtype="<u8").tobytes()).decode()  # one too many
DEEP = "[" * 100_000
DAMAGES: dict[str, Callable[[Record], object]] = {
    "scale 0": lambda record: number(record)["scaling"].update(scale=0),
    "scale negative": lambda record: number(record)["scaling"].update(scale=-1.0),
    "scale NaN": lambda record: number(record)["scaling"].update(scale=float("nan")),
    "scale past all numbers": lambda record: number(record)["scaling"].update(scale=10**400),
    "mean too large to be squared": lambda record: number(record)["scaling"].update(mean=1e200),
    "median a text": lambda record: number(record)["scaling"].update(median="1"),
    "name no text": lambda record: number(record).update(name=HALF),
    "name a list": lambda record: number(record).update(name=["size"]),
    "a word no text": lambda record: text(record)["texts"].append(HALF),
    "texts a number": lambda record: text(record).update(texts=3),
    "first year a text": lambda record: date(record)["format"].update(first_year="1969"),
    "first year of another era": lambda record: date(record)["format"].update(first_year=2024),
    "first no date": lambda record: date(record).update(first="BF16"),
    "first with a zone": lambda record: date(record).update(first="2024-01-01T00:00:00+01:00"),
    "a class no text": lambda record: record["table"]["target"].update(classes=["no", HALF]),
    "a class too many": lambda record: record["table"]["target"]["classes"].append("perhaps"),
    "columns none": lambda record: record["table"].update(columns=[]),
    "columns a record": lambda record: record["table"].update(columns={}),
    "table a list": lambda record: record.update(table=[]),
    "seen a list": lambda record: record.update(seen=[]),
    "seen all no truth": lambda record: record["seen"].update(all=1),
    "seen no base64": lambda record: record["seen"].update(hashes="é"),
    "seen part of a number": lambda record: record["seen"].update(hashes="AAAA"),
    "seen falling": lambda record: record["seen"].update(hashes="/" * 10 + "8" + "A" * 10 + "=="),
    "seen too many": lambda record: record["seen"].update(hashes=RISING),
    "versions a list": lambda record: record.update(versions=[["numpy", "2"]]),
    "versions numbers": lambda record: record.update(versions={"numpy": 2}),
    "versions no texts": lambda record: record.update(versions={HALF: "2"}),
}


def spoil(good: Path, path: Path, texts: dict[str, str], **settings: object) -> None:
    """Write the good model of classes with other texts, and its network with other settings."""
    header, data = mutants.split((good / "sold").read_bytes())
    config = json.loads(header["__metadata__"]["ganglion.config"])
    texts["ganglion.config"] = json.dumps({**config, **settings})
    header["__metadata__"].update(texts)
    path.write_bytes(mutants.pack(json.dumps(header).encode(), data))


def spoil_inputs(good: Path, path: Path, mean: float) -> None:
    """Write the good model of classes, its network with a normalization in front."""
    header, data = mutants.split((good / "sold").read_bytes())
    config = json.loads(header["__metadata__"]["ganglion.config"])
    width = config["input_size"]
    first = {"type": "Normalization", "mean": [mean] * width, "variance": [1.0] * width}
    config["layers"].insert(0, first)
    header["__metadata__"]["ganglion.config"] = json.dumps(config)
    layers = {"layers.0": "layers.1", "layers.1": "layers.2"}
    moved = {layers.get(name[:8], name[:8]) + name[8:]: one for name, one in header.items()}
    path.write_bytes(mutants.pack(json.dumps(moved).encode(), data))


def assert_told(path: Path, table: Path, message: str = "") -> None:
    for words in (["info", path], ["predict", path, table], ["evaluate", path, table]):
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == 2
        assert done.stderr.startswith(f"ganglion: cannot read {path}: ")
        assert done.stderr.count("\n") == 1
        assert message in done.stderr


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_records_are_told(name: str, good: Path, tmp_path: Path) -> None:
    header, _ = mutants.split((good / "sold").read_bytes())
    record = {
        name: json.loads(header["__metadata__"][name]) for name in ("table", "versions", "seen")
    }
    DAMAGES[name](record)
    texts = {name: json.dumps(value) for name, value in record.items()}
    spoil(good, tmp_path / "model", texts)
    assert_told(tmp_path / "model", good / "table.csv")


@pytest.mark.parametrize("name", ["table", "versions", "seen"])
@pytest.mark.parametrize("value", ["", "{", DEEP, "1" * 5000, "null"], ids=lambda text: text[:5])
def test_what_is_no_record_is_told(name: str, value: str, good: Path, tmp_path: Path) -> None:
    spoil(good, tmp_path / "model", {name: value})
    assert_told(tmp_path / "model", good / "table.csv")


def test_a_network_that_was_not_trained_on_the_columns_is_told(good: Path, tmp_path: Path) -> None:
    spoil(good, tmp_path / "model", {}, rescale=0.5)
    assert_told(tmp_path / "model", good / "table.csv")


@pytest.mark.parametrize(
    ("mean", "message"),
    [
        (0.0, "its columns and its network do not fit together"),
        (1e308, "layers.0: Normalization of feature 0 has mean 1e+308 and variance 1, with which"),
    ],
)
def test_a_network_that_scales_its_inputs_again_is_told(
    mean: float, message: str, good: Path, tmp_path: Path
) -> None:
    spoil_inputs(good, tmp_path / "model", mean)
    assert_told(tmp_path / "model", good / "table.csv", message)
