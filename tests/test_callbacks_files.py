import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from ganglion.callbacks import Callback, CSVLogger, Logs, ModelCheckpoint


def fit(callback: Callback, epochs: Sequence[Logs]) -> list[str]:
    """Go through the hooks as a fit does, and return the names of the files it saves."""
    model = Mock()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_end(epoch, logs)
    callback.on_train_end()
    return [call.args[0].name for call in model.save.call_args_list]


def losses(*values: float) -> list[Logs]:
    return [{"val_loss": value} for value in values]


def test_checkpoint_formats_epoch_and_figures(tmp_path: Path) -> None:
    path = tmp_path / "new" / "{epoch:02d}-{val_loss:.2f}.safetensors"
    assert fit(ModelCheckpoint(path), losses(0.5, 1)) == [
        "01-0.50.safetensors",
        "02-1.00.safetensors",
    ]
    assert (tmp_path / "new").is_dir()


def test_checkpoint_needs_no_figure_to_save_every_epoch(tmp_path: Path) -> None:
    assert fit(ModelCheckpoint(tmp_path / "model"), [{}, {}]) == ["model", "model"]


@pytest.mark.parametrize(
    ("settings", "epochs"),
    [({}, [1, 3]), ({"mode": "max"}, [1, 4]), ({"initial_value_threshold": 2.0}, [3])],
)
def test_checkpoint_saves_only_the_best(
    tmp_path: Path, settings: dict[str, Any], epochs: list[int]
) -> None:
    callback = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True, **settings)
    assert [int(name) for name in fit(callback, losses(3, 3, 1, 4))] == epochs


def test_checkpoint_keeps_its_best_from_fit_to_fit(tmp_path: Path) -> None:
    callback = ModelCheckpoint(tmp_path / "model", save_best_only=True)
    fit(callback, losses(2))
    assert fit(callback, losses(3)) == []


def test_checkpoint_says_what_it_saved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fit(ModelCheckpoint(tmp_path / "model", verbose=1), losses(1))
    assert capsys.readouterr().err == f"Epoch 1: saved the model to {tmp_path / 'model'}\n"


def test_checkpoint_names_the_figures_there_are(tmp_path: Path) -> None:
    message = "names 'val_acc', which is no figure; there are: epoch, val_loss$"
    with pytest.raises(ValueError, match=message):
        fit(ModelCheckpoint(tmp_path / "{val_acc}"), losses(1))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("{", "filepath 'to/{' has braces that are not in pairs: "),
        ("a}", "filepath 'to/a}' has braces that are not in pairs: "),
        ("{0}", "filepath 'to/{0}' has {0}, must name epoch or a figure"),
        ("{:02d}", "filepath 'to/{:02d}' has {}, must name epoch or a figure"),
    ],
)
def test_checkpoint_refuses_a_path_before_the_fit(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ModelCheckpoint(f"to/{name}")


def test_checkpoint_names_the_path_that_does_not_fit_the_figures(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"filepath '.*loss:d}' does not fit .* of epoch 1: Unkno"):
        fit(ModelCheckpoint(tmp_path / "{val_loss:d}"), losses(1.0))


def read(path: Path, separator: str = ",") -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=separator))


@pytest.mark.parametrize("separator", [",", ";"])
def test_csv_logger_writes_a_line_an_epoch(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "log.csv"
    fit(CSVLogger(path, separator), [{"loss": 0.5, "accuracy": 0.25}, {"loss": 0.1}])
    assert read(path, separator) == [
        ["epoch", "accuracy", "loss"],
        ["0", "0.25", "0.5"],
        ["1", "NA", "0.1"],
    ]


def test_csv_logger_overwrites_unless_told_to_append(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    fit(CSVLogger(path, append=True), [{"loss": 1.0}])
    fit(CSVLogger(path, append=True), [{"accuracy": 0.5, "loss": 2.0}])
    assert read(path) == [["epoch", "loss"], ["0", "1.0"], ["0", "2.0"]]
    fit(CSVLogger(path), losses(3.0))
    assert read(path) == [["epoch", "val_loss"], ["0", "3.0"]]


def test_csv_logger_makes_its_folder(tmp_path: Path) -> None:
    for append in (False, True):
        path = tmp_path / str(append) / "deeper" / "log.csv"
        fit(CSVLogger(path, append=append), losses(1.0))
        assert read(path) == [["epoch", "val_loss"], ["0", "1.0"]]
