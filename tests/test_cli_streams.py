"""Standard output closed, full, or left by its reader: a command's work is not lost to it."""

import subprocess
import sys
from pathlib import Path

import pytest
from commands import QUICK, succeed

import ganglion as gn

PROGRAM = f"{sys.executable} -m ganglion"
TRAIN = f"{PROGRAM} train iris --epochs 3 --hidden 8"
FULL = "/dev/full"

full_device = pytest.mark.skipif(not Path(FULL).exists(), reason=f"there is no {FULL}")


def shell(command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of bash; its status is that of the first in a pipe that failed."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_reader_that_has_seen_enough_costs_no_model() -> None:
    done = shell(f"{TRAIN} 2>err.txt | head -1")
    assert done.returncode == 0
    assert done.stdout.startswith("iris: 150 rows")
    assert Path("iris.safetensors").exists()
    assert {line.split(" ")[0] for line in Path("err.txt").read_text().splitlines()} == {"Epoch"}


def test_a_reader_may_leave_the_predictions() -> None:
    succeed("train", "iris", *QUICK)
    done = shell(f"{PROGRAM} predict iris.safetensors iris | head -1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "target\n", "")


@full_device
@pytest.mark.parametrize("place", [f">{FULL}", ">&-"])
def test_output_that_cannot_be_written_is_told_and_the_model_is_kept(place: str) -> None:
    done = shell(f"{TRAIN} --quiet {place}")
    assert Path("iris.safetensors").exists()
    assert done.returncode == 1
    assert done.stderr.startswith("ganglion: cannot write to standard output: ")
    assert done.stderr.count("\n") == 1


def test_a_closed_output_is_no_matter_where_nothing_is_printed() -> None:
    succeed("train", "iris", *QUICK)
    done = shell(f"{PROGRAM} predict iris.safetensors iris --output out.csv >&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(Path("out.csv").read_text().splitlines()) == 151


@full_device
@pytest.mark.parametrize("words", ["--version", "--help", "--show-config", "train --help"])
def test_every_command_tells_of_a_full_output_in_one_line(words: str) -> None:
    done = shell(f"{PROGRAM} {words} >{FULL}")
    assert done.returncode == 1
    assert done.stderr == ("ganglion: cannot write to standard output: No space left on device\n")


@full_device
@pytest.mark.parametrize("place", [f"2>{FULL}", "2>&-"])
def test_standard_error_that_cannot_be_written_costs_nothing(place: str) -> None:
    done = shell(f"{TRAIN} {place}")
    assert done.returncode == 0
    assert "test accuracy: " in done.stdout


def test_bad_input_keeps_its_status_where_nothing_can_be_told() -> None:
    assert shell(f"{PROGRAM} train nowhere.csv >&- 2>&-").returncode == 2


def test_no_file_takes_the_place_of_a_closed_output() -> None:
    shell(f"{TRAIN} --output model.safetensors <&- >&- 2>&-")
    assert gn.load("model.safetensors").output_size == 3


def test_an_output_without_a_class_s_letters_costs_no_model() -> None:
    rows = "".join(f"{number % 7},{('gruen', '中文')[number % 2]}\n" for number in range(60))
    Path("t.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    done = shell(f"PYTHONIOENCODING=latin-1 {PROGRAM} train t.csv --target y --epochs 2 --quiet")
    assert done.returncode == 1
    assert done.stderr.startswith("ganglion: standard output is in latin-1, which has no '\\u4e2d'")
    assert done.stderr.count("\n") == 1
    assert Path("t.safetensors").exists()
