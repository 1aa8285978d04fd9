"""Tables and preparations of the command line, without a network."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganglion.tables.bundled import BUNDLED
from ganglion.tables.cells import Cells
from ganglion.tables.errors import InputError
from ganglion.tables.preparation import Preparation
from ganglion.tables.reading import Table, read_table, table_of
from ganglion.tables.survey import survey
from ganglion.tables.targets import ClassTarget, ValueTarget


def mixed_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "size": [1.0, 2.0, np.nan, 4.0],
            "colour": ["red", None, "blue", "red"],
            "old": [True, False, True, True],
            "kind": ["a", "b", "a", "b"],
        }
    )


def mixed_table() -> Table:
    return replace(table_of(mixed_frame(), source="mixed", name="mixed"), target="kind")


def mixed_preparation() -> Preparation:
    table = mixed_table()
    return Preparation.fit(table, survey(table).formats, ClassTarget.fit(table.labels))


# tables


@pytest.mark.parametrize("name", [name for name in BUNDLED if name != "new_houses"])
def test_bundled_set_has_its_target(name: str) -> None:
    table = read_table(name)
    assert table.target == ("price" if name == "houses" else "target")
    assert table.frame.shape[0] > 100
    assert table.target in table.frame.columns


def test_bundled_classes_have_their_names() -> None:
    assert set(read_table("iris").frame["target"]) == {"setosa", "versicolor", "virginica"}


@pytest.mark.parametrize("ending", ["csv", "CSV", "csv.gz", "parquet", "pq"])
def test_file_reads_back(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"my.table.{ending}"
    frame = mixed_frame()
    frame.to_csv(path, index=False) if "csv" in ending.lower() else frame.to_parquet(path)
    table = read_table(str(path))
    assert table.name == "my.table"
    assert table.frame.columns.tolist() == frame.columns.tolist()
    written = table_of(frame, source="", name="")
    for name in table.frame.columns:
        texts = [text.removesuffix(".0") for text in table.cells(name).texts()]
        assert texts == written.cells(name).texts().tolist()


def test_parquet_index_is_not_a_row_number(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    mixed_frame().set_index(pd.Index([7, 7, 7, 7])).to_parquet(path)
    assert read_table(str(path)).frame.index.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"x,y\n", "is empty: it has no rows"),
        ("a.csv", b"x,y\n1,2\n1,2,3,4\n", "row 2 has 4 cells, the header has 2"),
        ("a.csv", b"x\n\x81\n", "cannot read"),
        ("a.csv", b"x\n1\x00\n", "holds zero bytes"),
        ("a.parquet", b"not parquet", "cannot read"),
        ("a.parquet", b"", "cannot read"),
        ("a.txt", b"x\n1\n", "unknown kind of table"),
        ("a.csv.gz", b"x\n1\n", "cannot read"),
    ],
)
def test_unreadable_file_is_an_input_error(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_table(str(path))
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read_table(str(tmp_path))


def test_missing_file_names_the_bundled_sets() -> None:
    with pytest.raises(InputError, match=r"no such file: irsi; the bundled sets are digits, iris"):
        read_table("irsi")


def test_missing_pyarrow_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> pd.DataFrame:
        raise ImportError("Unable to find a usable engine")

    path = tmp_path / "a.parquet"
    mixed_frame().to_parquet(path)
    monkeypatch.setattr(pd, "read_parquet", refuse)
    with pytest.raises(InputError, match="needs pyarrow: python -m pip install pyarrow"):
        read_table(str(path))


def test_require_suggests_the_nearest_column() -> None:
    with pytest.raises(InputError, match=r"iris: no column 'targe', did you mean 'target'\?"):
        read_table("iris").require(["targe"])


def test_require_lists_columns_when_none_is_near() -> None:
    with pytest.raises(
        InputError, match=r"no column 'zzz'; the columns are .* and 58 more, the last"
    ):
        read_table("digits").require(["zzz"])


# preparation


def test_preparation_leaves_the_target_out() -> None:
    assert mixed_preparation().names == ["size", "colour", "old"]


def test_preparation_gives_contiguous_float32_of_its_width() -> None:
    preparation = mixed_preparation()
    values = preparation.transform(mixed_table())
    assert values.shape == (4, preparation.width) == (4, 5)
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert np.isfinite(values).all()


def test_preparation_finds_columns_by_name() -> None:
    table = mixed_table()
    turned = replace(table, frame=table.frame[list(table.frame.columns[::-1])])
    preparation = mixed_preparation()
    np.testing.assert_array_equal(preparation.transform(table), preparation.transform(turned))


def test_preparation_comes_back_exactly_from_json() -> None:
    preparation = mixed_preparation()
    assert Preparation.from_json(preparation.to_json()) == preparation
    values = Preparation(
        columns=preparation.columns, target=ValueTarget.fit(Cells(values=pd.Series([0.1, 0.3])))
    )
    assert Preparation.from_json(values.to_json()) == values


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 1}', '{"format": 2, "columns": [{"kind": "date"}]}']
)
def test_other_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Preparation.from_json(text)


def test_json_of_a_wrong_number_is_a_value_error() -> None:
    fields = json.loads(mixed_preparation().to_json())
    fields["columns"][0]["scaling"]["mean"] = "large"
    with pytest.raises(ValueError, match="large"):
        Preparation.from_json(json.dumps(fields))


def test_table_of_the_target_alone_is_refused() -> None:
    table = mixed_table()
    with pytest.raises(InputError, match="no column besides the target 'kind'"):
        Preparation.fit(table, {}, ClassTarget.fit(table.labels))
