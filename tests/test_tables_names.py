"""Names of columns in messages."""

from pathlib import Path

import pandas as pd
import pytest
from commands import refuse

import ganglion as gn
from ganglion.tables.names import listed, nearest

NAMES = ["x", "price", "note", "open", "size of plot", "Sepal Length (cm)", "no"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("prise", "price"),
        ("Price", "price"),
        ("pric", "price"),
        ("size", "size of plot"),
        ("sepal length", "Sepal Length (cm)"),
        ("nope", "note"),
        ("nobe", "note"),
        ("mope", None),  # two letters of four are not the same
        ("penny", None),
        ("rice cake", None),
        ("", None),
        ("z", None),
    ],
)
def test_only_a_near_name_is_meant(name: str, meant: str | None) -> None:
    assert nearest(name, NAMES) == meant


def test_of_several_that_begin_so_none_is_meant() -> None:
    assert nearest("sepal", ["sepal length", "sepal width"]) is None
    assert nearest("sepal", []) is None


def test_of_many_names_the_last_is_listed_too() -> None:
    assert listed(list("abcdefgh")) == "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'"
    many = listed(list("abcdefghijy"))
    assert many == "'a', 'b', 'c', 'd', 'e', 'f', 'g' and 4 more, the last 'y'"


def test_commands_list_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame(dict.fromkeys("abcdefghijy", range(40)))
    frame.to_csv("x.csv", index=False)
    told = "'a', 'b', 'c', 'd', 'e', 'f', 'g' and 4 more, the last 'y'"
    assert f"with --target; x.csv has {told}" in refuse("train", "x.csv")
    line = refuse("train", "x.csv", "--target", "y", "--drop", "nope")
    assert line == f"ganglion: x.csv: no column 'nope'; the columns are {told}\n"
    with pytest.raises(
        gn.tables.InputError, match=r"with target; the frame has 'a'.* the last 'y'"
    ):
        gn.tables.train(frame)
