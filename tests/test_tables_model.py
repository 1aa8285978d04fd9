"""Models of tables as a person meets them in Python: shown, asked, saved."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pandas as pd
import pytest
from commands import QUICK, refuse, run, succeed, write_mixed

import ganglion as gn


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    frame = write_mixed(str(tmp_path_factory.mktemp("table") / "table.csv"))
    return frame.drop(columns="id").fillna({"size": 0.5, "colour": "green"})


@pytest.fixture(scope="module")
def model(frame: pd.DataFrame) -> gn.tables.TableModel:
    return gn.tables.train(frame, target="kind", hidden=(8,), epochs=3, quiet=True)


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_it_is_shown_in_a_line_or_two(model: gn.tables.TableModel) -> None:
    first, second = repr(model).splitlines()
    assert first == "<TableModel: classification of 'kind' from 'size', 'colour', 'price'"
    assert model.figures is not None
    assert second.startswith(" on test rows: accuracy ")
    assert second.endswith(">")
    model.save("m.safetensors")
    assert repr(gn.tables.load("m.safetensors")) == f"{first}>"


def test_it_tells_its_target_and_task(model: gn.tables.TableModel) -> None:
    assert (model.target, model.task) == ("kind", "classification")


@pytest.mark.parametrize("columns", [True, False])
def test_info_is_that_of_the_command(model: gn.tables.TableModel, columns: bool) -> None:
    model.save("m.safetensors")
    words = ["--columns"] if columns else []
    assert f"{model.info(columns=columns)}\n" == succeed("info", "m.safetensors", *words)


def test_it_and_its_figures_are_not_written_to(model: gn.tables.TableModel) -> None:
    for item in (model, model.figures):
        with pytest.raises(FrozenInstanceError, match="has no field 'foo'"):
            setattr(item, "foo", 1)  # noqa: B010


def test_what_is_not_there_is_answered_with_what_is_meant(model: gn.tables.TableModel) -> None:
    with pytest.raises(AttributeError, match=r"mean predict\(data, probabilities=True\)\?"):
        model.predict_proba  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match=r"'score', did you mean evaluate\?"):
        model.score  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(model, "_missing")


def test_names_to_keep_are_a_list(model: gn.tables.TableModel, frame: pd.DataFrame) -> None:
    assert list(model.predict(frame, keep=["size"])) == ["size", "kind"]
    with pytest.raises(TypeError, match="keep must be a list of names of columns, got 'size'"):
        model.predict(frame, keep="size")


def test_a_name_the_module_lacks_is_answered_with_what_is_meant() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'trian', did you mean ganglion"):
        _ = gn.tables.trian


def test_copies_and_pickles_are_the_same_model(
    model: gn.tables.TableModel, frame: pd.DataFrame
) -> None:
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        pd.testing.assert_frame_equal(again.predict(frame), model.predict(frame))
        assert repr(again) == repr(model)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("table.csv", "table.csv is there and is no model: force overwrites it"),
        ("plain.safetensors", "plain.safetensors is there and is no model"),
        ("price.safetensors", r"of 'price' \(regression\), not of 'kind' \(classification\)"),
    ],
)
def test_saving_spares_what_the_command_spares(
    model: gn.tables.TableModel, frame: pd.DataFrame, name: str, message: str
) -> None:
    frame.to_csv("table.csv", index=False)
    gn.MLP([2, 3, 1]).save("plain.safetensors")
    gn.tables.train(frame, target="price", hidden=(), epochs=1, quiet=True).save(
        "price.safetensors"
    )
    before = Path(name).read_bytes()
    with pytest.raises(gn.tables.InputError, match=message):
        model.save(name)
    assert Path(name).read_bytes() == before
    model.save(name, force=True)
    model.save(name)  # a model of the same target
    assert gn.tables.load(name).target == "kind"


# what is no model


@pytest.mark.parametrize(
    "words", ["predict t.csv u.csv", "evaluate iris digits", "predict t.csv m"]
)
def test_a_table_in_the_models_place_is_told(words: str) -> None:
    for name in ("t.csv", "u.csv"):
        Path(name).write_text("x,y\n1,2\n")
    line = refuse(*words.split())
    table = words.split()[1]
    assert line == f"ganglion: {table} is a table, no model file: MODEL comes first, then DATA\n"


def test_a_table_is_no_model_to_info_and_load() -> None:
    Path("t.csv").write_text("x,y\n1,2\n")
    assert refuse("info", "t.csv") == "ganglion: t.csv is a table, no model file\n"
    with pytest.raises(gn.tables.InputError, match=r"t\.csv is a table, no model file"):
        gn.tables.load("t.csv")
    with pytest.raises(gn.tables.InputError, match=r"no such file: u\.csv"):
        gn.tables.load("u.csv")


def test_a_model_may_be_called_as_tables_are(model: gn.tables.TableModel) -> None:
    model.save("m.csv")
    assert run("info", "m.csv").exit_code == 0
    assert run("train", "iris", *QUICK, "--output", "m.csv").exit_code == 2
