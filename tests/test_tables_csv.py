"""CSV files: their archive, encoding, separator, decimal mark and shape; and the survey of them."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganglion.tables.dialect import dialect_of
from ganglion.tables.errors import InputError
from ganglion.tables.reading import Table, read_table
from ganglion.tables.survey import Survey, survey


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    def reads(content: str | bytes, name: str = "table.csv", **settings: str) -> Table:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(str(path), dialect_of(**settings))

    return reads


Read = Callable[..., Table]


def surveyed(table: Table, target: str = "y") -> Survey:
    return survey(replace(table, target=target))


# shape


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a,b,y\n0.5,4.0,1,\n", 1),
        ("a,b,y\n1,2,3\n0.5,4.0,1,\n", 2),
        ("x,y\n1,5,2\n1,6,3\n", 1),  # decimal commas without quotes
        ("x,y\n1,5,2\n2,6,3\n", 1),
        ('x,y\n"1\n2",3\n1,2,3\n', 2),
    ],
)
def test_rows_longer_than_the_header_are_refused(read: Read, text: str, row: int) -> None:
    with pytest.raises(InputError, match=rf"row {row} has \d cells, the header has \d; .* comma"):
        read(text)


def test_row_names_without_a_header_are_left_out_and_told(read: Read) -> None:
    for names in ("abcdef", "123456"):
        table = read("x,y\n" + "".join(f"{name},1,2\n" for name in names))
        assert table.frame.columns.tolist() == ["x", "y"]
        assert table.frame["x"].tolist() == ["1"] * 6
        assert "left out as row names" in table.notes[0]


def test_a_nameless_first_column_of_row_names_is_left_out_and_told(read: Read) -> None:
    table = read(pd.DataFrame({"x": [1, 1], "y": [2, 2]}).to_csv())
    assert table.frame.columns.tolist() == ["x", "y"]
    assert "left out as row names" in table.notes[0]


def test_a_trailing_separator_in_every_row_is_no_column(read: Read) -> None:
    assert read("x,y,\n1,2,\n3,4,\n").frame.columns.tolist() == ["x", "y"]


def test_two_columns_of_one_name_are_refused(read: Read) -> None:
    with pytest.raises(InputError, match="more than one column named 'y'"):
        read("x,y,y\n1,2,2\n")


def test_a_header_of_numbers_is_doubted(read: Read) -> None:
    table = read("5.1,3\n4,2\n2,1\n")
    assert "the header holds numbers, '5.1' first: is it a row?" in surveyed(table, "3").doubts[0]


def test_blanks_around_names_and_cells_do_not_count(read: Read) -> None:
    table = read("x, y\n1, red\n2, red \n")
    assert table.cells("y").texts().tolist() == ["red", "red"]


def test_a_quote_that_never_ends_is_refused(read: Read) -> None:
    with pytest.raises(InputError, match=r"cannot read .*table.csv"):
        read('x,y\n"1,2\n3,4\n')


# dialect


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_separator_is_found_and_told(read: Read, separator: str, name: str) -> None:
    table = read(f"x{separator}y\n1{separator}2\n")
    assert table.frame.columns.tolist() == ["x", "y"]
    assert table.notes == (f"table.csv: the separator is a {name}",)


def test_decimal_commas_are_found_and_told(read: Read) -> None:
    table = read("x;y\n1,5;2\n2,25;3\n")
    assert table.dialect.decimal == ","
    assert "table.csv: the decimal mark is a comma" in table.notes


def test_commas_beside_semicolons_are_decimal_marks(read: Read) -> None:
    table = read("x;y\n0,700;1,234\n12,500;5,678\n")
    assert table.dialect.decimal == ","
    formats = surveyed(table).formats
    assert formats["x"].read(table.cells("x")).tolist() == [0.7, 12.5]  # type: ignore[union-attr]


def test_a_column_of_decimal_commas_does_not_decide_for_others(read: Read) -> None:
    table = read('pair,x,y\n"3,2",1.412,1\n"4,1",2.875,2\n')
    formats = surveyed(table).formats
    assert formats["x"].read(table.cells("x")).tolist() == [1.412, 2.875]  # type: ignore[union-attr]


def test_a_row_of_one_empty_cell_is_a_row(read: Read) -> None:
    assert read("x\n1\n\n3\n").frame["x"].tolist() == ["1", "", "3"]
    assert len(read("x,y\n1,2\n\n3,4\n")) == 2


def test_quoted_decimal_commas_are_numbers(read: Read) -> None:
    table = read('x,z,y\n"4,5",0.5,1\n"3,25",0.25,2\n')
    formats = surveyed(table).formats
    assert [formats[name].kind for name in "xz"] == ["number", "number"]
    assert formats["x"].read(table.cells("x")).tolist() == [4.5, 3.25]  # type: ignore[union-attr]
    assert formats["z"].read(table.cells("z")).tolist() == [0.5, 0.25]  # type: ignore[union-attr]


def test_what_is_given_is_not_sniffed(read: Read) -> None:
    table = read("x;y\n1,234;2\n", separator=";", decimal=".")
    assert table.notes == ()
    assert surveyed(table).formats["x"].read(table.cells("x")).tolist() == [1234]  # type: ignore[union-attr]
    assert read("a b\n1 2\n", separator=" ").frame.shape == (1, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(read: Read, encoding: str) -> None:
    table = read("größe,y\nähm,1\n".encode(encoding))
    assert table.frame.columns.tolist() == ["größe", "y"]
    assert table.frame["größe"].tolist() == ["ähm"]
    told = [f"table.csv: the encoding is {encoding}"] if encoding in ("utf-16", "cp1252") else []
    assert list(table.notes) == told


def test_the_encoding_that_is_given_is_taken(read: Read) -> None:
    assert read("x,y\nЖ,1\n".encode("koi8-r"), encoding="koi8-r").frame["x"].tolist() == ["Ж"]
    assert read("\ufeffx,y\n1,2\n", encoding="utf-8").frame.columns.tolist() == ["x", "y"]
    with pytest.raises(InputError, match=r"cannot read .* it is no text in ascii"):
        read("x,y\nЖ,1\n", encoding="ascii")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"separator": ";;"}, "separator must be one sign, or comma, .* got ';;'"),
        ({"decimal": "x"}, "decimal must be"),
        ({"encoding": "utf-9"}, "encoding: Python knows no encoding 'utf-9'"),
        ({"encoding": "rot13"}, "encoding: Python knows no encoding 'rot13'"),
        ({"encoding": "undefined"}, "encoding: Python knows no encoding 'undefined'"),
        ({"encoding": "a\0b"}, "encoding: Python knows no encoding"),
        ({"encoding": 5}, "encoding must be a text, got 5"),
        ({"missing": "NA"}, "missing must be a list of words, got 'NA'"),
        ({"separator": '"'}, "separator must be one sign"),
    ],
)
def test_bad_dialects_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        dialect_of(**settings)  # type: ignore[arg-type]


# archives

TEXT = b"x,y\n" + b"1,2\n" * 5000


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", content)
    return file.getvalue()


PACKED = {
    "gz": gzip.compress(TEXT),
    "bz2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "zip": zipped(TEXT),
}


@pytest.mark.parametrize("ending", PACKED)
def test_archives_are_unpacked(read: Read, ending: str) -> None:
    assert len(read(PACKED[ending], f"table.csv.{ending}")) == 5000


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("part", [0.0, 0.05, 0.5, 0.9, 0.99])
def test_part_of_an_archive_is_told_in_one_line(read: Read, ending: str, part: float) -> None:
    packed = PACKED[ending]
    with pytest.raises(InputError, match=rf"cannot read .*table.csv.{ending}|is empty") as caught:
        read(packed[: int(part * len(packed))], f"table.csv.{ending}")
    assert "\n" not in str(caught.value)


def test_a_flipped_byte_of_an_archive_is_told(read: Read) -> None:
    for ending, packed in PACKED.items():
        damaged = bytearray(packed)
        damaged[len(packed) // 2] ^= 0xFF
        with pytest.raises(InputError, match="cannot read"):
            read(bytes(damaged), f"table.csv.{ending}")


def test_a_zip_of_two_tables_is_refused(read: Read) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.writestr("b.csv", TEXT)
    with pytest.raises(InputError, match="holds 2 files"):
        read(file.getvalue(), "table.csv.zip")


# survey

ROWS = 40
IDS = ("id", "ID", "customer_id", "customerId", "Order No")


def table_with(read: Read, **columns: list[object]) -> Table:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({**columns, "y": rng.normal(size=ROWS).round(6)})
    return read(frame.to_csv(index=False))


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ([f"name {n}" for n in range(ROWS)], "has another text in every row; it is left out"),
        ([""] * ROWS, "has no value; it is left out"),
    ],
)
def test_columns_of_no_use_are_left_out_and_told(
    read: Read, column: list[object], line: str
) -> None:
    found = surveyed(table_with(read, a=column, b=list(range(0, 2 * ROWS, 2))))
    assert list(found.formats) == ["b"]
    assert f"column 'a' {line}" in found.doubts


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ([f"{n % 7:03d}" for n in range(ROWS)], "is text: '000' in row 1 begins with a zero"),
        ([f"{n % 7 + 1},5" for n in range(ROWS)], "holds numbers with decimal commas"),
        ([f"{n % 7 + 1},500" for n in range(ROWS)], "holds groups of thousands"),
        ([f"{n % 7} %" for n in range(ROWS)], "holds numbers with %"),
        ([f"{n % 7} years" for n in range(ROWS)], "holds numbers with years"),
        ([f"2024-01-{n % 28 + 1:02d}" for n in range(ROWS)], "holds dates, such as 2024-01-"),
        ([f"2024-{n % 12 + 1:02d}" for n in range(ROWS)], "holds dates, such as 2024-01"),
        ([f"{n % 12 + 1}/2024" for n in range(ROWS)], "holds dates, such as 01/2024"),
        ([f"{'Jan' if n % 2 else 'Dec'} 2024" for n in range(ROWS)], "holds dates, such as Jan 2"),
    ],
)
def test_what_is_written_in_another_way_is_told(
    read: Read, column: list[object], line: str
) -> None:
    table = table_with(read, a=column)
    found = surveyed(table)
    assert sum(line in note for note in (*table.notes, *found.notes)) == 1
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("name", "column", "line"),
    [
        ("a", list(range(5, ROWS + 5)), "counts the rows: --drop a leaves it out"),
        *((name, [n * n for n in range(ROWS)], "has another number in every row") for name in IDS),
        ("a", [*["1"] * (ROWS - 1), "?"], "is text: 1 of 40 cells are no numbers, first '?' in"),
        ("a", [f"2024-01-{n % 28 + 1:02d}" for n in range(ROWS - 1)] + ["soon"], "are no dates"),
        (
            "a",
            [f"0{n % 9 + 1}/05/2024" for n in range(ROWS)],
            "reads as 01/31/2024, though the day may come first",
        ),
        ("a", [f"{n % 7} kg" for n in range(ROWS - 1)] + ["?"], "1 of 40 cells are no numbers"),
        (
            "a",
            [f"by {n % 30}" for n in range(ROWS)],
            "free text: each different text is a category",
        ),
        ("a", [f"by {n % 30}" for n in range(ROWS)], "30 of them in 40 rows: --drop a leaves it"),
        ("a", [*["1"] * (ROWS - 2), "?", "-"], "--missing '?,-' takes them as missing"),
    ],
)
def test_doubts_are_told_in_a_line_and_the_column_used(
    read: Read, name: str, column: list[object], line: str
) -> None:
    table = table_with(read, **{name: column})
    found = surveyed(table)
    assert list(found.formats) == [name]
    assert sum(line in doubt for doubt in found.doubts) == 1


def test_sentences_are_free_text_though_many_come_again(read: Read) -> None:
    rng = np.random.default_rng(0)
    words = ["fast", "slow", "good", "bad", "box", "came", "late"]
    texts = [" ".join(rng.choice(words, 6)) for _ in range(150)]
    rows = rng.choice(texts, 600)
    table = read(pd.DataFrame({"a": rows, "y": rng.normal(size=600)}).to_csv(index=False))
    (doubt,) = surveyed(table).doubts
    assert "column 'a' looks like free text" in doubt
    few = rng.choice(texts[:50], 600)
    table = read(pd.DataFrame({"a": few, "y": rng.normal(size=600)}).to_csv(index=False))
    assert surveyed(table).doubts == ()


def test_a_copy_of_the_target_is_told(read: Read) -> None:
    rng = np.random.default_rng(0)
    price = rng.normal(100, 10, ROWS).round(3)
    grade = rng.choice(["low", "high"], ROWS)
    frame = pd.DataFrame(
        {
            "cents": (100 * price).round(1),
            "noise": rng.normal(size=ROWS),
            "price": price,
            "code": np.where(grade == "low", 1, 2),
            "grade": grade,
        }
    )
    table = read(frame.to_csv(index=False))
    for target, copy in (("price", "cents"), ("grade", "code")):
        told = [note for note in surveyed(table, target).doubts if "in every row" in note]
        assert told == [
            f"column {copy!r} tells the target {target!r} in every row: --drop {copy} leaves it out"
        ]


def test_an_ordinary_table_is_told_nothing_of(read: Read) -> None:
    rng = np.random.default_rng(1)
    table = table_with(
        read,
        size=rng.normal(size=ROWS).tolist(),
        rooms=rng.integers(1, 9, ROWS).tolist(),
        colour=rng.choice(["red", "blue"], ROWS).tolist(),
    )
    found = surveyed(table)
    assert (*table.notes, *found.notes, *found.doubts) == ()


def test_a_target_that_reads_as_text_is_told(read: Read) -> None:
    table = read("x,y\n" + "1,5\n2,7\n1,7\n2,5\n" * 10 + "3,n/k\n")
    assert "target 'y' reads as text: 1 of 41 cells" in surveyed(table).doubts[0]
