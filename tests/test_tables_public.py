"""`ganglion.tables` from Python: the path of the commands, on frames and on files."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run, succeed, write_mixed

import ganglion as gn


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def frame() -> pd.DataFrame:
    frame = write_mixed("table.csv").fillna({"size": 0.5, "colour": "green"})
    frame.to_csv("table.csv", index=False)
    return frame.drop(columns="id")


def trained(data: object, **options: object) -> gn.tables.TableModel:
    settings = {"target": "kind", "hidden": (8,), "epochs": 3, "quiet": True, **options}
    return gn.tables.train(data, **settings)  # type: ignore[arg-type]


# what is where


def test_it_is_shown_but_not_imported_until_it_is_asked_for() -> None:
    code = (
        "import sys, ganglion as gn\n"
        "assert 'ganglion.tables' not in sys.modules\n"
        "assert 'tables' in dir(gn) and 'MLP' in dir(gn) and 'importlib' not in dir(gn)\n"
        "assert gn.tables.load and 'pandas' not in sys.modules\n"
        "assert 'TableModel' in dir(gn.tables) and 'pandas' not in sys.modules\n"
        "assert gn.tables.TableModel and 'pandas' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("module", [gn, gn.tables])
def test_what_is_not_there_is_an_attribute_error(module: object) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'table'"):
        module.table  # type: ignore[attr-defined]  # noqa: B018


def test_missing_pandas_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("ganglion.tables.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"needs pandas .*: python -m pip install pandas"):
        gn.tables.load("model.safetensors")


def test_train_shows_its_keywords() -> None:
    signature = inspect.signature(gn.tables.train)
    assert next(iter(signature.parameters)) == "data"
    assert signature.parameters["epochs"].default == 200
    kinds = {one.kind for name, one in signature.parameters.items() if name != "data"}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    for name in signature.parameters:
        assert name == "data" or f"`{name}`" in str(gn.tables.train.__doc__)


# one path


def test_python_and_the_command_train_the_same_model(frame: pd.DataFrame) -> None:
    frame.to_csv("table.csv", index=False)
    words = ("--target", "kind", "--hidden", "8", "--epochs", "3", "--quiet")
    output = succeed("train", "table.csv", *words)
    model = trained("table.csv", output="own.safetensors")
    first, second = (gn.tables.load(f"{name}.safetensors") for name in ("own", "table"))
    assert first.preparation == second.preparation == model.preparation
    np.testing.assert_array_equal(first.net.parameter_vector, second.net.parameter_vector)
    assert model.figures is not None
    assert f"test accuracy: {model.figures.accuracy:.4}" in output  # type: ignore[union-attr]


def test_a_model_of_the_command_predicts_frames_as_it_predicts_files(frame: pd.DataFrame) -> None:
    succeed("train", "table.csv", "--target", "kind", "--drop", "id", "--epochs", "3", "--quiet")
    succeed("predict", "table.safetensors", "table.csv", "--output", "out.csv")
    model = gn.tables.load("table.safetensors")
    assert model.figures is None
    for data in (frame, "table.csv", Path("table.csv")):
        assert model.predict(data)["kind"].tolist() == pd.read_csv("out.csv")["kind"].tolist()


def test_predictions_have_the_index_of_the_frame(frame: pd.DataFrame) -> None:
    model = trained(frame)
    some = frame[frame["price"] > 120]
    predicted = model.predict(some, probabilities=True, keep=["price"])
    pd.testing.assert_index_equal(predicted.index, some.index)
    pd.testing.assert_series_equal(predicted["price"], some["price"])
    assert predicted.columns[1:].tolist() == ["kind", "probability_big", "probability_small"]


def test_a_frame_is_left_as_it_was(frame: pd.DataFrame) -> None:
    before = frame.copy()
    trained(frame).predict(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("separator", [";", "semicolon"])
def test_the_options_that_read_a_file_are_keywords_wherever_a_path_is_read(
    frame: pd.DataFrame, separator: str
) -> None:
    written = frame.assign(size=frame["size"].where(frame["price"] > 101, -1))
    written.to_csv("g.csv", sep=";", decimal=",", encoding="utf-16", index=False, na_rep="?")
    how = {"separator": separator, "decimal": ",", "encoding": "utf-16", "missing": ["?,-1"]}
    model = trained("g.csv", **how)
    frame["size"] = written["size"].replace(-1, None)
    (size, *_), (same, *_) = (
        one.preparation.columns for one in (model, trained(frame.astype({"size": float})))
    )
    assert size.describe() == same.describe()
    with pytest.warns(UserWarning, match="missing"):
        predicted = model.predict("g.csv", **how)  # type: ignore[arg-type]
    with pytest.warns(UserWarning, match="missing"):
        assert predicted["kind"].tolist() == model.predict(frame)["kind"].tolist()
    with pytest.warns(UserWarning, match="trained on"):
        assert model.evaluate("g.csv", **how).rows == 120  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cannot read"):
        model.predict("g.csv", encoding="utf-8")


def test_a_saved_model_comes_back(frame: pd.DataFrame, tmp_path: Path) -> None:
    model = trained(frame)
    model.save(tmp_path / "model.safetensors")
    again = gn.tables.load(str(tmp_path / "model.safetensors"))
    pd.testing.assert_frame_equal(again.predict(frame), model.predict(frame))


def test_frames_of_other_packages_are_taken(frame: pd.DataFrame) -> None:
    polars = pytest.importorskip("polars")
    other = polars.from_pandas(frame)
    model = trained(other)
    assert model.preparation == trained(frame).preparation
    pd.testing.assert_frame_equal(model.predict(other), model.predict(frame))


# results


def test_figures_are_records(frame: pd.DataFrame) -> None:
    model, value_model = trained(frame), trained(frame.drop(columns="kind"), target="price")
    frame[["size", "price"]] += 0.01  # other rows
    frame.loc[:4, "kind"] = None
    figures = model.evaluate(frame)
    assert isinstance(figures, gn.tables.ClassFigures)
    assert (figures.rows, figures.left_out) == (115, 5)
    assert figures.positive == "small"
    assert np.sum(figures.confusion) == 115
    values = value_model.evaluate(frame)
    assert isinstance(values, gn.tables.ValueFigures)
    assert values.rmse >= values.mae > 0


def test_lines_are_told_on_stderr_with_keywords(
    frame: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(frame, quiet=False, epochs=1)
    told = capsys.readouterr()
    assert told.out == ""
    assert "frame: 120 rows, 3 columns, classification of 'kind' in 2 classes" in told.err
    trained(frame)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_doubts_of_a_training_are_one_warning_where_it_was_called(
    frame: pd.DataFrame, quiet: bool
) -> None:
    frame = frame.assign(copy=frame["kind"], row=range(120))
    with pytest.warns(UserWarning, match="drop copy leaves it out") as caught:
        trained(frame, quiet=quiet, epochs=1)
    (warning,) = caught
    assert str(warning.message).splitlines() == [
        "column 'copy' tells the target 'kind' in every row: drop copy leaves it out",
        "column 'row' counts the rows: drop row leaves it out",
    ]
    assert warning.filename == __file__


def test_unknown_and_missing_cells_are_one_warning_in_the_words_of_the_command(
    frame: pd.DataFrame,
) -> None:
    trained(frame, output="model.safetensors")
    model = gn.tables.load("model.safetensors")
    frame[["size", "price"]] += 0.01  # other rows
    frame.loc[3, "colour"] = "pink"
    frame.loc[[5, 9], "size"] = None
    frame.to_csv("new.csv", index=False)
    lines = run("evaluate", "model.safetensors", "new.csv").stderr.splitlines()
    assert lines == [
        "column 'size': of 120 cells 2 missing, first in row 6",
        "column 'colour': of 120 cells 1 unknown, first 'pink' in row 4",
    ]
    assert run("predict", "model.safetensors", "new.csv").stderr.splitlines() == lines
    for use in (model.predict, model.evaluate):
        for data in (frame, "new.csv"):
            with pytest.warns(UserWarning, match="missing") as caught:
                use(data)
            (warning,) = caught
            assert str(warning.message).splitlines() == lines
            assert warning.filename == __file__


# errors


def test_unknown_arguments_are_answered_with_the_one_that_is_meant(frame: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match=r"train: unknown argument 'epoch', did you mean 'epochs'"):
        trained(frame, epoch=3)
    with pytest.raises(TypeError, match=r"'random_state', did you mean 'seed'"):
        trained(frame, random_state=3)
    with pytest.raises(TypeError, match=r"'hidden_layer_sizes', did you mean 'hidden'"):
        trained(frame, hidden_layer_sizes=(3,))
    with pytest.raises(TypeError, match=r"train: 2 arguments by position, it takes 1 \(data\)"):
        gn.tables.train(frame, "kind")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"'probability', did you mean 'probabilities'"):
        trained(frame).predict(frame, probability=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"load: unknown argument 'file'.* Known: path"):
        gn.tables.load(file="model")  # type: ignore[call-arg]
    for take in (trained, trained(frame).predict, trained(frame).evaluate):
        with pytest.raises(TypeError, match=r"unknown argument 'sep', did you mean 'separator'"):
            take(frame, sep=";")  # type: ignore[call-arg]


def test_words_with_dashes_that_are_no_options_are_left_as_they_are(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"no such file: my --odd table\.csv"):
        gn.tables.train("my --odd table.csv", target="kind")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number, one or more, got 0"),
        ({"batch_size": "many"}, "batch_size must be a whole number, one or more, got 'many'"),
        ({"hidden": 8}, "hidden must be a list of sizes, got 8"),
        ({"hidden": [8, 0]}, "hidden must be a whole number from 1 .*, got 0"),
        ({"drop": "price"}, "drop must be a list of names of columns, got 'price'"),
        ({"drop": ["prise"]}, "the frame: no column 'prise', did you mean 'price'?"),
        ({"drop": [3]}, "drop must be the name of a column, got 3"),
        ({"target": 3}, "target must be the name of a column, got 3"),
        ({"separator": ";;"}, "separator must be one sign, or comma, .*, got ';;'"),
        ({"separator": [";"]}, r"separator must be a text, got \[';'\]"),
        ({"decimal": "x"}, "decimal must be '.' or ',', got 'x'"),
        ({"encoding": "utf-9"}, "encoding: Python knows no encoding 'utf-9'"),
        ({"missing": "NA"}, "missing must be a list of words, got 'NA'"),
        ({"missing": [7]}, r"missing must be a list of words, got \[7\]"),
        ({"search": "yes"}, "search must be True or False, got 'yes'"),
        ({"task": "regress"}, "task must be one of classification, regression, got 'regress'"),
        ({"class_weight": "equal"}, "class_weight must be balanced or left out, got 'equal'"),
        ({"target": None}, "name the column to predict with target; the frame has 'size'"),
        ({"target": "kynd"}, "no target column 'kynd', did you mean 'kind'?"),
        ({"output": "nowhere/model"}, "cannot write nowhere/model: no such folder: nowhere"),
        ({"report": "nowhere/page"}, "cannot write nowhere/page: no such folder: nowhere"),
        ({"output": "table.csv"}, "table.csv is there and is no model: force overwrites it"),
    ],
)
def test_bad_options_are_value_errors(
    frame: pd.DataFrame, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        trained(frame, **options)
    assert isinstance(caught.value, gn.tables.InputError)


def test_bad_data_is_refused(frame: pd.DataFrame) -> None:
    model = trained(frame)
    with pytest.raises(ValueError, match=r"no such file: nowhere\.csv"):
        model.predict("nowhere.csv")
    with pytest.raises(ValueError, match="the frame: no column 'size'"):
        model.predict(frame.drop(columns="size"))
    with pytest.raises(ValueError, match="the frame: no target column 'kind'"):
        model.evaluate(frame.drop(columns="kind"))
    with pytest.raises(ValueError, match="the frame is empty"):
        model.predict(frame[:0])
    with pytest.raises(TypeError, match=r"data must be a path, .* or a frame, got <class 'int'>"):
        model.predict(7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="keep 'kind' is what a column of the predictions"):
        model.predict(frame, keep=["kind"])


def test_a_file_that_is_no_model_is_refused() -> None:
    Path("text").write_text("no model")
    with pytest.raises(ValueError, match="cannot read text"):
        gn.tables.load("text")
