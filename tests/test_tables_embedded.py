"""Columns of many texts through the command line: their vectors, in files and in use."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commands import figure, refuse, run, succeed

import ganglion as gn
from ganglion.models.file_format import read_metadata
from ganglion.tables.cells import Cells
from ganglion.tables.columns import MOST_TEXTS, column_from_fields, fit_column
from ganglion.tables.preparation import Preparation
from ganglion.tables.text_columns import EmbeddedColumn, TextColumn
from ganglion.tables.text_format import TextFormat

CITIES = 150
WORDS = ("--target", "price", "--epochs", "12", "--hidden", "16", "--learning-rate", "0.005")


def write_sales(rows: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    city, size = rng.permutation(np.arange(rows) % CITIES), rng.normal(size=rows)
    price = 10 * rng.normal(size=CITIES)[city] + size + rng.normal(0, 1, rows)
    frame = pd.DataFrame({"city": [f"city {one}" for one in city], "size": size, "price": price})
    frame.loc[::40, "city"] = None
    frame.to_csv("sales.csv", index=False)
    return frame


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("sales"))
        return write_sales()


@pytest.fixture(scope="module")
def model(sales: pd.DataFrame) -> gn.tables.TableModel:
    return gn.tables.train(
        sales, target="price", epochs=12, hidden=(16,), learning_rate=0.005, quiet=True
    )


def cells(values: list[Any]) -> Cells:
    return Cells(values=pd.Series(values, name="city", dtype=object))


# the column


def test_texts_have_vectors_where_many_come_again() -> None:
    texts = [f"t{number:03}" for number in range(MOST_TEXTS)]
    few, many = (fit_column(cells(2 * part), TextFormat()) for part in (texts, [*texts, None]))
    assert isinstance(few, TextColumn)
    assert isinstance(many, EmbeddedColumn)
    assert many.texts == (None, *texts)
    assert (many.width, many.rows, many.vector_size) == (1, 102, 21)


def test_a_texts_number_is_its_place_and_that_of_others_is_0() -> None:
    texts = [f"t{number:03}" for number in range(MOST_TEXTS + 1)]
    record = fit_column(cells([*2 * texts, "once"]), TextFormat())
    column = cells(["t000", "t100", "once", "new", None])
    assert record.transform(column).tolist() == [[1], [101], [0], [0], [0]]
    assert record.unknown(column).tolist() == [False, False, True, True, False]
    assert record.describe().startswith("text, 101 different, with a vector for each: t000, t001")


def test_numbers_of_a_category_are_found_by_their_value() -> None:
    numbers = pd.Series(2 * list(range(300)), name="shop", dtype="category")
    record = fit_column(Cells(values=numbers), TextFormat(missing=()))
    assert isinstance(record, EmbeddedColumn)
    found = record.transform(Cells(values=pd.Series([7.0, 299.0, 300.0], name="shop")))
    assert [record.texts[int(place) - 1] for place in found[:2, 0]] == ["7", "299"]
    assert found[2, 0] == 0


def test_it_comes_back_from_its_fields() -> None:
    fields = {"kind": "embedded", "name": "c", "format": {"missing": []}, "texts": [None, "a"]}
    record = column_from_fields(fields)
    assert record == EmbeddedColumn(name="c", format=TextFormat(missing=()), texts=(None, "a"))
    with pytest.raises(ValueError, match="texts must be a list of texts, got"):
        column_from_fields({**fields, "texts": [1]})


# the command line


def test_a_table_of_many_texts_is_learnt_by_their_vectors() -> None:
    frame = write_sales()
    output = succeed("train", "sales.csv", *WORDS)
    assert figure(output, "R2") > 0.8
    told = succeed("info", "sales.safetensors", "--columns")
    assert "Embedding(152, 27)" in told
    assert "city: text, 151 different, with a vector for each: (missing), city 0, " in told
    assert figure(succeed("evaluate", "sales.safetensors", "sales.csv"), "R2") > 0.8
    texts = pd.Series(["city 3", "nowhere", None], dtype=object)
    frame[:3].assign(city=texts).to_csv("new.csv", index=False)
    result = run("predict", "sales.safetensors", "new.csv")
    assert "column 'city': of 3 cells 1 unknown, first 'nowhere' in row 2; 1 missing" in (
        result.stderr
    )
    assert np.isfinite(pd.read_csv(StringIO(result.stdout))["price"]).all()


def test_a_search_and_a_report_take_it() -> None:
    write_sales(600)
    words = ("--search", "--report", "page.html", "--force")
    output = succeed("train", "sales.csv", *WORDS, "--epochs", "2", *words)
    assert "search: 12 networks" in output
    assert "with a vector for each" in Path("page.html").read_text()


# the model and its file


def test_a_file_gives_the_same_bits(model: gn.tables.TableModel, sales: pd.DataFrame) -> None:
    model.save("m.safetensors")
    again = gn.tables.load("m.safetensors")
    known = sales.dropna()
    pd.testing.assert_frame_equal(again.predict(known), model.predict(known))
    assert again.preparation == model.preparation
    assert isinstance(gn.load("m.safetensors"), gn.Model)


def test_rows_seen_are_known_again(model: gn.tables.TableModel, sales: pd.DataFrame) -> None:
    with pytest.warns(UserWarning, match="rows are among those that the model was trained on"):
        model.evaluate(sales)


def test_an_unknown_text_is_predicted_as_the_mean(
    model: gn.tables.TableModel, sales: pd.DataFrame
) -> None:
    with pytest.warns(UserWarning, match="1500 unknown"):
        unknown = model.predict(sales.assign(city="nowhere"))["price"]
    assert abs(unknown.mean() - sales["price"].mean()) < 0.5 * sales["price"].std()


def damaged(model: gn.tables.TableModel, change: Any) -> None:
    model.save("m.safetensors")
    metadata = read_metadata("m.safetensors")
    fields = json.loads(metadata["table"])
    change(fields["columns"])
    model.net.save("m.safetensors", {**metadata, "table": json.dumps(fields)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda columns: columns.reverse(), "columns must hold the embedded ones last"),
        (lambda columns: columns[1]["texts"].pop(), "columns and its network do not fit"),
        (lambda columns: columns[1].update(kind="text"), "columns and its network do not fit"),
        (lambda columns: columns.pop(0), "columns and its network do not fit"),
        (lambda columns: columns.pop(1), "columns and its network do not fit"),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    model: gn.tables.TableModel, change: Any, message: str
) -> None:
    damaged(model, change)
    with pytest.raises(gn.tables.InputError, match=message):
        gn.tables.load("m.safetensors")


def test_another_graph_is_no_model_of_the_table(model: gn.tables.TableModel) -> None:
    x = gn.Input(2)
    model.save("m.safetensors")
    metadata = read_metadata("m.safetensors")
    gn.Model(x, gn.Dense(1)(x)).save("m.safetensors", metadata)
    assert "its columns and its network do not fit" in refuse("info", "m.safetensors")
    assert Preparation.from_json(metadata["table"]) == model.preparation


def test_each_of_several_columns_has_its_own_vectors() -> None:
    rows = np.arange(1200)
    frame = pd.DataFrame({"shop": [f"s{row % 400}" for row in rows], "size": rows % 7})
    frame["town"] = [f"t{row % 150}" for row in rows]
    frame["price"] = rows % 400 + rows % 150
    model = gn.tables.train(frame, target="price", epochs=2, hidden=(4,), quiet=True)
    assert model.preparation.names == ["size", "shop", "town"]
    sizes = [column.rows for column in model.preparation.embedded]
    tables = model.net.get_weights()[:2]
    assert [len(table) for table in tables] == sizes
    assert sizes[0] > sizes[1] == 151
    np.testing.assert_allclose(tables[1][0], tables[1][1:].mean(axis=0), atol=1e-7)
    model.save("m.safetensors")
    again = gn.tables.load("m.safetensors")
    known = frame[frame["shop"].isin(model.preparation.embedded[0].texts)]
    pd.testing.assert_frame_equal(again.predict(known), model.predict(known))
