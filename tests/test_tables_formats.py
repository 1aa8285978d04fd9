"""Formats of cells: numbers, dates and texts as people write them, and what a model remembers."""

import datetime
import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglion.tables.cells import Cells
from ganglion.tables.columns import MOST_TEXTS, column_from_fields, fit_column
from ganglion.tables.date_format import PATTERNS, DateFormat
from ganglion.tables.errors import InputError
from ganglion.tables.formats import Format, format_of
from ganglion.tables.number_format import UNITS, NumberFormat
from ganglion.tables.targets import ClassTarget
from ganglion.tables.text_format import TextFormat


def spelled(*texts: str, **settings: Any) -> Cells:
    """Return cells as a CSV file has them."""
    return Cells(values=pd.Series(texts, name="x", dtype=object), **settings)


def typed(values: Any, missing: tuple[str, ...] | None = None, **settings: Any) -> Cells:
    """Return cells as a Parquet file or a frame has them."""
    return Cells(values=pd.Series(values, name="x", **settings), missing=missing, typed=True)


def chosen(cells: Cells) -> Format:
    return format_of(cells, most_texts=MOST_TEXTS)


def numbers_of(cells: Cells) -> list[float]:
    format = chosen(cells)
    assert isinstance(format, NumberFormat)
    return list(format.read(cells))


# numbers


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1", " 2.5 ", "-3e2"], [1, 2.5, -300]),
        (["1,234", "1,234,567.5", "12"], [1234, 1234567.5, 12]),
        (["4,5", "-3,25", "12"], [4.5, -3.25, 12]),
        (["1.234,5", "7,25"], [1234.5, 7.25]),
        (["1 234", "12 345,5"], [1234, 12345.5]),
        (["1'234.50", "2\u2019000"], [1234.5, 2000]),
        (["1\u202f234,5", "2\u00a0000"], [1234.5, 2000]),
        (["50%", "7.5 %"], [50, 7.5]),
        (["$1,500.50", "-$20", "$ 3"], [1500.5, -20, 3]),
        (["1.500,50 €", "20 €"], [1500.5, 20]),
        (["USD 5", "USD 7"], [5, 7]),
        (["40 years", "2.5 years"], [40, 2.5]),
        (["12kg", "1,200 kg"], [12, 1200]),
        (["-3 °C", "17.5°C"], [-3, 17.5]),
        (["80 km/h", "120 km/h"], [80, 120]),
        (["-5 m", "7 m", ""], [-5, 7, np.nan]),
        (["\u22125", "3"], [-5, 3]),
        (["123456789012345678901234", "-2"], [123456789012345678901234.0, -2]),
        (["TRUE", "false"], [1, 0]),
    ],
)
def test_numbers_are_read_as_people_write_them(texts: list[str], numbers: list[float]) -> None:
    assert numbers_of(spelled(*texts)) == pytest.approx(numbers, nan_ok=True, rel=0)


@pytest.mark.parametrize(
    "texts",
    [
        ["1,23,456", "2"],  # groups of two
        ["1.234.5", "2"],
        ["4,5", "4.5"],  # two decimal marks
        ["$5", "5 €"],  # two currencies
        ["5%", "7"],  # a share or a number?
        ["40 years", "6 months"],
        ["40 years", "7"],
        ["5A", "7A"],  # codes
        ["40 years old", "7 years old"],
        ["1_000", "2"],
        ["A1", "A2"],
        ["--1", "2"],
    ],
)
def test_what_is_no_number_in_every_cell_is_text(texts: list[str]) -> None:
    assert isinstance(chosen(spelled(*texts)), TextFormat)


@pytest.mark.parametrize(("decimal", "number"), [(None, 1234), (".", 1234), (",", 1.234)])
def test_the_table_decides_on_a_mark_that_may_be_either(decimal: str | None, number: float) -> None:
    assert numbers_of(spelled("1,234", "5", decimal=decimal)) == [number, 5]


def test_a_points_and_commas_column_needs_no_table() -> None:
    assert numbers_of(spelled("4,5", "1,234", decimal=".")) == [4.5, 1.234]


def test_a_model_reads_the_decimal_mark_of_the_new_table() -> None:
    format = NumberFormat.of(spelled("4.5", "0.25"))
    assert format is not None
    assert format.read(spelled("4,5", "1,234", decimal=",")).tolist() == [4.5, 1.234]
    assert format.read(spelled("1,234.5")).tolist() == [1234.5]


def test_a_number_may_come_without_its_unit_later() -> None:
    format = NumberFormat.of(spelled("5 €", "7 €"))
    assert format is not None
    assert format.read(spelled("5", "7€")).tolist() == [5, 7]
    with pytest.raises(InputError, match=r"'x' must hold numbers, got '5 \$' in row 1"):
        format.read(spelled("5 $"))


def test_a_share_without_its_percent_sign_is_refused() -> None:
    format = NumberFormat.of(spelled("5 %", "7 %"))
    assert format is not None
    with pytest.raises(InputError, match=r"got '0.05' in row 2 \(its numbers are in %\)"):
        format.read(spelled("5%", "0.05"))


def test_zero_begins_no_group_of_thousands() -> None:
    assert numbers_of(spelled("0,700", "0,250")) == [0.7, 0.25]


def test_complex_numbers_are_none() -> None:
    assert isinstance(chosen(typed([1 + 2j, 2j])), TextFormat)


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_stands_before_and_after(unit: str) -> None:
    assert numbers_of(spelled(f"{unit} 1.5", f"-2 {unit}", f"+{unit}3")) == [1.5, -2, 3]


@given(st.lists(st.floats(-1e15, 1e15, allow_subnormal=False), min_size=1))
def test_written_numbers_come_back(numbers: list[float]) -> None:
    for mark, group in ((".", ","), (",", ".")):
        texts = [f"{number:,.3f}" for number in numbers]
        swapped = [text.translate(str.maketrans(".,", f"{mark}{group}")) for text in texts]
        values = NumberFormat(decimal=mark).parse(swapped)  # type: ignore[arg-type]
        np.testing.assert_allclose(values, [float(text.replace(",", "")) for text in texts])


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        ([Decimal("1.50"), None, Decimal(2)], {}),
        ([1.5, np.nan, 2.0], {}),
        ([1.5, None, 2.0], {"dtype": "Float64"}),
        ([1.5, None, 2], {"dtype": object}),
        ([1.5, None, 2.0], {"dtype": "double[pyarrow]"}),
    ],
)
def test_typed_numbers_are_numbers(values: list[object], settings: dict[str, Any]) -> None:
    assert numbers_of(typed(values, **settings)) == pytest.approx([1.5, np.nan, 2], nan_ok=True)


def test_typed_whole_numbers_beyond_64_bits_are_numbers() -> None:
    assert numbers_of(typed([10**30, 1], dtype=object)) == [1e30, 1]


def test_a_length_of_time_is_its_seconds() -> None:
    assert numbers_of(typed(pd.to_timedelta(["1h", "2min"]))) == [3600, 120]


@pytest.mark.parametrize("settings", [{}, {"dtype": object}, {"dtype": "bool[pyarrow]"}])
def test_truth_values_of_a_frame_are_read_from_words_later(settings: dict[str, Any]) -> None:
    format = chosen(typed([True, False], **settings))
    assert isinstance(format, NumberFormat)
    for texts in (("TRUE", "false", ""), ("1", "0", "")):
        assert format.read(spelled(*texts)).tolist() == pytest.approx([1, 0, np.nan], nan_ok=True)


# texts


def test_codes_that_begin_with_a_zero_are_text() -> None:
    assert isinstance(chosen(spelled("007", "101", "012")), TextFormat)
    many = [f"{number:04d}" for number in range(500)]
    assert isinstance(chosen(spelled(*many)), NumberFormat)  # a hundred columns would not hold them


def test_text_of_numbers_in_a_typed_table_stays_text() -> None:
    format = chosen(typed(["1.50", "2"]))
    assert isinstance(format, TextFormat)
    column = fit_column(typed(["1.50", "2", "007", "TRUE"]), format)
    later = column.transform(spelled("2", "007", "1.5", "TRUE"))
    assert later.argmax(axis=1).tolist() == [2, 0, 0, 3]
    assert later.sum(axis=1).tolist() == [1, 1, 0, 1]  # 1.5 is not how it was spelled


def test_text_is_found_by_value_where_the_new_table_has_no_spelling() -> None:
    known = ("007", "1.50", "TRUE", "no")
    assert TextFormat().places(typed([7, 1]), known).tolist() == [0, -1]
    assert TextFormat().places(typed([7.0, 1.5]), known).tolist() == [0, 1]
    assert TextFormat().places(typed([True, False]), known).tolist() == [2, -1]


def test_a_value_that_may_be_two_texts_is_unknown() -> None:
    assert TextFormat().places(typed([7]), ("007", "07")).tolist() == [-1]


@pytest.mark.parametrize("word", ["None", "NA", "null", "nan", "N/A"])
def test_words_for_missing_are_texts_where_they_are_frequent(word: str) -> None:
    frequent = spelled(*[word] * 10, *["brick"] * 90)
    format = chosen(frequent)
    assert isinstance(format, TextFormat)
    assert format.read(frequent)[0] == word
    rare = spelled(word, *["brick", "wood"] * 50, "")
    assert TextFormat.of(rare).read(rare)[0] is None
    assert ClassTarget.fit(frequent).classes == tuple(sorted(["brick", word]))


def test_words_for_missing_that_are_given_are_the_only_ones() -> None:
    cells = spelled("?", "1", "", "2", missing=("?",))
    assert numbers_of(cells) == pytest.approx([np.nan, 1, np.nan, 2], nan_ok=True)
    assert isinstance(chosen(spelled("NA", "1", missing=("?",))), TextFormat)
    for cells in (spelled("-999", "1", missing=("-999",)), typed([-999, 1], missing=("-999",))):
        assert numbers_of(cells) == pytest.approx([np.nan, 1], nan_ok=True)


@pytest.mark.parametrize("classes", [("007", "012"), ("FALSE", "TRUE"), ("1.0", "2.0"), ("-", "+")])
def test_classes_keep_the_spelling_of_the_file(classes: tuple[str, str]) -> None:
    target = ClassTarget.fit(spelled(*classes * 3))
    assert sorted(target.classes) == sorted(classes)
    outputs = np.eye(2, dtype=np.float32)
    assert target.decode(outputs)["x"].tolist() == list(target.classes)


# dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("31.12.2024", "2024-12-31"),
        ("31.12.24", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("31/12/2024", "2024-12-31"),
        ("31-Dec-2024", "2024-12-31"),
        ("31 December 2024", "2024-12-31"),
        ("Dec 31, 2024", "2024-12-31"),
        ("Tue, 31 Dec 2024", "2024-12-31"),
        ("2024-03-05T14:30:00Z", "2024-03-05 14:30"),
        ("2024-03-05T14:30:00.123+02:00", "2024-03-05 14:30"),
        ("2024-03-05 14:30:00+02", "2024-03-05 14:30"),
        ("2024-03-05 14:30", "2024-03-05 14:30"),
        ("3/5/2024 2:30 PM", "2024-03-05 14:30"),
    ],
)
def test_dates_are_read_in_the_usual_spellings(text: str, expected: str) -> None:
    format = chosen(spelled(text, ""))
    assert isinstance(format, DateFormat)
    assert format.read(spelled(text, "")).tolist() == [pd.Timestamp(expected), pd.NaT]


NOW = pd.Timestamp.now().year


def two_digits(*years: int) -> Cells:
    return spelled(*(f"01.02.{year % 100:02d}" for year in years))


@pytest.mark.parametrize(
    "years",
    [
        (1969, 1999, 2000, NOW),  # what was
        (1940, 1958, 1985, 2003),  # births
        (NOW - 58, NOW - 70),  # births of the old alone, all of them ahead by POSIX's rule
        (NOW - 1, NOW + 9),  # what ends some day
        (NOW + 1, NOW + 14),
        (2004, NOW + 25),  # loans
    ],
)
def test_years_of_two_digits_are_of_the_century_that_the_column_tells(
    years: tuple[int, ...],
) -> None:
    cells = two_digits(*years)
    format = chosen(cells)
    assert isinstance(format, DateFormat)
    assert format.read(cells).dt.year.tolist() == list(years)
    again = column_from_fields(json.loads(json.dumps(asdict(fit_column(cells, format)))))
    assert again.format == format


def test_the_century_is_that_of_the_training_in_a_new_table_too() -> None:
    births = chosen(two_digits(1940, 1958, 1985))
    assert isinstance(births, DateFormat)
    assert births.read(two_digits(1944, 2001)).dt.year.tolist() == [1944, 2001]
    assert births.describe() == f"31.01.24, of {NOW - 99} to {NOW}"
    assert births.read(spelled("2001-02-01", "1944-02-01")).dt.year.tolist() == [2001, 1944]


def test_days_of_eight_digits_are_dates_and_other_numbers_are_not() -> None:
    assert isinstance(chosen(spelled("20240131", "20240201", "20231224")), DateFormat)
    assert isinstance(chosen(spelled("20240131", "20240201", "20231324")), NumberFormat)


def test_all_cells_tell_month_and_day_apart() -> None:
    format = DateFormat.of(spelled("03/04/2024", "13/04/2024"))
    assert format is not None
    assert format.pattern == "%d/%m/%Y"


@pytest.mark.parametrize("texts", [["2024-01-01", "soon"], ["10:30", "2024-01-01"], ["1.2.3.4"]])
def test_what_is_no_date_in_every_cell_is_text(texts: list[str]) -> None:
    assert isinstance(chosen(spelled(*texts)), TextFormat)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_reads_what_it_writes(pattern: str) -> None:
    moment = pd.Timestamp("2023-11-28 17:45:00")
    format = DateFormat(pattern=pattern)
    read = format.read(spelled(moment.strftime(pattern)))[0]
    assert read.strftime(pattern) == moment.strftime(pattern)


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2024-03-05 14:30", "NaT"]),
        pd.to_datetime(["2024-03-05 14:30", "NaT"]).tz_localize("Europe/Berlin"),
        [datetime.datetime(2024, 3, 5, 14, 30), None],
    ],
)
def test_typed_moments_are_what_the_clock_on_the_wall_showed(values: Any) -> None:
    format = chosen(typed(values))
    assert isinstance(format, DateFormat)
    assert format.read(typed(values)).tolist() == [pd.Timestamp("2024-03-05 14:30"), pd.NaT]
    assert format.read(spelled("2024-03-05 14:30:00"))[0] == pd.Timestamp("2024-03-05 14:30")


def test_typed_days_are_dates() -> None:
    cells = typed([datetime.date(2024, 3, 5), None], dtype=object)
    assert isinstance(chosen(cells), DateFormat)
    assert fit_column(cells, chosen(cells)).transform(cells).shape[0] == 2


def test_parts_of_a_date_are_numbers_by_the_calendar() -> None:
    cells = spelled("2024-03-05 06:00", "2025-04-06 18:30")
    column = fit_column(cells, chosen(cells))
    assert set(column.parts) == {"days", "year", "month", "day", "weekday", "hour"}  # type: ignore[union-attr]
    means = {part: scaling.mean for part, scaling in column.parts.items()}  # type: ignore[union-attr]
    days = (datetime.date(2025, 4, 6) - datetime.date(2024, 3, 5)).days
    assert means == pytest.approx(
        {
            "days": days / 2,
            "year": 2024.5,
            "month": 3.5,
            "day": 5.5,
            "weekday": (1 + 6) / 2,  # a Tuesday and a Sunday, Monday is 0
            "hour": 12.25,
        }
    )


def test_a_time_of_the_day_is_its_hour() -> None:
    cells = spelled("10:30", "9:15", "23:59")
    column = fit_column(cells, chosen(cells))
    assert set(column.parts) == {"hour"}  # type: ignore[union-attr]


def test_later_dates_may_be_written_in_another_way() -> None:
    column = fit_column(spelled("31.01.2024", "15.02.2024"), DateFormat(pattern="%d.%m.%Y"))
    later = column.transform(spelled("2024-01-31", "2024-02-15"))
    np.testing.assert_array_equal(later, column.transform(spelled("31.01.2024", "15.02.2024")))
    american = DateFormat(pattern="%m/%d/%Y")
    with pytest.raises(InputError, match=r"such as 01/31/2024, got '13/02/2024' in row 1"):
        american.read(spelled("13/02/2024", "05/03/2024"))
    with pytest.raises(InputError, match=r"'x' must hold dates such as 31.01.2024, got 'soon'"):
        column.transform(spelled("soon"))


# records


@pytest.mark.parametrize(
    "cells",
    [
        spelled("5 %", "7 %"),
        spelled("red", "blue", ""),
        spelled("31.01.2024 10:00", "15.02.2024 11:30"),
        typed(pd.to_datetime(["2024-03-05 14:30", "2024-03-06 08:00"])),
    ],
)
def test_a_column_comes_back_from_its_fields(cells: Cells) -> None:
    column = fit_column(cells, chosen(cells))
    again = column_from_fields(json.loads(json.dumps(asdict(column))))
    assert again == column
    np.testing.assert_array_equal(again.transform(cells), column.transform(cells))
