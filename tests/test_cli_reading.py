"""Tables as people have them, through the commands: refused, told of, or read right."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from ganglion.cli.app import app

QUICK = ("--epochs", "40", "--hidden", "16", "--dropout", "0", "--learning-rate", "0.01")


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == status, result.stderr or result.exception
    return result


def predictions(model: str, data: str, *words: str) -> pd.DataFrame:
    run("predict", model, data, "--output", "out.csv", *words)
    return pd.read_csv("out.csv", dtype=str)


def write(name: str, frame: pd.DataFrame) -> None:
    if name.endswith(".csv"):
        frame.to_csv(name, index=False)
    else:
        frame.to_parquet(name)


@pytest.fixture
def numbers() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(size=200)}).round(3)
    return frame.assign(y=(3 * frame["a"] - frame["b"]).round(3))


@pytest.mark.parametrize("command", ["train", "predict", "evaluate"])
def test_rows_with_a_cell_too_many_are_refused_everywhere(
    numbers: pd.DataFrame, command: str
) -> None:
    write("good.csv", numbers)
    run("train", "good.csv", "--target", "y", "--quiet", *QUICK)
    lines = Path("good.csv").read_text().splitlines()
    Path("bad.csv").write_text("\n".join([lines[0], *(f"{line}," for line in lines[1:])]))
    words = {
        "train": ("train", "bad.csv", "--target", "y"),
        "predict": ("predict", "good.safetensors", "bad.csv"),
        "evaluate": ("evaluate", "good.safetensors", "bad.csv"),
    }
    result = run(*words[command], status=2)
    assert "row 1 has 4 cells, the header has 3" in result.stderr
    assert result.stdout == ""


def codes() -> pd.DataFrame:
    values = {"007": 10.0, "1A0": 2.0, "1.50": -5.0, "TRUE": 20.0}
    rows = list(values.items()) * 40
    return pd.DataFrame(rows, columns=["code", "y"])


@pytest.mark.parametrize("file", ["table.csv", "table.parquet"])
def test_a_text_is_the_same_alone_and_beside_others(file: str) -> None:
    write(file, codes())
    run("train", file, "--target", "y", "--quiet", *QUICK)
    write("all.csv", codes().head(4))
    together = predictions("table.safetensors", "all.csv")["y"].tolist()
    for number, code in enumerate(["007", "1A0", "1.50", "TRUE"]):
        write("one.csv", pd.DataFrame({"code": [code, code]}))
        assert predictions("table.safetensors", "one.csv")["y"].tolist() == [together[number]] * 2


def test_unknown_and_missing_cells_are_counted_and_told() -> None:
    write("table.csv", codes())
    run("train", "table.csv", "--target", "y", "--quiet", *QUICK)
    write("new.csv", pd.DataFrame({"code": ["007", "7", None, "8"]}))
    told = run("predict", "table.safetensors", "new.csv").stderr
    assert "column 'code': of 4 cells 2 unknown, first '7' in row 2; 1 missing, first in row 3" in (
        told
    )


@pytest.mark.parametrize(
    ("spell", "told"),
    [
        (lambda x: f"{x:,.2f}", ""),
        (
            lambda x: f"{x:,.2f}".replace(",", " ").replace(".", ","),
            "with decimal commas",
        ),
        (lambda x: f"{x:.2f} %", "holds numbers with %"),
        (lambda x: f"€{x:.2f}", "holds numbers with €"),
        (lambda x: f"{round(x * 1e20)}", ""),
    ],
)
def test_numbers_of_any_spelling_are_learnt_as_feature_and_as_target(
    numbers: pd.DataFrame, spell: Callable[[float], str], told: str
) -> None:
    spelled = numbers.map(lambda x: spell(1000 * x))
    write("table.csv", spelled)
    output = run("train", "table.csv", "--target", "y", "--drop", "b", *QUICK).stdout
    assert "regression of 'y'" in output
    assert "; 1 inputs" in output
    assert told in output


def test_a_number_target_with_words_says_that_it_reads_as_text(numbers: pd.DataFrame) -> None:
    frame = numbers.astype(str)
    frame.loc[3, "y"] = "sold"
    write("table.csv", frame)
    refused = run("train", "table.csv", "--target", "y", status=2)
    assert "it reads as text: 1 of 200 cells are no numbers, first 'sold' in row 4" in (
        refused.stderr
    )


@pytest.mark.parametrize("file", ["table.csv", "table.parquet"])
def test_dates_are_learnt(file: str) -> None:
    rng = np.random.default_rng(0)
    when = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 400), "D"))
    write(file, pd.DataFrame({"when": when, "y": (when - when.min()).dt.days * 1.0}))
    output = run("train", file, "--target", "y", *QUICK).stdout
    assert "column 'when' holds dates" in output
    later = pd.DataFrame({"when": ["20.06.2021", "01.02.2022"]})
    write("later.csv", later)
    predicted = predictions("table.safetensors", "later.csv")["y"].astype(float)
    true = (pd.to_datetime(later["when"], dayfirst=True) - when.min()).dt.days
    np.testing.assert_allclose(predicted, true, atol=60)


@pytest.mark.parametrize(
    "classes", [("007", "1A0"), ("TRUE", "FALSE"), ("1.0", "2.5"), ("None", "brick")]
)
def test_classes_come_back_as_the_file_spells_them(
    numbers: pd.DataFrame, classes: tuple[str, str]
) -> None:
    kind = np.where(numbers["a"] > 0, *classes)
    write("table.csv", numbers[["a"]].assign(kind=kind))
    words = ("--target", "kind", "--task", "classification", "--quiet")
    run("train", "table.csv", *words, *QUICK)
    assert set(predictions("table.safetensors", "table.csv")["kind"].fillna("")) <= {*classes, ""}
    assert set(Path("out.csv").read_text().splitlines()[1:]) == set(classes)


def test_a_column_without_a_value_in_the_training_rows_is_left_out(numbers: pd.DataFrame) -> None:
    numbers["rare"] = ""
    numbers.loc[0, "rare"] = "7"
    write("table.csv", numbers)
    for seed in range(3):  # in whichever part the row falls
        output = run("train", "table.csv", "--target", "y", "--seed", str(seed), *QUICK).stdout
        assert "test R2" in output


def test_what_is_given_goes_for_all_commands(numbers: pd.DataFrame) -> None:
    frame = numbers.map(lambda x: f"{x:.3f}".replace(".", ","))
    frame.loc[5, "a"] = "?"
    frame.to_csv("table.csv", sep="|", index=False, encoding="utf-16")
    dialect = ["--separator", "bar", "--decimal", ",", "--encoding", "utf-16"]
    dialect += ["--missing", "-", "--missing", "?"]
    output = run("train", "table.csv", "--target", "y", *QUICK, *dialect).stdout
    assert "table.csv: the" not in output
    assert "; 2 inputs" in output
    assert "R2" in run("evaluate", "table.safetensors", "table.csv", *dialect).stdout
    assert len(predictions("table.safetensors", "table.csv", *dialect)) == 200
