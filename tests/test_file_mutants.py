"""Mutants of good model files: reading one gives a model or a clear error, at little cost."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mutants
import numpy as np
import pytest

Attempt = Callable[[Path], bool]

MEMORY = 100  # MB that the process may grow by


@dataclass
class Tally:
    """What came of many mutants; memory is how far the process's peak rose while they were read."""

    read: int = 0
    refused: int = 0
    seconds: float = 0.0  # of the processor, for the slowest
    megabytes: float = 0.0  # of all together

    def add(self, attempt: Attempt, path: Path) -> None:
        peak, begin = _peak(), time.process_time()
        good = attempt(path)
        self.seconds = max(self.seconds, time.process_time() - begin)
        self.megabytes += _peak() - peak
        self.read += good
        self.refused += not good


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tally(count: int, seed: int, files: list[bytes], attempt: Attempt, folder: Path) -> Tally:
    """Read so many mutants of files; a failure leaves the mutant in the folder."""
    rng = np.random.default_rng(seed)
    path = folder / "mutant"
    for file in files:  # so that what is imported and kept is there
        path.write_bytes(file)
        assert attempt(path)
    found = Tally()
    for _ in range(count):
        file, other = (files[place] for place in rng.integers(len(files), size=2))
        path.write_bytes(mutants.mutated(file, other, rng))
        found.add(attempt, path)
    return found


def test_mutants_of_networks_are_read_or_refused(tmp_path: Path) -> None:
    files = mutants.networks(tmp_path)
    found = tally(1500, 0, files, mutants.try_network, tmp_path)
    assert found.read > 30
    assert found.refused > 300
    assert found.megabytes < MEMORY


def test_mutants_of_table_models_are_read_or_refused(tmp_path: Path) -> None:
    files = mutants.table_models(tmp_path)
    assert ["embedded" in mutants.kinds_of_columns(file) for file in files] == [False, False, True]
    found = tally(150, 0, files, mutants.try_table_model, tmp_path)
    assert found.read > 5
    assert found.refused > 50
    assert found.megabytes < MEMORY


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "good_files", "attempt"),
    [
        (150_000, mutants.networks, mutants.try_network),
        (50_000, mutants.table_models, mutants.try_table_model),
    ],
    ids=["networks", "table models"],
)
def test_a_great_many_mutants_are_read_or_refused(
    count: int, good_files: Callable[[Path], list[bytes]], attempt: Attempt, tmp_path: Path
) -> None:
    found = tally(count, 1, good_files(tmp_path), attempt, tmp_path)
    assert found.read + found.refused == count
    assert found.megabytes < MEMORY
