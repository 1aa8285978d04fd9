"""A fit with a backup that is killed and begun again ends in the bits of one that was not."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion.callbacks import BackupAndRestore, LambdaCallback, LearningRateScheduler, Logs

X = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
EPOCHS = 8

FIT = """
import sys
import numpy as np
import ganglion as gn
from ganglion.callbacks import BackupAndRestore, LearningRateScheduler

x = np.random.default_rng(0).normal(size=(2000, 20)).astype(np.float32)
y = (x[:, 0] * x[:, 1] > 0).astype(int)
net = gn.MLP([20, 32, 32, 2], dropout=0.1)
net.compile("adam", "cross_entropy", metrics=["accuracy"])
backup, result = sys.argv[1:]
callbacks = [LearningRateScheduler(lambda epoch, rate: rate * 0.99), BackupAndRestore(backup)]
history = net.fit(x, y, epochs=40, verbose=0, validation_split=0.1, callbacks=callbacks)
np.savez(result, weights=net.parameter_vector, **history.history)
"""


def falling() -> LearningRateScheduler:
    return LearningRateScheduler(lambda epoch, rate: rate * 0.5 ** (epoch % 3))


def net() -> gn.MLP:
    made = gn.MLP([6, 8, 2], dropout=0.2)
    made.compile("adam", "cross_entropy", metrics=["accuracy"])
    return made


class Stop(Exception):
    """What a fit is ended by."""


def failing_in(epoch: int) -> LambdaCallback:
    def fail(now: int, logs: Logs) -> None:
        if now == epoch:
            raise Stop

    return LambdaCallback(on_epoch_end=fail)


def fit(model: gn.Model, *callbacks: Any) -> Any:
    return model.fit(X, Y, epochs=EPOCHS, verbose=0, callbacks=callbacks)


def test_a_fit_that_failed_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "new" / "backup.safetensors"
    whole = net()
    wanted = fit(whole, falling())
    for epoch in (2, 5):
        with pytest.raises(Stop):
            fit(net(), falling(), failing_in(epoch),
                BackupAndRestore(path))  # fmt: skip
        assert path.exists()
    model, backup = net(), BackupAndRestore(path)
    got = fit(model, falling(), backup)
    assert backup.epochs_done == 5
    np.testing.assert_array_equal(model.parameter_vector, whole.parameter_vector)
    assert got.history == wanted.history
    assert got.epoch == wanted.epoch
    assert not path.exists()


def test_a_fit_that_a_callback_ends_leaves_no_file(tmp_path: Path) -> None:
    path, model = tmp_path / "backup.safetensors", net()

    def end(epoch: int, logs: Logs) -> None:
        model.stop_training = epoch == 3

    fit(model, BackupAndRestore(path), LambdaCallback(on_epoch_end=end))
    assert not path.exists()


def test_an_error_in_the_last_epoch_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "backup.safetensors"
    whole, model = net(), net()
    fit(whole)
    with pytest.raises(Stop):
        fit(net(), BackupAndRestore(path), failing_in(EPOCHS - 1))
    assert path.exists()
    fit(model, BackupAndRestore(path))
    np.testing.assert_array_equal(model.parameter_vector, whole.parameter_vector)


def test_an_error_after_a_callback_has_asked_for_the_end_leaves_the_file(tmp_path: Path) -> None:
    path, model = tmp_path / "backup.safetensors", net()

    def end(epoch: int, logs: Logs) -> None:
        model.stop_training = epoch == 3

    with pytest.raises(Stop):
        fit(model, BackupAndRestore(path), LambdaCallback(on_epoch_end=end), failing_in(3))
    assert path.exists()


def test_an_error_at_the_end_of_another_callback_leaves_the_file(tmp_path: Path) -> None:
    def fail(logs: Logs) -> None:
        raise Stop

    path = tmp_path / "backup.safetensors"
    with pytest.raises(Stop):
        fit(net(), BackupAndRestore(path), LambdaCallback(on_train_end=fail))
    assert path.exists()


def test_what_went_wrong_before_the_second_epoch_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "backup.safetensors"
    with pytest.raises(Stop):
        fit(net(), failing_in(0), BackupAndRestore(path))
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (None, "was not written by it"),
        ({"fit": "{}"}, "does not say how far the fit was"),
        ({"fit": "[1]"}, "does not say how far the fit was"),
        ({"fit": '{"epochs_done": 1, "epoch": [0, 1], "history": {"loss": [1]}}'}, "how far"),
    ],
)
def test_another_file_is_refused_and_stays(
    tmp_path: Path, text: dict[str, str] | None, rule: str
) -> None:
    path, model = tmp_path / "a.safetensors", net()
    model.save(path, text, optimizer=True)
    before = model.parameter_vector.copy()
    with pytest.raises(ValueError, match=rule):
        fit(model, BackupAndRestore(path))
    np.testing.assert_array_equal(model.parameter_vector, before)
    assert path.exists()


def test_it_says_from_where_it_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "backup.safetensors"
    with pytest.raises(Stop):
        fit(net(), failing_in(3), BackupAndRestore(path))
    fit(net(), BackupAndRestore(path, verbose=1))
    assert f"Going on after epoch 3, from {path}" in capsys.readouterr().err


def begun(backup: Path, result: Path) -> subprocess.Popen[bytes]:
    """Return a process that fits."""
    return subprocess.Popen([sys.executable, "-c", FIT, str(backup), str(result)])


def came_to_its_end(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a fit that may have been killed; return whether it was not."""
    assert process.wait(timeout=120) in (0, -signal.SIGKILL)
    return process.returncode == 0


def kill_and_resume(tmp_path: Path, kills: int) -> None:
    """Kill a fit at random moments so many times, and compare what it ends in each time.

    The first time is when there is a backup, so that there is one to go on from.
    """
    backup, whole, result = (tmp_path / name for name in ("b.safetensors", "w.npz", "r.npz"))
    begin = time.perf_counter()
    assert came_to_its_end(begun(backup, whole))
    longest = time.perf_counter() - begin
    wanted, moments = np.load(whole), np.random.default_rng(1)
    process = begun(backup, result)
    while not backup.exists():
        assert process.poll() is None
    process.kill()
    assert not came_to_its_end(process)
    for _ in range(kills - 1):
        process = begun(backup, result)
        time.sleep(moments.uniform(0, longest))
        process.kill()
        if came_to_its_end(process):
            assert_same(np.load(result), wanted)
    assert came_to_its_end(begun(backup, result))
    assert_same(np.load(result), wanted)


def assert_same(got: Any, wanted: Any) -> None:
    assert set(got) == set(wanted)
    for name in wanted:
        np.testing.assert_array_equal(got[name], wanted[name], err_msg=name)


def test_a_fit_killed_some_times_ends_in_the_same_bits(tmp_path: Path) -> None:
    kill_and_resume(tmp_path, 4)


@pytest.mark.slow
def test_a_fit_killed_two_hundred_times_ends_in_the_same_bits(tmp_path: Path) -> None:
    kill_and_resume(tmp_path, 200)
