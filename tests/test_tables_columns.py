"""Columns and targets of tables: what is measured, and what comes out."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ganglion.tables.cells import Cells
from ganglion.tables.columns import MOST_TEXTS, Column, NumberColumn, fit_column
from ganglion.tables.errors import InputError
from ganglion.tables.formats import format_of
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.options import Task
from ganglion.tables.targets import ClassTarget, ValueTarget, choose_task
from ganglion.tables.text_columns import TextColumn
from ganglion.tables.text_format import TextFormat


def cells(values: Any, name: str = "size", **settings: Any) -> Cells:
    return Cells(values=pd.Series(values, name=name, **settings), typed=True)


def fitted(values: Any, **settings: Any) -> Column:
    column = cells(values, **settings)
    return fit_column(column, format_of(column, most_texts=MOST_TEXTS))


# columns


def test_number_column_is_standardised() -> None:
    column = cells([1, 2, 3, 10])
    values = NumberColumn.fit(column, NumberFormat()).transform(column)
    assert values.dtype == np.float32
    assert values.shape == (4, 1)
    np.testing.assert_allclose(values.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(values.std(), 1, atol=1e-6)


def test_missing_number_stands_at_the_median() -> None:
    record = fitted([1.0, 2.0, 9.0, np.nan])
    values = record.transform(cells([np.nan, 2.0]))
    assert values[0] == values[1]


@pytest.mark.parametrize("value", [0.1, 3.0, -1e100])
def test_constant_column_becomes_zero(value: float) -> None:
    np.testing.assert_array_equal(fitted([value] * 7).transform(cells([value] * 7)), 0)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "uint8", "bool", "boolean"])
def test_every_numeric_dtype_is_a_number(dtype: str) -> None:
    column = cells([0, 1, 1, 0], dtype=dtype)
    record = fitted([0, 1, 1, 0], dtype=dtype)
    assert isinstance(record, NumberColumn)
    np.testing.assert_allclose(record.transform(column)[:, 0], [-1, 1, 1, -1])


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e200])
def test_infinite_number_names_its_row(value: float) -> None:
    with pytest.raises(InputError, match=r"'size' must hold numbers below 1e\+150 .* in row 2"):
        fitted([1.0, value, 2.0])


def test_number_far_from_training_is_held_at_five_deviations() -> None:
    far = fitted([1.0, 2.0]).transform(cells([1e100, -1e100, 1.0]))
    assert far.tolist() == [[5.0], [-5.0], [-1.0]]


def test_text_in_a_number_column_names_its_row() -> None:
    with pytest.raises(InputError, match="'size' must hold numbers, got 'big' in row 2"):
        fitted([1.0, 2.0]).transform(cells(["1", "big"]))


def test_text_column_is_one_hot_with_missing_its_own() -> None:
    column = cells(["red", None, "blue"])
    record = fit_column(column, TextFormat())
    assert isinstance(record, TextColumn)
    assert record.texts == (None, "blue", "red")
    expected = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    np.testing.assert_array_equal(record.transform(column), expected)


def test_unseen_text_is_zero_everywhere() -> None:
    record, column = fitted(["red", "blue"]), cells(["green", None])
    np.testing.assert_array_equal(record.transform(column), np.zeros((2, 2)))
    assert record.unknown(column).tolist() == [True, False]


def test_text_column_keeps_its_most_frequent_texts() -> None:
    rare = [f"rare{number:03}" for number in range(MOST_TEXTS + 50)]
    record = fit_column(cells([*rare, "common", "common"]), TextFormat())
    assert isinstance(record, TextColumn)
    assert record.width == MOST_TEXTS
    assert "common" in record.texts
    assert "rare149" not in record.texts


def test_texts_of_whole_floats_and_integers_agree() -> None:
    assert cells([1.0, np.nan, 2.5]).texts().tolist() == ["1", "", "2.5"]
    assert cells([1, 3]).texts().tolist() == ["1", "3"]


def test_a_column_is_described_with_its_unit() -> None:
    weights = Cells(values=pd.Series(["12 kg", "14 kg"], name="weight", dtype=object))
    column = fit_column(weights, format_of(weights, most_texts=MOST_TEXTS))
    assert column.describe() == "number with kg, mean 13, deviation 1"


def test_categorical_column_is_text() -> None:
    assert isinstance(fitted([1, 2, 1], dtype="category"), TextColumn)


# targets


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"], Task.CLASSIFICATION),
        ([True, False], Task.CLASSIFICATION),
        (list(range(20)), Task.CLASSIFICATION),
        (list(range(21)), Task.REGRESSION),
        ([0.0, 1.0], Task.CLASSIFICATION),
        ([3.0, np.nan, 4.0], Task.CLASSIFICATION),
        ([*range(20), None], Task.CLASSIFICATION),
        ([*range(21), None], Task.REGRESSION),
        ([3.0, np.nan, 4.5], Task.REGRESSION),
        (pd.Categorical([1.5, 2.5]), Task.CLASSIFICATION),
    ],
)
def test_task_follows_from_the_target(values: list[object], task: Task) -> None:
    assert choose_task(cells(values)) is task


@pytest.mark.parametrize(
    ("texts", "task"),
    [
        (["3", "", "4"], Task.CLASSIFICATION),
        (["3.0", "", "4.0"], Task.CLASSIFICATION),  # as pandas writes 3 beside a missing cell
        (["-1", "+1"], Task.CLASSIFICATION),
        (["3", "4.0"], Task.REGRESSION),
        (["3.00", "4.50"], Task.REGRESSION),
        (["3e2", "4"], Task.REGRESSION),
        (["3 %", "4 %"], Task.CLASSIFICATION),
    ],
)
def test_task_follows_from_the_texts_of_a_target(texts: list[str], task: Task) -> None:
    assert choose_task(Cells(values=pd.Series(texts, name="y", dtype=object))) is task


@pytest.mark.parametrize("values", [[1, 2, None, 3] * 3, [1.5, 2, None, 3] * 3])
def test_a_frame_and_the_file_of_it_have_one_task(values: list[float | None]) -> None:
    frame = pd.DataFrame({"y": values})
    spelled = pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype=str, na_filter=False)
    whole = [("" if one is None else f"{one:g}") for one in values]
    by_hand = pd.Series(whole, name="y", dtype=object)
    tasks = {choose_task(Cells(values=one)) for one in (spelled["y"], by_hand)}
    assert tasks == {choose_task(cells(values, name="y"))}


def test_number_classes_are_ordered_by_size() -> None:
    assert ClassTarget.fit(cells([10, 9, 10, 1])).classes == ("1", "9", "10")


def test_class_target_reads_labels_back() -> None:
    target = ClassTarget(name="kind", format=TextFormat(), classes=("a", "b", "c"))
    logits = np.array([[0.0, 2.0, 1.0], [9.0, 0.0, 0.0]], np.float32)
    assert target.decode(logits)["kind"].tolist() == ["b", "a"]


def test_class_probabilities_sum_to_one() -> None:
    target = ClassTarget(name="kind", format=TextFormat(), classes=("a", "b"))
    logits = np.array([[1000.0, -1000.0], [0.0, np.log(3.0)]], np.float32)
    frame = target.decode(logits, probabilities=True)
    assert frame.columns.tolist() == ["kind", "probability_a", "probability_b"]
    shares = frame[["probability_a", "probability_b"]].to_numpy(dtype=np.float64)
    np.testing.assert_allclose(shares, [[1.0, 0.0], [0.25, 0.75]], rtol=1e-6)


def test_unknown_class_names_its_row() -> None:
    target = ClassTarget(name="kind", format=TextFormat(), classes=("a", "b"))
    with pytest.raises(InputError, match="class the model does not know: 'c' in row 2"):
        target.encode(cells(["a", "c"]))


@pytest.mark.parametrize("record", [ClassTarget, ValueTarget])
def test_missing_target_names_its_row(record: type[ClassTarget] | type[ValueTarget]) -> None:
    with pytest.raises(InputError, match="'y' is missing in 1 of 3 rows, first in row 2"):
        record.fit(cells([1.0, np.nan, 2.0], name="y"))


def test_single_class_is_refused() -> None:
    with pytest.raises(InputError, match="target 'y' has one class only: 'a'"):
        ClassTarget.fit(cells(["a", "a"], name="y"))


def test_single_value_is_refused() -> None:
    with pytest.raises(InputError, match="target 'y' has one value only: 3"):
        ValueTarget.fit(cells([3.0, 3.0], name="y"))


def test_a_target_of_one_value_in_the_training_rows_is_measured() -> None:
    target = ValueTarget.fit(cells([3.0, 3.0, 4.0]), np.array([0, 1]))
    assert (target.mean, target.scale) == (3.0, 1.0)


def test_dates_are_no_target() -> None:
    with pytest.raises(InputError, match="target 'when' holds dates"):
        choose_task(cells(pd.to_datetime(["2020-01-01", "2021-01-01"]), name="when"))
