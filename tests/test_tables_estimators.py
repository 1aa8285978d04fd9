"""The estimators of tables: frames as they are, in scikit-learn's ways."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_score

import ganglion as gn
from ganglion.neural_network import MLPClassifier, MLPRegressor
from ganglion.tables import TableClassifier, TableRegressor, columns, networks
from ganglion.tables.networks import SMOOTHING

CITIES = 300
QUICK: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 3, "random_state": 0}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def sales(rows: int = 1200) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Return a table of several kinds of columns, and what depends on the city, size and kind."""
    rng = np.random.default_rng(0)
    city, size, kind = (
        rng.integers(0, CITIES, rows),
        rng.normal(size=rows),
        rng.integers(0, 3, rows),
    )
    target = rng.normal(size=CITIES)[city] + size / 2 + kind + rng.normal(0, 0.3, rows)
    frame = pd.DataFrame(
        {
            "city": [f"city {number}" for number in city],
            "size": np.where(rng.random(rows) < 0.05, np.nan, size),
            "kind": pd.Categorical(np.array(["flat", "house", "land"])[kind]),
            "new": rng.random(rows) < 0.5,
            "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
        }
    )
    frame.loc[::50, "city"] = None
    frame.loc[::70, "sold"] = pd.NaT
    return frame, target


FRAME, TARGET = sales()


@pytest.fixture(scope="module")
def regressor() -> TableRegressor:
    model = TableRegressor(**QUICK)
    model.fit(FRAME, TARGET)
    return model


@pytest.fixture(scope="module")
def classifier() -> TableClassifier:
    model = TableClassifier(**{**QUICK, "max_iter": 20})
    model.fit(FRAME, np.where(TARGET > 1, "dear", "cheap"))
    return model


def test_columns_of_all_kinds_are_taken(regressor: TableRegressor) -> None:
    kinds = {column.name: column.kind for column in regressor.features_.columns}
    assert kinds == {
        "city": "embedded",
        "size": "number",
        "kind": "text",
        "new": "number",
        "sold": "date",
    }
    assert regressor.n_features_in_ == 5
    assert regressor.feature_names_in_.tolist() == list(FRAME)
    assert np.isfinite(regressor.predict(FRAME)).all()


def test_classes_are_predicted_as_they_were_given(classifier: TableClassifier) -> None:
    assert classifier.classes_.tolist() == ["cheap", "dear"]
    shares = classifier.predict_proba(FRAME)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    assert (classifier.predict(FRAME) == classifier.classes_[shares.argmax(axis=1)]).all()
    assert classifier.score(FRAME, np.where(TARGET > 1, "dear", "cheap")) > 0.7


def test_frames_of_other_packages_are_the_same(regressor: TableRegressor) -> None:
    expected = regressor.predict(FRAME)
    for other in (polars.from_pandas(FRAME), pyarrow.Table.from_pandas(FRAME)):
        np.testing.assert_array_equal(regressor.predict(other), expected)
        again = clone(regressor).fit(other, TARGET)
        np.testing.assert_array_equal(again.predict(FRAME), expected)


def test_arrays_of_objects_are_tables() -> None:
    model = TableRegressor(**QUICK).fit(FRAME.to_numpy(dtype=object), TARGET)
    assert [column.kind for column in model.features_.columns].count("embedded") == 1
    assert model.predict(FRAME.to_numpy(dtype=object)).shape == TARGET.shape


@pytest.mark.parametrize(
    ("of_tables", "of_arrays", "own"),
    [
        (TableClassifier, MLPClassifier, {}),
        (TableRegressor, MLPRegressor, {"standardize_target": True}),
    ],
)
def test_a_table_of_numbers_is_learnt_as_by_a_perceptron(
    of_tables: Any, of_arrays: Any, own: dict[str, Any]
) -> None:
    numbers, y = FRAME[["size", "sold"]], np.round(TARGET)
    settings = {**QUICK, "dropout": 0.2, "batch_size": 16}
    table = of_tables(**settings).fit(numbers, y)
    rows = table._encoded(numbers)
    stops = {"early_stopping": True, "early_stopping_metric": "loss", "n_iter_no_change": 20}
    other = of_arrays(**settings, **own, **stops, tol=0.0, alpha=0.0).fit(rows, y)
    np.testing.assert_array_equal(table.predict(numbers), other.predict(rows))
    assert table.loss_curve_ == other.loss_curve_


def test_copies_and_pickles_predict_the_same_bits(classifier: TableClassifier) -> None:
    expected = classifier.predict_proba(FRAME)
    again = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(again.predict_proba(FRAME), expected)
    fitted_again = clone(classifier).fit(FRAME, np.where(TARGET > 1, "dear", "cheap"))
    np.testing.assert_array_equal(fitted_again.predict_proba(FRAME), expected)


def test_rows_are_the_same_bits_alone(regressor: TableRegressor) -> None:
    alone = [regressor.predict(FRAME[row : row + 1])[0] for row in range(20)]
    assert alone == regressor.predict(FRAME)[:20].tolist()


@pytest.mark.parametrize("once", [0, 40])
def test_unknown_texts_have_a_mean_of_all_vectors(
    once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = FRAME.assign(city=[f"c{row % CITIES}" for row in range(len(FRAME))])
    frame.loc[: once - 1, "city"] = [f"once {row}" for row in range(once)]
    model = TableRegressor(**QUICK, early_stopping=False)
    drawn = clone(model).fit(frame, TARGET).model_.get_weights()[0]
    monkeypatch.setattr(networks, "SMOOTHING", 0 if once else 1e-300)
    learnt = model.fit(frame, TARGET).model_.get_weights()[0]
    (column,) = model.features_.embedded
    assert column.rows == CITIES + 1
    np.testing.assert_array_equal(drawn[1:], learnt[1:])
    assert np.count_nonzero(model._encoded(frame)[:, -1] == 0) == once
    mean = learnt[1:].astype(np.float64).mean(axis=0)
    expected = (once * learnt[0] + SMOOTHING * mean) / (once + SMOOTHING)
    np.testing.assert_allclose(drawn[0], expected, rtol=1e-5, atol=1e-7)


def test_unknown_texts_are_predicted_as_the_mean_of_others() -> None:
    model = TableRegressor(random_state=0, max_iter=30).fit(FRAME, TARGET)
    unknown = model.predict(FRAME.assign(city="nowhere"))
    assert abs(unknown.mean() - TARGET.mean()) < 0.2
    without_city = TARGET - model.predict(FRAME) + unknown
    assert np.corrcoef(unknown, without_city)[0, 1] > 0.5  # by the other columns


def test_vectors_do_at_least_as_well_as_one_hot_columns_with_fewer_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame, target = sales(4500)

    def fitted() -> TableRegressor:
        model = TableRegressor(hidden_layer_sizes=(64,), max_iter=60, random_state=0)
        model.fit(frame[:3000], target[:3000])
        return model

    embedding = fitted()
    monkeypatch.setattr(columns, "MOST_TEXTS", 2 * CITIES)
    one_hot = fitted()
    assert not one_hot.features_.embedded
    assert embedding.model_.count_params() < 0.8 * one_hot.model_.count_params()
    scores = [model.score(frame[3000:], target[3000:]) for model in (embedding, one_hot)]
    assert scores[0] >= scores[1] > 0.88


def test_the_network_embeds_and_concatenates(regressor: TableRegressor) -> None:
    net = regressor.model_
    (column,) = regressor.features_.embedded
    assert column.vector_size == round(1.6 * column.rows**0.56)
    embedding, _, joined, *_ = net.layers
    assert embedding == gn.Embedding(column.rows, column.vector_size)
    assert isinstance(joined, gn.Concatenate)
    assert net.input_names == ["columns", "text of city"]


def test_a_table_of_one_column_of_many_texts_will_do() -> None:
    model = TableRegressor(**{**QUICK, "max_iter": 40}).fit(FRAME[["city"]], TARGET)
    assert model.model_.input_names == ["text of city"]
    assert model.score(FRAME[["city"]], TARGET) > 0.2


def test_a_scorer_is_told_of_rows_that_are_encoded() -> None:
    y = TARGET > 1
    held_out = FRAME[:300], y[:300]
    model = TableClassifier(**{**QUICK, "max_iter": 1}, early_stopping_metric="neg_log_loss")
    model.fit(FRAME[300:], y[300:], X_val=held_out[0], y_val=held_out[1])
    expected = -log_loss(held_out[1], model.predict_proba(held_out[0]))
    assert model.validation_scores_ == pytest.approx([expected], abs=0.02)


def test_it_goes_on_from_the_fit_before() -> None:
    model = TableRegressor(**QUICK, warm_start=True, early_stopping=False).fit(FRAME, TARGET)
    first = model.features_
    loss = model.loss_
    model.fit(FRAME[:600], TARGET[:600])
    assert model.features_ is first
    assert model.loss_ < loss
    model.set_params(hidden_layer_sizes=(9,))
    with pytest.raises(ValueError, match=r"hidden_layer_sizes=\(9,\).* is another network"):
        model.fit(FRAME, TARGET)


def test_it_learns_in_parts() -> None:
    model = TableClassifier(**QUICK, early_stopping=False)
    for part in (slice(0, 600), slice(600, 1200)):
        model.partial_fit(FRAME[part], TARGET[part] > 1, classes=[False, True])
    assert model.predict(FRAME).dtype == bool


def test_scikit_learns_tools_take_it() -> None:
    scores = cross_val_score(TableRegressor(**{**QUICK, "max_iter": 20}), FRAME, TARGET, cv=3)
    assert (scores > 0.1).all()


# what is refused, or told


def test_columns_nothing_is_learnt_from_are_told() -> None:
    frame = FRAME.assign(name=[f"row {row}" for row in range(len(FRAME))], empty=None)
    with pytest.warns(UserWarning, match="'name' has another text in every row; it is left out"):
        model = TableRegressor(**QUICK).fit(frame, TARGET)
    assert model.features_.names == [*FRAME.columns.drop("city"), "city"]
    assert model.n_features_in_ == 7
    with pytest.raises(ValueError, match="X has no column to learn from: column 'empty' has no"):
        TableRegressor().fit(frame[["empty"]], TARGET)


def test_columns_must_be_those_of_the_fit(regressor: TableRegressor) -> None:
    with pytest.raises(ValueError, match="feature names should match"):
        regressor.predict(FRAME[FRAME.columns[::-1]])
    with pytest.raises(ValueError, match="feature names should match"):
        regressor.predict(FRAME.drop(columns="size"))


def test_a_cell_that_cannot_be_used_is_told(regressor: TableRegressor) -> None:
    wrong = FRAME.assign(size=FRAME["size"].astype(object))
    wrong.loc[7, "size"] = "large"
    with pytest.raises(ValueError, match="'size' must hold numbers, got 'large' in row 8"):
        regressor.predict(wrong)
    with pytest.raises(ValueError, match="'size' must hold numbers below"):
        regressor.predict(FRAME.assign(size=np.inf))


def test_what_is_not_fitted_says_so() -> None:
    with pytest.raises(NotFittedError):
        TableRegressor().predict(FRAME)
    with pytest.raises(NotFittedError):
        _ = TableRegressor().model_


def test_a_failed_fit_leaves_what_was(regressor: TableRegressor) -> None:
    model = pickle.loads(pickle.dumps(regressor))
    expected = model.predict(FRAME)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(FRAME[["size"]], TARGET[:-1])
    np.testing.assert_array_equal(model.predict(FRAME), expected)
