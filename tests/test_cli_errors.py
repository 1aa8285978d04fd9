"""The command line and bad input: one clear line, exit status 2, no traceback."""

from pathlib import Path

import pandas as pd
import pytest
from commands import QUICK, refuse, run

import ganglion as gn


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


TABLES = {
    "empty.csv": "",
    "header.csv": "x,y\n",
    "missing.csv": "x,gap,y\n" + "1,,a\n2,,b\n" * 20,
    "void.csv": "x,y\n" + "1,\n2,\n" * 20,
    "rare.csv": "x,y\n" + "1,a\n2,b\n" * 20 + "3,c\n",
    "same.csv": "x,y\n" + "1,a\n2,a\n" * 20,
    "tiny.csv": "x,y\n1,1.5\n2,2.5\n",
    "alone.csv": "y\n" + "a\nb\n" * 20,
    "infinite.csv": "x,y\n" + "1,a\ninf,b\n" * 20,
    "notes.txt": "x,y\n1,a\n",
    "broken.parquet": "no parquet",
}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("nowhere.csv --target y", "no such file: nowhere.csv"),
        ("empty.csv --target y", "empty.csv is empty"),
        ("header.csv --target y", "header.csv is empty: it has no rows"),
        ("missing.csv --target z", "no target column 'z'; the columns are 'x', 'gap', 'y'"),
        ("missing.csv --target gab", "no target column 'gab', did you mean 'gap'?"),
        ("missing.csv --target gap", "target 'gap' has no value"),
        ("missing.csv", "name the column to predict with --target"),
        ("missing.csv --target y --drop gaps", "no column 'gaps', did you mean 'gap'?"),
        ("missing.csv --target y --drop y", "--drop names the target 'y'"),
        ("void.csv --target y", "target 'y' has no value"),
        ("rare.csv --target y", "too few rows of class 'c'"),
        ("same.csv --target y", "target 'y' has one class only: 'a'"),
        ("tiny.csv --target y", "cannot split 2 rows with --test-fraction 0.2 and"),
        ("alone.csv --target y", "no column besides the target"),
        ("infinite.csv --target y", "column 'x' must hold numbers below"),
        ("rare.csv --target y --task regression", "column 'y' must hold numbers, got 'a' in row 1"),
        ("notes.txt --target y", "unknown kind of table"),
        ("broken.parquet --target y", "cannot read broken.parquet"),
        ("iris --output nowhere/model.safetensors", "no such folder: nowhere"),
        ("iris --output .", "it is a folder"),
        ("iris --hidden 8,x", "--hidden must be positive sizes such as 128,64, got '8,x'"),
        ("iris --hidden 0", "--hidden must be"),
        ("iris --activation rellu", "--activation: unknown name 'rellu', did you mean 'relu'? Kno"),
        ("iris --activation swiss", "--activation: unknown name 'swiss'"),
        ("iris --activation softmax", "--activation: unknown name 'softmax'"),
        ("iris --hidden 2147483647", "no memory for layers of these sizes (--hidden)"),
        ("iris --epochs 0", "--epochs must be"),
        ("iris --batch-size 0", "--batch-size must be"),
        ("iris --patience 0", "--patience must be"),
        ("iris --learning-rate 0", "--learning-rate must be"),
        ("iris --learning-rate nan", "--learning-rate must be"),
        ("iris --dropout 1", "--dropout must be"),
        ("iris --test-fraction 0", "--test-fraction must be"),
        ("iris --validation-fraction 1", "--validation-fraction must be"),
        ("iris --test-fraction 0.5 --validation-fraction 0.5", "leave no rows to train on"),
        ("iris --test-fraction 0.001", "validation and test need a row for each of the 3 classes"),
        ("iris --seed -1", "--seed must be"),
        ("iris --seed 4294967296", "--seed must be below 2**32"),
    ],
)
def test_bad_training_input_gets_one_line(words: str, message: str) -> None:
    for name, text in TABLES.items():
        Path(name).write_text(text, encoding="utf-8")
    assert message in refuse("train", "--quiet", *words.split())
    assert not list(Path().glob("*.safetensors"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("predict nowhere.safetensors iris", "no such file: nowhere.safetensors"),
        ("evaluate nowhere.safetensors iris", "no such file: nowhere.safetensors"),
        ("info nowhere.safetensors", "no such file: nowhere.safetensors"),
        ("predict text.safetensors iris", "cannot read text.safetensors"),
        ("info text.safetensors", "cannot read text.safetensors"),
        ("predict plain.safetensors iris", "was not written by `ganglion train`"),
        ("predict wrong.safetensors iris", "cannot read wrong.safetensors: "),
        ("predict iris.safetensors nowhere.csv", "no such file: nowhere.csv"),
        ("predict bare.csv iris.safetensors", "they are swapped: MODEL comes before DATA"),
        ("evaluate iris iris.safetensors", "they are swapped: MODEL comes before DATA"),
        ("predict iris.safetensors wine", "wine: no column 'sepal length (cm)'"),
        ("predict iris.safetensors text.csv", "column 'sepal width (cm)' must hold numbers"),
        ("predict iris.safetensors iris --output nowhere/a.csv", "no such folder: nowhere"),
        ("evaluate iris.safetensors bare.csv", "bare.csv: no target column 'target'"),
        ("evaluate iris.safetensors rosa.csv", "a class the model does not know: 'rosa' in row 1"),
        ("predict diabetes.safetensors diabetes --probabilities", "--probabilities needs classes"),
    ],
)
def test_bad_model_or_data_gets_one_line(words: str, message: str) -> None:
    for name in ("iris", "diabetes"):
        assert run("train", name, *QUICK).exit_code == 0
    net = gn.MLP([2, 3, 1])
    net.save("plain.safetensors")
    net.save("wrong.safetensors", metadata={"table": '{"format": 1}'})
    Path("text.safetensors").write_text("not a model", encoding="utf-8")
    columns = [f"{part} {side} (cm)" for part in ("sepal", "petal") for side in ("length", "width")]
    bare = pd.DataFrame(1.5, index=range(3), columns=columns)
    bare.to_csv("bare.csv", index=False)
    bare.assign(target="rosa").to_csv("rosa.csv", index=False)
    bare.assign(**{"sepal width (cm)": "wide"}).to_csv("text.csv", index=False)
    assert message in refuse(*words.split())


def test_a_wrong_activation_is_refused_before_the_table_is_read() -> None:
    assert "--activation: unknown name" in refuse("train", "nowhere.csv", "--activation", "rellu")


@pytest.mark.parametrize(("alias", "name"), [("swish", "silu"), ("linear", "identity")])
def test_activations_have_the_names_of_other_packages_too(alias: str, name: str) -> None:
    given, same = (
        gn.tables.train("iris", activation=one, hidden=(8,), epochs=2, quiet=True)
        for one in (alias, name)
    )
    assert (given.net.parameter_vector == same.net.parameter_vector).all()
    assert given.net.layers == same.net.layers


def test_training_that_diverges_gets_one_line() -> None:
    words = ("--learning-rate", "1e38", "--epochs", "20", "--quiet")
    assert "training failed: " in refuse("train", "diabetes", *words)


@pytest.mark.parametrize("words", [["train"], ["bogus"], ["train", "iris", "--bogus"]])
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
