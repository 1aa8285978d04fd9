"""The sample tables of houses that come with the package."""

import subprocess
import sys
from pathlib import Path

import pytest

from ganglion.tables import reading
from ganglion.tables.bundled import SAMPLES
from ganglion.tables.reading import read_table

ROOT = Path(__file__).parents[1]
FOLDER = Path(reading.__file__).parent / "samples"


def test_they_are_what_their_program_makes() -> None:
    program = ROOT / "tools" / "make_houses.py"
    subprocess.run([sys.executable, str(program), "--check"], check=True)


def test_they_are_small() -> None:
    sizes = {path.stem: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes.keys() == SAMPLES.keys()
    assert sum(sizes.values()) < 60_000


@pytest.mark.parametrize("name", SAMPLES)
def test_they_are_read_as_the_file_of_that_name_is(name: str) -> None:
    table, file = read_table(name), read_table(str(FOLDER / f"{name}.csv"))
    assert table.frame.equals(file.frame)
    assert (table.name, table.source, table.target) == (name, name, SAMPLES[name])
    assert (table.dialect, table.typed, table.notes) == (file.dialect, file.typed, ())


def test_they_have_what_real_tables_have() -> None:
    houses, new = read_table("houses").frame, read_table("new_houses").frame
    assert [*new.columns, "price"] == list(houses.columns)
    assert houses["price"].notna().all()
    gaps = ["garden", "built", "heating", "to_centre"]
    assert [name for name in houses if houses[name].isin(["", None]).any()] == gaps
