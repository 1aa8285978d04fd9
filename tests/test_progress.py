import re
from typing import Any

import pytest

from ganglion import progress
from ganglion.callbacks import Callback, wants_batches


def fit(callback: Callback) -> None:
    callback.set_params({"initial_epoch": 1, "epochs": 3, "steps": 4, "samples": 100})
    callback.on_train_begin({})
    for epoch in (1, 2):
        callback.on_epoch_begin(epoch, {})
        callback.on_epoch_end(epoch, {"loss": 0.25 / epoch, "accuracy": 0.123456})
    callback.on_train_end({})


@pytest.mark.parametrize("verbose", [1, True])
def test_bar_shows_epochs_and_figures(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fit(progress.get(verbose))
    written = capsys.readouterr()
    last = written.err.rstrip().splitlines()[-1]
    assert "3/3" in last
    assert re.search(r"loss=0\.125, accuracy=0\.123, samples/s=[\d,]+$", last)
    assert written.out == ""


@pytest.mark.parametrize("verbose", [2, "auto"])  # a captured stderr is no terminal
def test_lines_are_one_an_epoch(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fit(progress.get(verbose))
    written = capsys.readouterr()
    first, last = (line.rpartition(": ") for line in written.err.splitlines())
    assert first[0] == "Epoch 2/3 - loss: 0.25 - accuracy: 0.123 - samples/s"
    assert last[0] == "Epoch 3/3 - loss: 0.125 - accuracy: 0.123 - samples/s"
    assert re.fullmatch(r"[\d,]+", last[2])
    assert written.out == ""


def test_auto_is_a_bar_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert isinstance(progress.get("auto"), progress.ProgressBar)


@pytest.mark.parametrize("verbose", [0, False])
def test_silence_is_silent(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fit(progress.get(verbose))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_progress_wants_no_batches(verbose: Any) -> None:
    assert not wants_batches(progress.get(verbose))


@pytest.mark.parametrize("verbose", [3, -1, "yes", None, [1]])
def test_get_refuses_other_values(verbose: Any) -> None:
    error = ValueError if isinstance(verbose, int | str) else TypeError
    with pytest.raises(
        error, match=f"verbose must be 'auto', 0, 1 or 2, got {re.escape(repr(verbose))}"
    ):
        progress.get(verbose)
