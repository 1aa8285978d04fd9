"""Every Python block of the documents runs, a document's blocks one after the other."""

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


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


def test_the_guide_says_true_things_about_its_examples() -> None:
    names: dict[str, Any] = {}
    text = (ROOT / "docs/guide.md").read_text()
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "guide", "exec"), names)
    covered = (names["upper"].predict(names["X_sugar"])[:, 0] > names["y_sugar"]).mean()
    assert 0.85 < covered < 0.95
    assert names["net"].evaluate(names["X_test"], names["y_test"])["loss"] < 1
