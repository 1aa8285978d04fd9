"""Columns and rows that a command is told to leave out or to keep."""

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from commands import QUICK, figure, refuse, run, succeed, write_mixed


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


TOLD = ("--epochs", "3", "--hidden", "8", "--target", "kind")


# rows without a target


@pytest.mark.parametrize(
    ("target", "path"), [("kind", "t.csv"), ("price", "t.csv"), ("kind", "t.pq")]
)
def test_rows_without_a_target_are_left_out_and_counted(target: str, path: str) -> None:
    frame = write_mixed("t.csv")
    frame.loc[[3, 50, 119], target] = None
    frame.to_csv(path, index=False) if path.endswith("csv") else frame.to_parquet(path)
    done = run("train", path, "--epochs", "3", "--hidden", "8", "--target", target)
    assert done.exit_code == 0
    assert "3 rows without a target left out" in done.stderr
    assert "t: 117 rows, " in done.stdout
    done = run("evaluate", "t.safetensors", path)
    assert done.exit_code == 0
    assert "3 rows without a target left out" in done.stderr
    assert len(succeed("predict", "t.safetensors", path).splitlines()) == 121


def test_one_row_without_a_target_is_one_row() -> None:
    frame = write_mixed("t.csv")
    frame.loc[3, "kind"] = None
    frame.to_csv("t.csv", index=False)
    assert "1 row without a target left out" in run("train", "t.csv", *TOLD).stderr


def test_errors_still_name_the_rows_of_the_file() -> None:
    frame = write_mixed("t.csv")
    frame.loc[3, "kind"] = None
    frame.loc[40, "price"] = float("inf")
    frame.to_csv("t.csv", index=False)
    assert "column 'price' must hold numbers" in (
        line := refuse("train", "t.csv", *TOLD, "--quiet")
    )
    assert "in row 41" in line


# names of columns


@pytest.mark.parametrize(
    "words",
    [
        ("--drop", "id,price"),
        ("--drop", "id, price"),
        ("--drop", "id", "--drop", "price"),
        ("--drop", "id,price,id"),
    ],
)
def test_dropped_columns_may_be_parted_by_commas(words: tuple[str, ...]) -> None:
    write_mixed("t.csv")
    succeed("train", "t.csv", *TOLD, *words)
    output = succeed("info", "t.safetensors", "--columns")
    columns = output.partition("columns:\n")[2].partition("\n\n")[0]
    assert [line.split(":")[0].strip() for line in columns.splitlines()] == ["size", "colour"]


@pytest.mark.parametrize("word", ["size,m2", '"size,m2",price', 'price,"size,m2"'])
def test_a_name_with_a_comma_can_be_dropped(word: str) -> None:
    frame = write_mixed("t.csv").rename(columns={"size": "size,m2"})
    frame.to_csv("t.csv", index=False)
    succeed("train", "t.csv", *TOLD, "--drop", word)
    assert "size" not in succeed("info", "t.safetensors", "--columns")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train t.csv --target kind --drop id,prise", "no column 'prise', did you mean 'price'?"),
        ("train t.csv --target kind --drop id,kind", "--drop names the target 'kind'"),
        ("predict t.safetensors t.csv --keep id,prise", "no column 'prise', did you mean 'price'?"),
        ("predict t.safetensors t.csv --keep kind", "--keep 'kind' is what a column of the"),
    ],
)
def test_names_that_are_no_columns_get_one_line(words: str, message: str) -> None:
    write_mixed("t.csv")
    succeed("train", "t.csv", "--target", "kind", *QUICK)
    assert message in refuse(*words.split(), *(["--quiet"] if words.startswith("train") else []))


# what predict keeps


def test_predict_keeps_columns_as_they_are_written() -> None:
    write_mixed("t.csv")
    succeed("train", "t.csv", "--target", "kind", "--drop", "id", *QUICK)
    frame = pd.read_csv("t.csv", dtype=str).assign(code=[f"{row:05}" for row in range(120)])
    frame.to_csv("t.csv", index=False)
    output = succeed("predict", "t.safetensors", "t.csv", "--keep", "code,id", "--probabilities")
    kept = pd.read_csv(StringIO(output), dtype=str)
    assert kept.columns.tolist()[:4] == ["code", "id", "kind", "probability_big"]
    pd.testing.assert_series_equal(kept["code"], frame["code"])
    pd.testing.assert_series_equal(kept["id"], frame["id"])
    alone = pd.read_csv(StringIO(succeed("predict", "t.safetensors", "t.csv")), dtype=str)
    pd.testing.assert_series_equal(kept["kind"], alone["kind"])


# info


def test_info_is_brief_unless_columns_are_asked_for() -> None:
    write_mixed("t.csv")
    succeed("train", "t.csv", "--target", "kind", "--drop", "id", *QUICK)
    brief = succeed("info", "t.safetensors")
    assert "columns: 2 number, 1 text; --columns (columns=True) lists them" in brief
    assert "size" not in brief
    assert "classification: kind, one of big, small" in brief
    assert "  size: number, mean 0." in succeed("info", "t.safetensors", "--columns")


def test_large_means_are_plain_numbers_in_info() -> None:
    frame = write_mixed("t.csv")
    frame.assign(price=frame["price"] * 1e6).to_csv("t.csv", index=False)
    succeed("train", "t.csv", "--target", "kind", *QUICK)
    output = succeed("info", "t.safetensors", "--columns")
    mean = output.partition("price: number, mean ")[2].partition(",")[0]
    assert mean.isdigit()
    assert figure(succeed("evaluate", "t.safetensors", "t.csv"), "accuracy") > 0
