"""Where files go: looked at before the training, and never what is somebody else's."""

import os
import signal
import stat
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from commands import QUICK, refuse, run, succeed, write_mixed

import ganglion as gn
from ganglion.tables import making
from ganglion.tables.errors import InputError
from ganglion.tables.places import writable
from ganglion.tables.showing import EpochProgress


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def never_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "train_one", Mock(side_effect=AssertionError("it was fitted")))


# what is known before the fit


@pytest.mark.parametrize("cell", ["inf", "1e200"])
@pytest.mark.parametrize("column", ["x", "y"])
@pytest.mark.usefixtures("never_fitted")
def test_a_cell_that_cannot_be_used_is_found_before_the_fit(cell: str, column: str) -> None:
    rng = np.random.default_rng(0)
    for row in range(0, 100, 9):  # some of them are test rows
        frame = pd.DataFrame(rng.normal(size=(100, 2)), columns=["x", "y"]).astype(object)
        frame.loc[row, column] = cell
        frame.to_csv("table.csv", index=False)
        line = refuse("train", "table.csv", "--target", "y", "--quiet")
        assert f"column {column!r} must hold numbers" in line
        assert f"in row {row + 1}" in line


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere/model.safetensors", "no such folder: nowhere"),
        (".", "it is a folder"),
        ("m" * 300, "File name too long"),
        ("iris.csv/model.safetensors", "no such folder: iris.csv"),
        ("circle", "Too many levels of symbolic links"),
    ],
)
@pytest.mark.parametrize("option", ["--output", "--report"])
@pytest.mark.usefixtures("never_fitted")
def test_a_place_that_cannot_be_written_is_found_before_the_fit(
    place: str, message: str, option: str
) -> None:
    Path("iris.csv").touch()
    Path("circle").symlink_to("circle")
    assert message in refuse("train", "iris", "--quiet", option, place)


@pytest.mark.usefixtures("never_fitted")
def test_a_folder_without_room_is_found_before_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full")
    trial = Mock(return_value=full.open("wb"))
    monkeypatch.setattr("ganglion.tables.places.tempfile.TemporaryFile", trial)
    assert "No space left on device" in refuse("train", "iris", "--quiet")


def test_a_folder_that_takes_no_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        folder = Path("/proc")  # nobody's, whoever asks
    if not folder.exists():
        pytest.skip("every folder may be written by this user")
    with pytest.raises(InputError, match=r"cannot write .*model"):
        writable(folder / "model.safetensors")


def test_looking_at_a_place_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("x\n")
    before = there.stat()
    writable(tmp_path / "new.csv")
    writable(there)
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]
    assert there.stat().st_mtime_ns == before.st_mtime_ns


def test_a_pipe_is_not_tried(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writable(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


# what is after the fit


def test_a_model_that_cannot_be_written_after_all_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    line = refuse("train", "iris", *QUICK, "--output", "/dev/full")
    assert "No space left on device" in line
    rescue = line.strip().rpartition("the model is in ")[2]
    assert "target, one of setosa" in succeed("info", rescue)


def test_the_model_is_saved_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "measure", Mock(side_effect=KeyboardInterrupt))
    assert run("train", "iris", *QUICK).exit_code == 130
    assert gn.load("iris.safetensors").output_size == 3


def test_ctrl_c_before_the_first_epoch_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gn.tables.TableClassifier, "fit", Mock(side_effect=KeyboardInterrupt))
    result = run("train", "iris", *QUICK)
    assert (result.exit_code, result.stderr) == (130, "ganglion: interrupted\n")


def test_ctrl_c_keeps_the_best_epoch_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: object, estimator: object, context: Any) -> None:
        if context.task_id == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(EpochProgress, "on_fit_task_end", interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background have none
    output = succeed("train", "iris", "--epochs", "1000", "--patience", "1000", "--hidden", "8")
    assert "interrupted: the model so far is kept" in output
    assert int(output.partition("trained ")[2].split()[0]) < 1000
    assert "test accuracy: " in output
    assert gn.load("iris.safetensors").output_size == 3


# what is there already


def test_a_model_of_the_same_target_is_trained_again() -> None:
    succeed("train", "iris", *QUICK)
    first = gn.load("iris.safetensors").parameter_vector
    succeed("train", "iris", *QUICK, "--seed", "1")
    assert (gn.load("iris.safetensors").parameter_vector != first).any()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--target price", "holds a model of 'kind' (classification), not of 'price' (regression)"),
        ("--target colour", "holds a model of 'kind' (classification), not of 'colour'"),
        ("--target kind --output table.csv", "cannot write table.csv: it is read"),
        ("--target kind --output link.csv", "cannot write link.csv: it is read"),
        ("--target kind --output notes.txt", "notes.txt is there and is no model"),
        ("--target kind --output plain.safetensors", "plain.safetensors is there and is no model"),
        ("--target kind --report notes.txt", "notes.txt is there and is no page"),
        ("--target kind --report table.csv", "cannot write table.csv: it is read"),
        ("--target kind --report plain.safetensors", "plain.safetensors is there and is no page"),
        ("--target kind --report a.html --output a.html", "--report and --output are both a.html"),
    ],
)
def test_what_is_something_else_is_not_overwritten(words: str, message: str) -> None:
    write_mixed("table.csv")
    succeed("train", "table.csv", "--target", "kind", *QUICK)
    Path("link.csv").symlink_to("table.csv")
    Path("notes.txt").write_text("mine")
    gn.MLP([2, 3, 1]).save("plain.safetensors")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    assert message in refuse("train", "table.csv", *QUICK, *words.split())
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_force_overwrites() -> None:
    write_mixed("table.csv")
    succeed("train", "table.csv", "--target", "kind", *QUICK)
    succeed("train", "table.csv", "--target", "price", *QUICK, "--force")
    assert "regression: price" in succeed("info", "table.safetensors")


def test_an_empty_file_is_overwritten() -> None:
    Path("empty").touch()
    succeed("train", "iris", *QUICK, "--output", "empty")


@pytest.mark.parametrize("name", ["table.csv", "table.safetensors"])
def test_predictions_do_not_overwrite_what_they_are_made_of(name: str) -> None:
    write_mixed("table.csv")
    succeed("train", "table.csv", "--target", "kind", *QUICK)
    before = Path(name).read_bytes()
    line = refuse("predict", "table.safetensors", "table.csv", "--output", name)
    assert "it is read" in line
    assert Path(name).read_bytes() == before
