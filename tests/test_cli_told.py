"""What commands tell: rare classes that are never predicted, files that are written, and quiet."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import QUICK, run, succeed, write_mixed

import ganglion as gn
from ganglion.tables.figures import ClassFigures
from ganglion.tables.wording import never_predicted


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def rare() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(400, 2)), columns=["a", "b"])
    frame["y"] = (np.arange(400) % 33 == 0).astype(int)  # which the columns do not tell
    frame.to_csv("rare.csv", index=False)
    return frame


DOUBT = "class '1' is 3.8 % of the test rows and is never predicted"


def test_a_rare_class_that_is_never_predicted_is_told(rare: pd.DataFrame) -> None:
    words = ("--target", "y", "--hidden", "8", "--epochs", "20", "--quiet")
    told = run("train", "rare.csv", *words)
    assert told.stderr == f"{DOUBT}: see --class-weight balanced\n"
    with pytest.warns(UserWarning, match=f"{DOUBT}: see class_weight balanced"):
        gn.tables.train(rare, target="y", epochs=20, hidden=(8,), quiet=True)


def figures_of(confusion: list[list[int]]) -> ClassFigures:
    return ClassFigures(
        accuracy=0.5,
        log_loss=0.5,
        precision=0.5,
        recall=0.5,
        f1=0.5,
        auc=0.5,
        rows=int(np.sum(confusion)),
        positive=None,
        classes=tuple("abc"),
        confusion=tuple(map(tuple, confusion)),
        constant="a",
    )


@pytest.mark.parametrize(
    ("confusion", "names"),
    [
        ([[90, 0, 0], [5, 0, 0], [5, 0, 0]], ["b", "c"]),
        ([[90, 0, 0], [4, 1, 0], [5, 0, 0]], ["c"]),
        ([[90, 0, 0], [5, 0, 0], [0, 0, 0]], ["b"]),  # the test has none of c
        ([[89, 0, 1], [5, 0, 0], [5, 0, 0]], ["b"]),  # said, if wrongly
        ([[40, 0, 0], [30, 0, 0], [30, 0, 0]], []),  # not rare
    ],
)
def test_overlooked_are_rare_classes_that_no_row_is_said_to_be_of(
    confusion: list[list[int]], names: list[str]
) -> None:
    assert [name for name, _ in figures_of(confusion).overlooked()] == names


def test_several_overlooked_classes_are_one_line() -> None:
    shares = [("b", 0.05), ("c", 0.0123), ("d", 0.01)]
    said = "class 'b' is 5 % of the test rows and is never predicted"
    assert never_predicted(shares[:1], "") == said
    assert never_predicted(shares[:2], "!") == f"{said}, nor is 1 more!"
    assert never_predicted(shares, "") == f"{said}, nor are 2 more"


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_quiet_keeps_the_baseline_beside_the_figures(command: str) -> None:
    trained = succeed("train", "iris", *QUICK)
    words = ("evaluate", "iris.safetensors", "iris", "--quiet")
    lines = (trained if command == "train" else succeed(*words)).splitlines()
    assert len(lines) == 6
    assert all(", baseline " in line for line in lines)


def test_quiet_predictions_do_not_tell_how_the_table_is_written() -> None:
    frame = write_mixed("table.csv").fillna({"size": 0.5, "colour": "green"})
    frame.to_csv("table.csv", sep=";", decimal=",", index=False)
    succeed("train", "table.csv", "--target", "kind", "--drop", "id", *QUICK)
    words = ("predict", "table.safetensors", "table.csv")
    told, quiet = run(*words), run(*words, "--quiet")
    assert "the separator is a semicolon" in told.stderr
    assert (quiet.stdout, quiet.stderr) == (told.stdout, "")
    frame.loc[3, "colour"] = "pink"
    frame.to_csv("table.csv", sep=";", decimal=",", index=False)
    assert "1 unknown, first 'pink'" in run(*words, "--quiet").stderr


def test_the_report_says_where_it_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    words = ("train", "iris", "--epochs", "2", "--hidden", "4", "--report", "page.html")
    assert succeed(*words).splitlines()[-1] == "wrote page.html"
    assert "page.html" not in succeed(*words, "--quiet")
    gn.tables.train("iris", hidden=(4,), epochs=2, report="page.html")
    assert capsys.readouterr().err.splitlines()[-1] == "wrote page.html"
