"""Rows that a model was trained on, in a table it is measured on: known again, and told."""

from pathlib import Path

import numpy as np
import pytest
from commands import QUICK, run, succeed, write_mixed

import ganglion as gn
from ganglion.tables.seen import MOST, Seen

Rows = tuple[np.ndarray, np.ndarray]


def rows(count: int, seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 3)).astype(np.float32), rng.integers(0, 2, count)


def some(part: Rows, chosen: slice) -> Rows:
    return part[0][chosen], part[1][chosen]


def joined(first: Rows, second: Rows) -> Rows:
    return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_few_rows_are_counted() -> None:
    first, others = rows(MOST), rows(30, seed=1)
    seen = Seen.of(some(first, slice(600)), some(first, slice(600, None)))
    assert seen.all
    assert seen.note(*others) is None
    mixed = joined(some(first, slice(50, 60)), others)
    assert str(seen.note(*mixed)).startswith("10 of 40 rows are among those that the model was tr")
    inputs, targets = some(first, slice(20))
    assert seen.note(inputs, 1 - targets) is None  # another target is another row


def test_the_share_of_many_rows_is_told_from_a_few_hashes() -> None:
    first, others = rows(20_000), rows(20_000, seed=1)
    seen = Seen.of(first)
    assert len(seen.hashes) == MOST
    assert seen.note(*others) is None
    assert str(seen.note(*first)).startswith("about 20000 of 20000 rows are among those")
    half = str(seen.note(*joined(some(first, slice(10_000)), some(others, slice(10_000)))))
    assert half.startswith("about ")
    assert int(half.split()[1]) == pytest.approx(10_000, rel=0.1)


def test_rows_that_come_again_and_again_tell_nothing() -> None:
    inputs, targets = rows(100)
    coarse = inputs[:, :1].round().astype(np.float32)
    again = Seen.of((coarse, targets))
    assert again.hashes == ()
    assert again.note(coarse, targets) is None


def test_rows_seen_come_back_from_their_fields() -> None:
    for count in (10, 3 * MOST):
        seen = Seen.of(rows(count))
        assert Seen.from_fields(seen.to_fields()) == seen


def test_evaluate_tells_of_rows_trained_on_whatever_file_they_are_in() -> None:
    frame = write_mixed("table.csv")
    output = succeed("train", "table.csv", "--target", "kind", *QUICK[:-1])
    trained_on = sum(
        int(output.partition(word)[0].split()[-1]) for word in (" rows to train", " to v")
    )
    line = f"{trained_on} of 120 rows are among those that the model was trained on"
    assert line in run("evaluate", "table.safetensors", "table.csv").stderr
    frame.sample(frac=1.0, random_state=0).to_parquet("other.parquet")
    assert line in run("evaluate", "table.safetensors", "other.parquet").stderr
    with pytest.warns(UserWarning, match=line):
        gn.tables.load("table.safetensors").evaluate(frame)
    new = frame.assign(price=frame["price"] + 0.1)
    new.to_csv("new.csv", index=False)
    assert "trained on" not in run("evaluate", "table.safetensors", "new.csv").stderr
