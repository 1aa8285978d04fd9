import csv
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

import ganglion as gn
from ganglion.callbacks import Callback, CSVLogger, LambdaCallback, Logs, ModelCheckpoint

X = np.random.default_rng(0).normal(size=(6, 2))
Y = X.sum(axis=1)


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
        ("{loss:{}}", "filepath 'to/{loss:{}}' has {}, must name epoch or a figure"),
        ("{loss:{0}.2f}", "filepath 'to/{loss:{0}.2f}' has {0}, must name epoch or a figure"),
        ("{loss:{}", "filepath 'to/{loss:{}' has braces that are not in pairs: "),
    ],
)
def test_checkpoint_refuses_a_path_before_the_fit(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ModelCheckpoint(f"to/{name}")


def test_checkpoint_names_the_path_that_does_not_fit_the_figures(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"filepath '.*loss:d}' does not fit .* of epoch 1: Unkno"):
        fit(ModelCheckpoint(tmp_path / "{val_loss:d}"), losses(1.0))


def network() -> gn.MLP:
    net = gn.MLP([2, 1])
    net.compile(loss="mse", metrics="r2")
    return net


class Adds(Callback):
    """Adds a figure of its own."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        assert logs is not None
        logs["more"] = self.value


@pytest.mark.parametrize(
    "path",
    [
        "{loss:d}",
        "{epoch:02d}-{r2:x}",
        "{val_loss:d}",
        "{epoch:s}",
        "{loss:{epoch}d}",
        "{loss.real:d}",
    ],
)
def test_checkpoint_tries_a_path_before_anything_is_done(path: str, tmp_path: Path) -> None:
    net, log = network(), tmp_path / "log.csv"
    log.write_text("of another fit")
    before = net.parameter_vector.copy()
    callbacks = [CSVLogger(log), ModelCheckpoint(tmp_path / path)]
    said = re.escape(f"{path}' does not fit the figures of epoch 1: ")
    with pytest.raises(ValueError, match=said):
        net.fit(X, Y, validation_data=(X, Y), callbacks=callbacks, verbose=0)
    assert log.read_text() == "of another fit"
    np.testing.assert_array_equal(net.parameter_vector, before)


@pytest.mark.parametrize("path", ["{val_loss}", "{epoch:02d}-{val_r2:.2f}", "{loss:{val_loss}}"])
def test_checkpoint_refuses_figures_of_a_validation_that_there_is_not(
    path: str, tmp_path: Path
) -> None:
    net = network()
    before = net.parameter_vector.copy()
    with pytest.raises(ValueError, match=r"names val_(loss|r2), but fit is given no validation_da"):
        net.fit(X, Y, callbacks=[ModelCheckpoint(tmp_path / path)], verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)
    assert not net.history.epoch


def test_checkpoint_is_told_of_a_loop_by_hand_without_the_names_of_figures(tmp_path: Path) -> None:
    callback = ModelCheckpoint(tmp_path / "{val_loss:.1f}")
    callback.set_params(
        {"initial_epoch": 0, "epochs": 1, "steps": 0, "samples": 0, "verbose": False}
    )
    assert fit(callback, losses(0.5)) == ["0.5"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("{epoch:03d}-{loss:.0f}", "001-0"),
        ("{epoch:.1f}-{val_r2:05.1f}", "1.0-001.0"),
        ("{loss:{epoch}.0f}", "0"),
        ("{more:03d}", "007"),  # of a callback's figure nothing is known before
        ("{{loss:d}}", "{loss:d}"),
    ],
)
def test_checkpoint_takes_all_that_figures_can_be_written_as(
    path: str, name: str, tmp_path: Path
) -> None:
    net = network()
    net.set_weights([np.ones((2, 1)), np.zeros(1)])
    net.learning_rate = 0.0
    callbacks = [Adds(7), ModelCheckpoint(tmp_path / path)]
    net.fit(X, Y, validation_data=(X, Y), callbacks=callbacks, verbose=0)
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_a_figure_that_is_no_number_is_told_with_who_added_it(verbose: Any) -> None:
    net = network()
    before = net.parameter_vector.copy()
    said = "fit: more, a figure that Adds adds, must be one number, got 'high'"
    with pytest.raises(TypeError, match=said):
        net.fit(X, Y, callbacks=[Adds("high")], verbose=verbose)
    np.testing.assert_array_equal(net.parameter_vector, before)


def test_a_figure_that_a_callback_adds_is_noted_as_a_number() -> None:
    reused, net = np.array(0.0), network()

    def add(epoch: int, logs: dict[str, Any]) -> None:
        reused[...] = epoch
        logs |= {"array": reused, "third": Fraction(1, 3), "loss": np.float32(epoch)}
        logs["whole"] = np.int64(epoch)

    added = LambdaCallback(on_epoch_end=add)
    history = net.fit(X, Y, epochs=3, callbacks=[added], verbose=0).history
    wanted: dict[str, list[float]] = {
        "loss": [0.0, 1.0, 2.0],
        "array": [0.0, 1.0, 2.0],
        "third": [1 / 3] * 3,
        "whole": [0, 1, 2],
    }
    for name, values in wanted.items():
        assert history[name] == values
        assert list(map(type, history[name])) == list(map(type, values))


@pytest.mark.parametrize("separator", ["", ";;", "\n", '"', 3])
def test_csv_logger_refuses_a_separator_before_the_fit(separator: Any, tmp_path: Path) -> None:
    said = f"separator must be one character, no quote or line's end, got {separator!r}"
    with pytest.raises(ValueError, match=re.escape(said)):
        CSVLogger(tmp_path / "log.csv", separator)


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
