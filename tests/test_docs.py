"""What the documents show runs: Python blocks one after the other, commands as they stand."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ganglion.cli.app import app

ROOT = Path(__file__).parents[1]


WARNED_OF = pytest.mark.filterwarnings("ignore:column 'garden'. of:UserWarning")  # as it says


@WARNED_OF
@pytest.mark.parametrize("name", ["README.md", "docs/guide.md", "docs/from_scikit_learn.md"])
def test_the_blocks_of_a_document_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    assert blocks
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, name, "exec"), names)


@WARNED_OF
def test_the_guide_says_true_things_about_its_examples() -> None:
    names: dict[str, Any] = {}
    text = (ROOT / "docs/guide.md").read_text()
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "guide", "exec"), names)
    covered = (names["upper"].predict(names["X_sugar"])[:, 0] > names["y_sugar"]).mean()
    assert 0.85 < covered < 0.95
    within = (names["low"] < names["y_sugar"]) & (names["y_sugar"] < names["high"])
    assert 0.75 < within.mean() < 0.85
    assert names["rents"].score(names["flats"][2000:], names["rent"][2000:]) > 0.9
    assert names["net"].evaluate(names["X_test"], names["y_test"])["loss"] < 1


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_the_commands_of_a_document_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / name).read_text()
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    shell = "".join(block for language, block in blocks if not language)
    commands = re.findall(r"^(?:.* && )?ganglion (.*)$", shell, re.MULTILINE)
    assert len(commands) > 2
    for command in commands:
        done = CliRunner().invoke(app, command.split())
        assert done.exit_code == 0, (command, done.output)
    assert (tmp_path / "prices.csv").read_text().startswith("price\n")


def test_the_readmes_command_for_tests_can_compare_with_pytorch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]["test-torch"]
    assert [re.split("[<>=]", one)[0] for one in extra] == ["ganglion[test]", "torch"]
    assert '".[test-torch]"' in (ROOT / "README.md").read_text()
