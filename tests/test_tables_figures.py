"""Figures of the command line: right beside scikit-learn's, with a baseline, in plain numbers."""

import numpy as np
import pandas as pd
import pytest
from commands import QUICK, figure, refuse, succeed, write_mixed
from numpy.typing import NDArray
from sklearn import metrics

from ganglion.tables.cells import Cells
from ganglion.tables.figures import ClassFigures, ValueFigures, measure
from ganglion.tables.targets import ClassTarget, ValueTarget
from ganglion.tables.text_format import TextFormat
from ganglion.tables.wording import places_of_float32, plain


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))


def class_figures(
    classes: tuple[str, ...], logits: NDArray[np.float64], true: NDArray[np.int64]
) -> ClassFigures:
    target = ClassTarget(name="kind", format=TextFormat(), classes=classes)
    figures = measure(target, logits, true)
    assert isinstance(figures, ClassFigures)
    return figures


def shares_of(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = np.exp(logits)
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def test_figures_of_two_classes_are_those_of_the_second(rng: np.random.Generator) -> None:
    logits, true = rng.normal(size=(60, 2)), (rng.random(60) < 0.3).astype(np.int64)
    said, share = logits.argmax(axis=1), shares_of(logits)[:, 1]
    figures = class_figures(("no", "yes"), logits, true)
    assert figures.named() == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(true, said),
            "log loss": metrics.log_loss(true, share),
            "F1 of 'yes'": metrics.f1_score(true, said),
            "precision of 'yes'": metrics.precision_score(true, said),
            "recall of 'yes'": metrics.recall_score(true, said),
            "AUC": metrics.roc_auc_score(true, share),
        }
    )
    np.testing.assert_array_equal(figures.confusion, metrics.confusion_matrix(true, said))


def test_figures_of_several_classes_are_their_mean(rng: np.random.Generator) -> None:
    logits, true = rng.normal(size=(60, 3)), rng.integers(0, 3, 60)
    said, shares = logits.argmax(axis=1), shares_of(logits)
    figures = class_figures(("a", "b", "c"), logits, true)
    assert figures.named() == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(true, said),
            "log loss": metrics.log_loss(true, shares),
            "macro F1": metrics.f1_score(true, said, average="macro"),
            "macro precision": metrics.precision_score(true, said, average="macro"),
            "macro recall": metrics.recall_score(true, said, average="macro"),
            "macro AUC": metrics.roc_auc_score(true, shares, multi_class="ovr"),
        }
    )
    np.testing.assert_array_equal(figures.confusion, metrics.confusion_matrix(true, said))


def test_rows_may_lack_a_class(rng: np.random.Generator) -> None:
    logits, true = rng.normal(size=(30, 3)), rng.integers(0, 2, 30)
    figures = class_figures(("a", "b", "c"), logits, true)
    shares = shares_of(logits)
    each = [metrics.roc_auc_score(true == number, shares[:, number]) for number in (0, 1)]
    assert figures.auc == pytest.approx(np.mean(each))
    assert len(figures.confusion) == 3
    assert figures.confusion[2] == (0, 0, 0)
    assert np.isnan(class_figures(("a", "b", "c"), logits, np.zeros(30, np.int64)).auc)


def test_the_baseline_of_classes_is_the_most_frequent_one(rng: np.random.Generator) -> None:
    true = np.array([0] * 20 + [1] * 30 + [2] * 10)
    figures = class_figures(("a", "b", "c"), rng.normal(size=(60, 3)), true)
    assert figures.constant == "b"
    assert figures.baseline is not None
    assert figures.baseline.accuracy == 0.5
    assert figures.baseline.recall == pytest.approx(1 / 3)
    assert figures.baseline.auc == 0.5
    shares = np.array([1 / 3, 1 / 2, 1 / 6])
    assert figures.baseline.log_loss == pytest.approx(-np.sum(shares * np.log(shares)))
    assert figures.baseline.baseline is None


def test_figures_of_values_match_scikit_learn_in_own_units(rng: np.random.Generator) -> None:
    true = rng.normal(1000, 50, 40)
    column = Cells(values=pd.Series(true, name="price"))
    target = ValueTarget.fit(column)
    outputs = target.encode(column) + rng.normal(0, 0.3, (40, 1))
    predicted = target.decode(outputs)["price"]
    figures = measure(target, outputs, target.encode(column))
    assert isinstance(figures, ValueFigures)
    assert figures.named() == pytest.approx(
        {
            "MAE": metrics.mean_absolute_error(true, predicted),
            "RMSE": metrics.root_mean_squared_error(true, predicted),
            "R2": metrics.r2_score(true, predicted),
        },
        rel=1e-4,
    )
    assert figures.baseline is not None
    assert figures.baseline.named() == pytest.approx(
        {"MAE": np.abs(true - true.mean()).mean(), "RMSE": true.std(), "R2": 0}, rel=1e-4, abs=1e-9
    )


def test_pairs_that_are_confused_come_most_frequent_first() -> None:
    logits = np.eye(3)[[0, 1, 1, 1, 2, 0, 2]]
    figures = class_figures(("a", "b", "c"), logits, np.array([0, 0, 0, 1, 2, 2, 1]))
    assert figures.most_confused(2) == [("a", "b", 2), ("b", "c", 1)]


# numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (85480.3, "85480"),
        (85487.9, "85490"),
        (1234567.0, "1235000"),
        (0.000012345, "0.00001234"),
        (0.9666666, "0.9667"),
        (1.0, "1"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (2e30, "2000000000000000000000000000000"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_written_without_an_exponent(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("scale", "places"), [(1.0, 7), (0.5, 7), (10.0, 6), (80_000.0, 2), (1e9, -2), (1e-9, 16)]
)
def test_places_of_predictions_are_those_of_float32(scale: float, places: int) -> None:
    assert places_of_float32(scale) == places
    assert 10.0**-places <= 10 * scale * np.finfo(np.float32).eps


@pytest.mark.parametrize(("mean", "scale"), [(185_000.0, 80_000.0), (1e9, 1.0), (0.0, 3e-7)])
def test_predictions_have_the_digits_of_float32_and_no_more(mean: float, scale: float) -> None:
    values = pd.Series([mean - scale, mean + scale], name="y")
    target = ValueTarget.fit(Cells(values=values))
    outputs = np.array([[0.123456789], [-1.7654321]], np.float32)
    for value, output in zip(target.decode(outputs)["y"], outputs[:, 0], strict=True):
        assert value == pytest.approx(mean + scale * float(output), abs=scale * 1e-6)
        assert value == round(value, places_of_float32(target.scale))


# commands


def test_train_and_evaluate_show_the_confusion_matrix_and_a_baseline() -> None:
    write_mixed("table.csv")
    words = ("--target", "kind", "--drop", "price", "--epochs", "30")
    output = succeed("train", "table.csv", *words)
    for shown in (output, succeed("evaluate", "table.safetensors", "table.csv")):
        assert figure(shown, "F1 of 'small'") > 0.9
        assert figure(shown, "AUC") > 0.9
        assert "accuracy: " in shown
        assert ", baseline 0.5" in shown
        assert "baseline: 'big' for every row" in shown or "baseline: 'small' for every" in shown
        matrix = shown[shown.index("rows: classes; columns: what they were said to be") :]
        assert [line.split()[0] for line in matrix.splitlines()[1:]] == ["big", "big", "small"]
    rows = [line.split()[1:] for line in matrix.splitlines()[2:]]
    assert sum(int(cell) for row in rows for cell in row) == 120


def test_figures_of_large_values_are_plain_numbers() -> None:
    frame = write_mixed("table.csv")
    frame.assign(price=frame["price"] * 1e6).to_csv("table.csv", index=False)
    output = succeed("train", "table.csv", "--target", "price", *QUICK)
    mae = output.partition("test MAE: ")[2].split(",")[0]
    assert mae.isdigit()
    assert float(mae) > 1e5
    assert "baseline: the mean for every row" in succeed(
        "evaluate", "table.safetensors", "table.csv"
    )
    predicted = succeed("predict", "table.safetensors", "table.csv").splitlines()[1:]
    assert max(len(value.replace(".", "").rstrip("0")) for value in predicted) <= 10


def test_probabilities_have_the_digits_of_float32() -> None:
    succeed("train", "iris", *QUICK)
    lines = succeed("predict", "iris.safetensors", "iris", "--probabilities").splitlines()[1:]
    digits = [
        cell.partition("e")[0].strip("0.").replace(".", "")
        for line in lines
        for cell in line.split(",")[1:]
    ]
    assert max(map(len, digits)) <= 9


def test_balanced_weights_find_more_of_a_rare_class(rng: np.random.Generator) -> None:
    rare = rng.random(600) < 0.06
    frame = pd.DataFrame({"x": rng.normal(size=600) + 1.2 * rare, "y": np.where(rare, "yes", "no")})
    frame.to_csv("rare.csv", index=False)
    words = ("--target", "y", "--epochs", "60", "--hidden", "8", "--dropout", "0", "--quiet")
    plain_recall = figure(succeed("train", "rare.csv", *words), "recall of 'yes'")
    balanced = succeed("train", "rare.csv", *words, "--class-weight", "balanced")
    assert figure(balanced, "recall of 'yes'") > plain_recall + 0.3


def test_balanced_weights_need_classes() -> None:
    line = refuse("train", "diabetes", "--class-weight", "balanced")
    assert "--class-weight needs classes, target 'target' is a number" in line
