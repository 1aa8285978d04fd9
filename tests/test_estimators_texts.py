"""Text and dates among numbers: the column and the value are told, and what may be done."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ganglion.linear_model import Perceptron
from ganglion.model_selection import fit_many
from ganglion.neural_network import MLPClassifier, MLPRegressor

ROWS = 8
NUMBERS = pd.DataFrame({"area": np.arange(float(ROWS)), "rooms": np.arange(ROWS)})
DISTRICT: list[Any] = ["1.5", "2", "north", *["south"] * (ROWS - 3)]
MIXED = NUMBERS.assign(district=DISTRICT)
Y = np.arange(ROWS) % 2

TABLES: dict[str, Any] = {
    "frame": MIXED,
    "frame of objects": MIXED.astype(object),
    "categories": MIXED.astype({"district": "category"}),
    "polars": pl.DataFrame(MIXED.to_dict("list")),
    "pyarrow": pa.Table.from_pandas(MIXED),
}
ESTIMATORS = [MLPClassifier, MLPRegressor, Perceptron]


@pytest.mark.parametrize("make", ESTIMATORS)
@pytest.mark.parametrize("kind", TABLES)
def test_text_in_a_frame_is_told_by_column_and_value(make: Any, kind: str) -> None:
    said = "X has 'north' at row 2, column 'district', must hold numbers: encode it first"
    with pytest.raises(ValueError, match=said):
        make(max_iter=2).fit(TABLES[kind], Y)


@pytest.mark.parametrize("make", ESTIMATORS)
def test_text_in_an_array_or_a_list_is_told_by_the_columns_number(make: Any) -> None:
    for table in (MIXED.to_numpy(), MIXED.to_numpy().tolist()):
        with pytest.raises(ValueError, match="X has 'north' at row 2, column 2, must hold"):
            make(max_iter=2).fit(table, Y)


@pytest.mark.parametrize("make", ESTIMATORS)
def test_dates_are_told_too(make: Any) -> None:
    frame = NUMBERS.assign(sold=pd.date_range("2024-01-01", periods=ROWS))
    with pytest.raises((TypeError, ValueError), match=r"X has .*2024.* at row 0, column 'sold'"):
        make(max_iter=2).fit(frame, Y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("make", ESTIMATORS)
def test_text_in_a_prediction_is_told_too(make: Any) -> None:
    numbers = NUMBERS.assign(district=1.0)
    net = make(max_iter=2).fit(numbers, Y)
    with pytest.raises(ValueError, match="X has 'north' at row 2, column 'district'"):
        net.predict(MIXED)


@pytest.mark.parametrize("y", [list("abcdefgh"), np.array(list("abcdefgh")), pd.Series(["a"] * 8)])
def test_text_as_targets_of_a_regressor_is_told(y: Any) -> None:
    said = r"a regressor predicts numbers, y has 'a' at row 0 \(classes: MLPClassifier\)"
    with pytest.raises((TypeError, ValueError), match=said):
        MLPRegressor(max_iter=2).fit(NUMBERS, y)
    with pytest.raises((TypeError, ValueError), match=said):
        MLPRegressor(max_iter=2).partial_fit(NUMBERS, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_numbers_written_as_text_are_taken_as_before() -> None:
    words = NUMBERS.assign(area=[str(value) for value in NUMBERS.area]).astype(object)
    nets = [MLPRegressor(max_iter=2, random_state=0).fit(x, Y) for x in (words, NUMBERS)]
    np.testing.assert_array_equal(nets[0].predict(NUMBERS), nets[1].predict(NUMBERS))


@pytest.mark.parametrize("x", [[[1.0], [np.nan]], [[1.0], [None]], [[1.0], [2.0, 3.0]]])
def test_other_errors_stay_scikit_learns(x: Any) -> None:
    with pytest.raises(ValueError, match=r"^(?!X has).*"):
        MLPClassifier().fit(x, [0, 1])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", [object, str])
def test_targets_written_as_text_are_taken_in_arrays_of_either_kind(kind: Any) -> None:
    words = np.array([str(value) for value in Y], dtype=kind)
    nets = [MLPRegressor(max_iter=2, random_state=0).fit(NUMBERS, y) for y in (words, Y)]
    np.testing.assert_array_equal(nets[0].predict(NUMBERS), nets[1].predict(NUMBERS))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_many_fits_say_which_one_failed() -> None:
    nets = [MLPClassifier(max_iter=2), MLPClassifier(max_iter=2, alpha=-1.0)]
    with pytest.raises(ValueError, match="alpha") as caught:
        fit_many(nets, NUMBERS, Y)
    assert caught.value.__notes__ == [f"fit_many: this is estimators[1], {nets[1]!r}"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("make", ESTIMATORS)
def test_text_is_not_blamed_for_what_else_is_wrong(make: Any) -> None:
    fitted = make(max_iter=2).fit(NUMBERS, Y)
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(NUMBERS.rename(columns={"rooms": "floors"}).assign(district=DISTRICT))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        make(max_iter=2).fit(NUMBERS, [*DISTRICT, "north"])
