"""Decimal marks: a model reads a new table as it is written, and tells where it may be wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import QUICK, figure, refuse, run, succeed

from ganglion.tables.marks import settled
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.reading import Table, as_table, read_table

Read = Callable[..., Table]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str) -> Table:
        (tmp_path / "table.csv").write_text(text)
        return read_table(str(tmp_path / "table.csv"))

    return read_text


def numbers(table: Table, mark: str, name: str = "a") -> tuple[list[float], list[str]]:
    """Return what a model reads that was trained with decimal commas or points, and the doubts."""
    format = NumberFormat(decimal=mark)  # type: ignore[arg-type]
    table, doubts = settled(table, dict.fromkeys(table.frame.columns, format))
    return format.read(table.cells(name)).tolist(), doubts


@pytest.mark.parametrize(
    ("text", "known", "read_as"),
    [
        ("a,b\n3.195,0.5\n", ",", 3.195),  # b has a decimal point, hence the table
        ('a,b\n"3,195","0,5"\n', ".", 3.195),
        ("a;b\n3.195;0.5\n", ",", 3.195),
        ("a;b\n3,195;0,5\n", ".", 3.195),
        ("a\tb\n3.195\t0.5\n", ",", 3.195),
        ("a\tb\n3,195\t0,5\n", ".", 3.195),
        ('a,b\n"3,195","0,5"\n', ",", 3.195),  # as in training
        ('a,b\n"3,195",0.5\n', ".", 3195),
        ("a;b\n3.195;0,5\n", ",", 3195),
        ("a,b\n3.195,x\n", ".", 3.195),
        ("a;b\n3,195;x\n", ",", 3.195),
        ('a,b\n"3,195",x\n', ".", 3195),
        ("a,b\n0.935,x\n", ",", 0.935),
        ('a,b\n"0,935",x\n', ".", 0.935),
        ("a;b\n3.195 €;0.5\n", ",", None),
    ],
)
def test_the_mark_is_found_out_from_the_new_table(
    read: Read, text: str, known: str, read_as: float | None
) -> None:
    if read_as is None:
        with pytest.raises(ValueError, match=r"must hold numbers, got '3\.195 €' in row 1$"):
            numbers(read(text), known)
    else:
        assert numbers(read(text), known) == ([read_as], [])


@pytest.mark.parametrize(
    ("text", "known", "read_as", "meant"),
    [
        ("a,b\n3.195,x\n", ",", 3.195, "3195"),  # between commas a point is decimal
        ("a;b\n3,195;x\n", ".", 3.195, "3195"),  # and a comma between semicolons
        ("a;b\n3.195;x\n", ",", 3195, "3.195"),  # else it is as in training
        ("a\tb\n3.195\tx\n", ",", 3195, "3.195"),
        ('a,b\n"3,195",x\n', ",", 3.195, "3195"),
        ('a,b,c\n3.195,"0,5",0.5\n', ",", 3.195, "3195"),  # two columns tell different things
    ],
)
def test_a_mark_that_stays_uncertain_is_told(
    read: Read, text: str, known: str, read_as: float, meant: str
) -> None:
    values, (doubt,) = numbers(read(text), known)
    assert values == [read_as]
    cell = read(text).frame["a"][0]
    assert doubt == (
        f"column 'a' reads {cell!r} in row 1 as {read_as}, though it may be {meant}:"
        " --decimal says which"
    )


def test_a_cell_far_down_tells_the_mark(read: Read) -> None:
    rows = ["1.250"] * 300
    assert numbers(read("\n".join(["a,b", *(f"{one},1" for one in rows), "0.5,1\n"])), ",") == (
        [*([1.25] * 300), 0.5],
        [],
    )


def test_cells_that_are_read_alike_either_way_are_no_doubt(read: Read) -> None:
    assert numbers(read("a,b\n3195,\n,7\n"), ",")[1] == []
    assert (
        settled(as_table(pd.DataFrame({"a": [3.195]})), {"a": NumberFormat(decimal=",")})[1] == []
    )


def test_texts_in_a_frame_are_looked_at_too() -> None:
    table = as_table(pd.DataFrame({"a": ["3.195", "2.5"]}))
    assert numbers(table, ",") == ([3.195, 2.5], [])


def test_the_cell_that_is_no_number_at_all_is_named(read: Read) -> None:
    with pytest.raises(ValueError, match=r"must hold numbers, got 'x' in row 2$"):
        numbers(read("a,b\n0.935,1\nx,2\n"), ",")
    with pytest.raises(ValueError, match=r"got '4\.5' in row 2: its decimal mark .*decimal ,\)"):
        numbers(read("a;b\n4,5;1\n4.5;2\n"), ",")


# the commands


def write_both(folder: Path) -> None:
    """Write one table in German and in English."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.uniform(0.1, 6, 300), "b": rng.integers(1000, 9999, 300)})
    frame["y"] = 2 * frame["a"] + frame["b"] / 1000 + 1
    frame[["a", "y"]] = frame[["a", "y"]].round(3)
    frame.to_csv(folder / "english.csv", index=False, float_format="%.3f")
    frame["b"] = [f"{value:,}".replace(",", ".") for value in frame["b"]]
    frame.to_csv(folder / "german.csv", index=False, sep=";", decimal=",", float_format="%.3f")


@pytest.mark.parametrize(
    ("first", "then"), [("german.csv", "english.csv"), ("english.csv", "german.csv")]
)
def test_a_model_predicts_the_same_from_a_table_in_another_writing(
    first: str, then: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_both(tmp_path)
    succeed("train", first, "--target", "y", "--output", "m.safetensors", *QUICK)
    assert succeed("predict", "m.safetensors", first) == succeed("predict", "m.safetensors", then)
    scores = [figure(succeed("evaluate", "m.safetensors", one), "R2") for one in (first, then)]
    assert scores[0] == scores[1]


def test_the_option_ends_the_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_both(tmp_path)
    succeed("train", "german.csv", "--target", "y", "--output", "m.safetensors", *QUICK)
    Path("new.csv").write_text("a,b\n3.195,5686\n")
    told = run("predict", "m.safetensors", "new.csv").stderr
    assert "reads '3.195' in row 1 as 3.195, though it may be 3195: --decimal says which" in told
    for mark in ".,":
        assert run("predict", "m.safetensors", "new.csv", "--decimal", mark).stderr == ""
    Path("new.csv").write_text("a,b\nx,5686\n")
    assert "must hold numbers, got 'x' in row 1" in refuse("predict", "m.safetensors", "new.csv")
