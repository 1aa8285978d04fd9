"""The command line: what every command does."""

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import QUICK, figure, run, succeed, write_mixed

import ganglion as gn


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# train


def test_train_digits_reaches_97_percent() -> None:
    output = succeed("train", "digits")
    assert figure(output, "accuracy") >= 0.97
    labels = pd.read_csv(StringIO(succeed("predict", "digits.safetensors", "digits")))
    assert labels["target"].isin(range(10)).all()
    assert len(labels) == 1797


def test_train_shows_rows_epochs_and_figures() -> None:
    output = succeed("train", "iris", "--epochs", "3")
    assert "iris: 150 rows, 4 columns, classification of 'target' in 3 classes" in output
    assert "105 rows to train, 15 to validate, 30 to test; 4 inputs" in output
    assert "trained 3 epochs, best was epoch" in output
    assert "test accuracy: " in output
    assert "wrote iris.safetensors" in output


def test_train_shows_a_progress_bar_on_stderr() -> None:
    result = run("train", "iris", "--epochs", "3")
    assert "3/3" in result.stderr
    assert "3/3" not in result.stdout


def test_quiet_train_prints_the_figures_only() -> None:
    result = run("train", "iris", *QUICK)
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "test accuracy",
        "test log loss",
        "test macro F1",
        "test macro precision",
        "test macro recall",
        "test macro AUC",
    ]
    assert result.stderr == ""


def test_train_stops_early() -> None:
    output = succeed("train", "wine", "--patience", "2", "--learning-rate", "0.05")
    epochs = int(output.partition("trained ")[2].split()[0])
    assert epochs < 200


def test_train_repeats_itself() -> None:
    first = succeed("train", "iris", *QUICK, "--seed", "5")
    assert succeed("train", "iris", *QUICK, "--seed", "5") == first


@pytest.mark.parametrize("name", ["wine", "breast_cancer"])
def test_train_learns_a_bundled_classification(name: str) -> None:
    assert figure(succeed("train", name, "--epochs", "30", "--quiet"), "accuracy") >= 0.9


def test_train_learns_the_bundled_regression() -> None:
    output = succeed("train", "diabetes", "--quiet")
    assert figure(output, "R2") > 0.2
    assert 30 < figure(output, "MAE") < 70  # in the target's units, 25 to 346


@pytest.mark.parametrize("path", ["table.csv", "table.parquet"])
def test_train_takes_text_and_missing_cells(path: str) -> None:
    write_mixed(path)
    output = succeed("train", path, "--target", "kind", "--drop", "id", "--drop", "price")
    assert "2 columns, classification of 'kind' in 2 classes" in output
    assert "; 4 inputs" in output  # size; blue, red, missing
    assert figure(output, "accuracy") >= 0.9


def test_train_tells_of_cells_that_are_no_numbers() -> None:
    frame = write_mixed("table.csv")
    frame["size"] = frame["size"].astype(object)
    frame.loc[7, "size"] = "n/a?"
    frame.to_csv("table.csv", index=False)
    words = ("--target", "kind", "--drop", "id", "--epochs", "2")
    for quiet in ([], ["--quiet"]):
        told = run("train", "table.csv", *words, *quiet).stderr
        assert "column 'size' is text, another in every row: 1 of " in told
        assert "cells are no numbers, first 'n/a?' in row 8" in told
        assert told.count("is text") == 1


def test_quiet_train_tells_doubts_and_not_how_columns_are_written() -> None:
    frame = write_mixed("table.csv").assign(day="2024-01-31", copy=lambda one: one["kind"])
    frame.to_csv("table.csv", index=False, sep=";")
    done = run("train", "table.csv", "--target", "kind", *QUICK)
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "column 'id' has another text in every row; it is left out",
        "column 'copy' tells the target 'kind' in every row",
    ]
    loud = run("train", "table.csv", "--target", "kind", *QUICK[:-1])
    assert "table.csv: the separator is a semicolon" in loud.stdout
    assert "column 'day' holds dates, such as 2024-01-31" in loud.stdout
    assert "in every row" not in loud.stdout
    assert "in every row" in loud.stderr


def test_train_picks_regression_for_a_float_target() -> None:
    write_mixed("table.csv")
    words = ("--target", "price", "--drop", "id", "--epochs", "60", "--quiet")
    output = succeed("train", "table.csv", *words)
    assert figure(output, "RMSE") < 25  # the spread is 25


def test_search_prints_a_table_and_keeps_the_best() -> None:
    words = ("--epochs", "5", "--hidden", "8,4", "--learning-rate", "0.003", "--dropout", "0.1")
    output = succeed("train", "iris", "--search", *words)
    assert "search: 12 networks" in output
    table = output[output.index("hidden learning rate") : output.index("the first is kept")]
    lines = [line.split() for line in table.splitlines()[1:]]
    assert len(lines) == 12
    assert "the choice flatters its validation figures, not those on the test rows" in output
    assert {line[0] for line in lines} == {"64", "8,4"}
    assert {line[1] for line in lines} == {"0.001", "0.003", "0.009"}
    assert {line[2] for line in lines} == {"0.0", "0.1"}
    losses = [float(line[4]) for line in lines]
    assert losses == sorted(losses)
    assert f"Dense({lines[0][0].split(',')[0]}, relu)" in succeed("info", "iris.safetensors")
    again = succeed("train", "iris", "--search", *words, "--quiet")
    told = [line for line in output.splitlines() if line.startswith("test ")]
    assert again.splitlines() == told  # the same


def test_a_network_that_diverges_does_not_end_a_search() -> None:
    words = ("--search", "--epochs", "3", "--dropout", "0", "--hidden", "", "--learning-rate")
    all_diverge = run("train", "iris", *words, "1e38")
    assert all_diverge.exit_code == 2
    assert "training failed: Solver produced non-finite" in all_diverge.stderr
    output = succeed("train", "iris", *words, "1e18")  # three times that is too much for 64 units
    assert "1 more failed: Solver produced non-finite" in output


def test_search_of_a_regression_needs_no_layers() -> None:
    output = succeed("train", "diabetes", "--search", "--epochs", "3", "--hidden", "")
    assert "validation R2" in output
    assert " none " in output


def test_task_overrides_the_rule() -> None:
    assert "R2" in succeed("train", "digits", "--task", "regression", *QUICK)


def test_no_hidden_layer_is_allowed() -> None:
    words = ("--hidden", "", "--epochs", "60", "--quiet")
    assert figure(succeed("train", "iris", *words), "accuracy") > 0.5


# predict, evaluate, info


def test_predict_writes_a_file() -> None:
    succeed("train", "iris", *QUICK)
    assert succeed("predict", "iris.safetensors", "iris", "--output", "out.csv") == ""
    assert set(pd.read_csv("out.csv")["target"]) <= {"setosa", "versicolor", "virginica"}


def test_predict_gives_probabilities() -> None:
    succeed("train", "iris", *QUICK)
    output = succeed("predict", "iris.safetensors", "iris", "--probabilities")
    frame = pd.read_csv(StringIO(output))
    assert frame.columns.tolist() == [
        "target",
        "probability_setosa",
        "probability_versicolor",
        "probability_virginica",
    ]
    np.testing.assert_allclose(frame.iloc[:, 1:].sum(axis=1), 1, rtol=1e-6)  # float32's digits


def test_predict_needs_no_target_column() -> None:
    write_mixed("table.csv")
    succeed("train", "table.csv", "--target", "kind", *QUICK)
    pd.read_csv("table.csv").drop(columns="kind").to_csv("new.csv", index=False)
    whole = succeed("predict", "table.safetensors", "table.csv")
    assert succeed("predict", "table.safetensors", "new.csv") == whole


def test_predict_gives_values_in_the_target_units() -> None:
    succeed("train", "diabetes", "--quiet")
    values = pd.read_csv(StringIO(succeed("predict", "diabetes.safetensors", "diabetes")))
    assert 100 < values["target"].mean() < 200


def test_evaluate_agrees_with_the_predictions() -> None:
    succeed("train", "iris", *QUICK)
    output = succeed("evaluate", "iris.safetensors", "iris")
    labels = pd.read_csv(StringIO(succeed("predict", "iris.safetensors", "iris")))["target"]
    true = np.repeat(["setosa", "versicolor", "virginica"], 50)
    assert figure(output, "accuracy") == pytest.approx((labels == true).mean(), abs=1e-4)


def test_info_tells_layers_columns_and_versions() -> None:
    succeed("train", "iris", *QUICK)
    output = succeed("info", "iris.safetensors", "--columns")
    assert "Dense" in output
    assert "None" not in output.splitlines()
    assert "classification: target, one of setosa, versicolor, virginica" in output
    assert "petal width (cm): number, mean 1." in output
    assert f"ganglion {gn.__version__}" in output


def test_info_tells_a_model_without_a_table() -> None:
    gn.MLP([2, 3, 1]).save("plain.safetensors")
    output = succeed("info", "plain.safetensors")
    assert "Dense" in output
    assert "no table" in output
