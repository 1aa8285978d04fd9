"""The report of a training: one page, which holds all that it shows."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from commands import QUICK, figure, refuse, run, succeed, write_mixed

import ganglion as gn
from ganglion.tables import making


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Page(HTMLParser):
    """A page, read: its headings, the cells of its tables, its pictures, what it fetches."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.addresses: list[str] = []
        self.feed(Path(path).read_text())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data.strip())


def test_a_report_of_classes_shows_all_of_it() -> None:
    write_mixed("table.csv")
    words = ("--target", "kind", "--drop", "id,price", "--epochs", "20", "--report", "page.html")
    output = succeed("train", "table.csv", *words)
    page = Page("page.html")
    assert page.texts["h1"] == ["table: kind"]
    assert page.texts["h2"] == [
        "On rows it has not seen",
        "Epoch by epoch",
        "True and predicted classes",
        "Columns",
        "Settings",
        "Told meanwhile",
    ]
    cells = page.texts["td"]
    assert float(cells[cells.index("accuracy") + 1]) == figure(output, "accuracy")
    assert 0.4 < float(cells[cells.index("accuracy") + 2]) < 0.7  # the baseline
    assert cells[cells.index("hidden") + 1] == "256, 128"
    assert cells[cells.index("task") + 1] == "classification"
    assert cells[cells.index("ganglion") + 1] == gn.__version__
    assert "blue, red" in cells[cells.index("colour") + 1]
    assert "table: 120 rows, 2 columns" in page.texts["pre"][0]


def test_a_report_of_values_shows_true_beside_predicted() -> None:
    write_mixed("table.csv")
    succeed("train", "table.csv", "--target", "price", *QUICK, "--report", "page.html")
    page = Page("page.html")
    assert "True and predicted values" in page.texts["h2"]
    assert {"MAE", "RMSE", "R2"} <= set(page.texts["td"])
    assert len(page.addresses) == 2


def test_a_page_holds_its_pictures() -> None:
    succeed("train", "iris", *QUICK, "--report", "page.html")
    (address,) = Page("page.html").addresses
    assert address.startswith("data:image/svg+xml;base64,")
    text = Path("page.html").read_text()
    assert not re.search(r"<(script|link|iframe)|url\(|@import", text)


def test_the_same_training_gives_the_same_page() -> None:
    for name in ("one.html", "two.html"):
        succeed("train", "iris", *QUICK, "--report", name)
    pages = [
        Path(name).read_text().partition("Told meanwhile")[0] for name in ("one.html", "two.html")
    ]
    assert pages[0] == pages[1]


def test_names_and_texts_of_a_table_are_no_html(rng: np.random.Generator) -> None:
    bad = "<script>alert('&')</script>$x^{"
    frame = pd.DataFrame(
        {f"{bad}1": rng.normal(size=90), "colour": [f"{bad}red", "blue", "r"] * 30}
    )
    frame[f"{bad}y"] = [f"{bad}yes", "no", "perhaps"] * 30
    frame.to_csv("table.csv", index=False)
    succeed("train", "table.csv", "--target", f"{bad}y", *QUICK, "--report", "page.html")
    assert "<script" not in Path("page.html").read_text()
    page = Page("page.html")
    assert page.texts["h1"] == [f"table: {bad}y"]
    assert f"{bad}1" in page.texts["td"]
    assert f"{bad}yes" in page.texts["th"]


def test_shuffling_shows_which_columns_matter(rng: np.random.Generator) -> None:
    frame = pd.DataFrame(rng.normal(size=(400, 3)), columns=["much", "some", "nothing"])
    frame["y"] = 3 * frame["much"] + frame["some"]
    frame.to_csv("table.csv", index=False)
    words = ("--target", "y", "--dropout", "0", "--epochs", "40", "--quiet")
    succeed("train", "table.csv", *words, "--report", "page.html")
    cells = Page("page.html").texts["td"]
    names = [cell for cell in cells if cell in ("much", "some", "nothing")]
    assert names == ["much", "some", "nothing"]
    falls = [float(cells[cells.index(name) + 2].partition(" ")[0]) for name in names]
    assert falls[0] > 1 > falls[1] > 0.05 > abs(falls[2])


def test_many_classes_are_shown_by_those_confused() -> None:
    rows = [(number / 10 + row % 7, f"class {number}") for number in range(35) for row in range(12)]
    pd.DataFrame(rows, columns=["x", "y"]).to_csv("many.csv", index=False)
    words = ("--epochs", "2", "--hidden", "8", "--target", "y", "--report", "page.html")
    output = succeed("train", "many.csv", *words)
    assert "most often confused:\n  'class " in output
    assert "predicted as" in Page("page.html").texts["th"]


def test_a_search_is_reported_with_what_it_chose() -> None:
    words = ("--search", "--epochs", "3", "--hidden", "", "--report", "page.html")
    output = succeed("train", "iris", *words)
    best = output.partition("hidden learning rate")[2].splitlines()[1].split()
    cells = Page("page.html").texts["td"]
    assert cells[cells.index("hidden") + 1] == best[0].replace("none", "")
    assert float(cells[cells.index("learning_rate") + 1]) == pytest.approx(float(best[1]), rel=0.05)


def test_missing_matplotlib_is_told_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "train_one", Mock(side_effect=AssertionError("it was fitted")))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    line = refuse("train", "iris", "--report", "page.html", *QUICK)
    assert "--report needs matplotlib: python -m pip install matplotlib" in line


def test_a_report_that_cannot_be_written_costs_no_model() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    result = run("train", "iris", *QUICK, "--report", "/dev/full")
    assert result.exit_code == 2
    assert "cannot write /dev/full" in result.stderr
    assert "test accuracy: " in result.stdout
    assert Path("iris.safetensors").exists()


def test_a_report_of_before_is_overwritten() -> None:
    for _ in range(2):
        succeed("train", "iris", *QUICK, "--report", "page.html")
    gn.tables.train("iris", hidden=(8,), epochs=2, quiet=True, report="page.html")
    assert Page("page.html").texts["h1"] == ["iris: target"]
