import io
import os
import re
import sys
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion.callbacks import Callback, bars, wants_batches


def fit(callback: Callback) -> None:
    callback.set_params(
        {
            "initial_epoch": 1,
            "epochs": 3,
            "steps": 4,
            "samples": 100,
            "verbose": True,
            "figures": ["loss", "accuracy"],
        }
    )
    callback.on_train_begin({})
    for epoch in (1, 2):
        callback.on_epoch_begin(epoch, {})
        callback.on_epoch_end(epoch, {"loss": 0.25 / epoch, "accuracy": 0.123456})
    callback.on_train_end({})


@pytest.mark.parametrize("verbose", [1, True])
def test_bar_shows_epochs_and_figures(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fit(bars.get(verbose))
    written = capsys.readouterr()
    last = written.err.rstrip().splitlines()[-1]
    assert "3/3" in last
    assert re.search(r"loss=0\.125, accuracy=0\.123, samples/s=[\d,]+$", last)
    assert written.out == ""


@pytest.mark.parametrize("verbose", [2, "auto"])  # a captured stderr is no terminal
def test_lines_are_one_an_epoch(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fit(bars.get(verbose))
    written = capsys.readouterr()
    first, last = (line.rpartition(": ") for line in written.err.splitlines())
    assert first[0] == "Epoch 2/3 - loss: 0.25 - accuracy: 0.123 - samples/s"
    assert last[0] == "Epoch 3/3 - loss: 0.125 - accuracy: 0.123 - samples/s"
    assert re.fullmatch(r"[\d,]+", last[2])
    assert written.out == ""


def test_auto_is_a_bar_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert isinstance(bars.get("auto"), bars.ProgressBar)


@pytest.mark.parametrize("verbose", [0, False])
def test_silence_is_silent(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fit(bars.get(verbose))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_progress_wants_no_batches(verbose: Any) -> None:
    assert not wants_batches(bars.get(verbose))


@pytest.mark.parametrize("verbose", [3, -1, "yes", None, [1]])
def test_get_refuses_other_values(verbose: Any) -> None:
    error = ValueError if isinstance(verbose, int | str) else TypeError
    with pytest.raises(
        error, match=f"verbose must be 'auto', 0, 1 or 2, got {re.escape(repr(verbose))}"
    ):
        bars.get(verbose)


class OnlyWrites:
    """What takes the place of stderr in some programs: it can be written to, and no more."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text


class InAnEditor(OnlyWrites):
    """It says that it is a terminal, and has no number by which the system knows it."""

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        pass

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


def train(x: Any = None, y: Any = None, **arguments: Any) -> gn.History:
    net = gn.MLP([2, 1])
    net.compile(loss="squared_error")
    x, y = (np.ones((8, 2)), np.ones(8)) if x is None else (x, y)
    stop = gn.callbacks.EarlyStopping(monitor="loss", min_delta=1e9)
    return net.fit(x, y, epochs=3, callbacks=[stop], **arguments)


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
@pytest.mark.parametrize("stderr", [None, closed()], ids=["none", "closed"])
def test_a_program_without_a_console_trains_in_silence(
    stderr: Any, verbose: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(sys, "stdout", stderr)
    assert len(train(verbose=verbose)) == 2
    gn.MLP([2, 1]).summary()


@pytest.mark.parametrize("stream", [OnlyWrites, InAnEditor])
@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_a_stand_in_for_stderr_is_written_to(
    stream: type[OnlyWrites], verbose: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stderr = stream()
    monkeypatch.setattr(sys, "stderr", stderr)
    train(verbose=verbose)
    assert "loss" in stderr.written


def test_a_terminal_that_tells_no_size_shows_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    assert os.get_terminal_size(theirs).columns == 0
    with os.fdopen(theirs, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        train()
        print("the end", file=stream, flush=True)
        shown = ""
        while "the end" not in shown:  # a terminal gives what it has in parts
            shown += os.read(ours, 10_000).decode()
    os.close(ours)
    assert "2/3" in shown


@pytest.mark.parametrize("verbose", [1, 2])
def test_samples_a_second_are_told_where_they_are_known(
    verbose: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    train([(np.ones((8, 2)), np.ones(8))], verbose=verbose)
    assert "samples" not in capsys.readouterr().err
    train(verbose=verbose)
    assert "samples/s" in capsys.readouterr().err


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_the_end_by_early_stopping_is_told(
    verbose: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    history = train(verbose=verbose)
    best = min(history.history["loss"][:1])
    told = f"Epoch 2: early stopping, loss was best, {best:.4g}, in epoch 1"
    assert (told in capsys.readouterr().err) == (verbose != 0)
