"""The program `ganglion`: help, facts about itself, a missing extra, and real processes."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ganglion as gn
from ganglion.cli import main
from ganglion.cli.app import app

PROGRAM = [sys.executable, "-m", "ganglion"]


def test_help_tells_the_rule_for_the_task() -> None:
    output = " ".join(CliRunner().invoke(app, ["train", "--help"]).stdout.split())
    assert "integers of at most 20 different values, are classes" in output


@pytest.mark.parametrize("option", ["--version", "--show-config"])
def test_facts_are_the_same_with_and_without_typer(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = CliRunner().invoke(app, [option]).stdout
    assert gn.__version__ in shown
    for name in ("typer", "pandas", "sklearn", "tqdm"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SystemExit) as caught:
        main([option])
    assert caught.value.code == 0
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("names", "packages"),
    [
        (["typer"], "typer"),
        (["sklearn"], "scikit-learn"),
        (["tqdm", "pandas", "sklearn", "typer"], "typer pandas scikit-learn tqdm"),
    ],
)
def test_missing_packages_are_named_as_they_are_installed(
    names: list[str],
    packages: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SystemExit) as caught:
        main(["train", "iris"])
    assert caught.value.code == 2
    said = f"ganglion: missing packages: python -m pip install {packages}\n"
    assert capsys.readouterr().err == said


def test_program_trains_and_predicts_in_processes_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    training = subprocess.run(
        [*PROGRAM, "train", "iris", "--epochs", "3", "--quiet"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "test accuracy: " in training.stdout
    prediction = subprocess.run(
        [*PROGRAM, "predict", "iris.safetensors", "iris"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(prediction.stdout.splitlines()) == 151


def test_program_tells_bad_input_without_a_traceback() -> None:
    done = subprocess.run(
        [*PROGRAM, "train", "nowhere.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("ganglion: no such file: nowhere.csv")
    assert done.stderr.count("\n") == 1


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, ganglion.cli.app; sys.exit(not {'pandas', 'sklearn'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


WRONG = {
    "GANGLION_ISA": "sse9",
    "GANGLION_NUM_THREADS": "x",
    "GANGLION_THREADING_LAYER": "OpenMP",
}
ENTRIES = {
    "script": [str(Path(sysconfig.get_path("scripts")) / "ganglion")],
    "module": PROGRAM,
    "module, with a flag": [sys.executable, "-X", "utf8", "-mganglion"],
}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(("variable", "value"), WRONG.items())
def test_a_wrong_variable_of_the_environment_is_one_line(
    variable: str, value: str, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path(ENTRIES[entry][0]).exists():
        pytest.skip("the program is installed elsewhere")
    monkeypatch.setenv(variable, value)
    command = [*ENTRIES[entry], "--show-config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ganglion: {variable}: '{value}' is not ")
    assert done.stderr.count("\n") == 1


def test_it_is_an_error_to_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLION_ISA", "sse9")
    command = [sys.executable, "-c", "import ganglion", "-m", "ganglion"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError: GANGLION_ISA: 'sse9'" in done.stderr
