"""A search: what is shown meanwhile, and what Ctrl-C leaves."""

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import run, succeed

from ganglion.tables import searching
from ganglion.tables.options import Task, TrainOptions
from ganglion.tables.searching import search
from ganglion.tables.showing import SearchProgress

WORDS = ("--search", "--epochs", "3", "--hidden", "8", "--dropout", "0")


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def blobs(rng: np.random.Generator) -> tuple[Any, Any]:
    labels = rng.integers(0, 2, 200)
    return (labels[:, None] + rng.normal(0, 0.3, (200, 3))).astype(np.float32), labels


def test_a_search_shows_each_network_that_is_done() -> None:
    result = run("train", "iris", *WORDS)
    lines = [line for line in result.stderr.splitlines() if line.startswith("Network ")]
    assert [line.split(" ")[1] for line in lines] == [f"{number}/6" for number in range(1, 7)]
    best = [float(line.rpartition("best validation loss: ")[2]) for line in lines]
    assert best == sorted(best, reverse=True)
    assert "best validation loss" not in result.stdout


def test_a_quiet_search_shows_nothing() -> None:
    assert run("train", "iris", *WORDS, "--quiet").stderr == ""


def test_a_search_in_a_terminal_shows_a_bar() -> None:
    here, there = pty.openpty()
    program = [sys.executable, "-m", "ganglion", "train", "iris", *WORDS]
    with subprocess.Popen(program, stdout=there, stderr=there, stdin=there):
        os.close(there)
        shown = b""
        with suppress(OSError):  # nobody writes any more
            while part := os.read(here, 4096):
                shown += part
    os.close(here)
    assert b"6/6 |" in shown
    assert b"best validation loss: 0." in shown


def interrupted_after(
    count: int, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, **options: Any
) -> tuple[Any, list[str]]:
    """Search with Ctrl-C when so many networks are done; return the best and what was said."""
    monkeypatch.setattr("ganglion.model_selection.get_num_threads", lambda: 1)
    finished = SearchProgress.network_is_done
    done = []

    def count_them(self: Any, loss: float) -> None:
        finished(self, loss)
        done.append(loss)
        if len(done) == count:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(SearchProgress, "network_is_done", count_them)
    said: list[str] = []
    settings = {"epochs": 5, "hidden": (8,), "quiet": True, **options}
    examples = blobs(rng), blobs(rng)
    best = search(Task.CLASSIFICATION, TrainOptions(**settings), *examples, said.append)
    return best, said


def test_ctrl_c_keeps_the_best_network_so_far(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    best, said = interrupted_after(2, monkeypatch, rng)
    assert "interrupted: the best network so far is kept" in said
    table = said[2].splitlines()[1:]
    assert 2 <= len(table) < 12
    assert float(table[0].split()[4]) == pytest.approx(best.best_validation_loss_, abs=1e-4)
    assert all(np.isfinite(weights).all() for weights in best.model_.get_weights())


def test_ctrl_c_before_any_network_has_an_epoch_ends_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*args: Any, **params: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(searching, "fit_many", interrupt)
    result = run("train", "iris", *WORDS)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (130, "ganglion: interrupted")
    assert not list(Path().glob("*.safetensors"))


def test_small_step_sizes_are_plain_numbers() -> None:
    output = succeed("train", "iris", *WORDS, "--learning-rate", "0.00003")
    assert " 0.00001 " in output
    assert "e-0" not in output


def test_a_network_too_large_for_the_memory_does_not_end_a_search() -> None:
    words = ("--hidden", "2147483647", "--epochs", "2", "--search")
    assert "6 more failed: there is no memory for layers" in succeed("train", "iris", *words)
