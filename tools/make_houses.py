"""Make the sample tables of houses that come with the package: invented sales, and houses to price.

A house is built, has a size and a place, and is sold one day; its logarithm of the price is a sum
of what these are worth, with two things that a sum of columns does not say: a garden is worth more
in the centre, and old houses are worth something again. Noise of 6 % is what nobody can learn.
Some cells are missing, as they are in such tables.

Usage:
    python tools/make_houses.py            # write the tables
    python tools/make_houses.py --check    # exit with 1 unless they are exactly these
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).resolve().parents[1] / "python" / "ganglion" / "tables" / "samples"
SOLD, TO_PRICE = 800, 40
COLUMNS = (
    "sold", "district", "kind", "living_area", "garden", "rooms", "built", "heating", "garage",
    "to_centre", "price",
)  # fmt: skip
DISTRICTS = {"Altstadt": 0.35, "Hafen": 0.15, "Nordend": 0.0, "Seeblick": 0.25, "Südfeld": -0.1}
KINDS = {"flat": 0.05, "terraced": 0.0, "semi-detached": 0.04, "detached": 0.12}
HEATINGS = {"gas": 0.0, "oil": -0.05, "district": 0.02, "heat pump": 0.06}
FIRST_DAY, DAYS = date(2021, 1, 1), 4 * 365
MISSING = {"garden": 0.04, "built": 0.05, "heating": 0.08, "to_centre": 0.02}  # part of the cells

Row = dict[str, object]


def house(rng: np.random.Generator) -> Row:
    """Return a house, sold at its price."""
    day = int(rng.integers(DAYS))
    district = str(rng.choice(list(DISTRICTS)))
    kind = str(rng.choice(list(KINDS), p=[0.4, 0.25, 0.15, 0.2]))
    area = float(rng.normal(75 if kind == "flat" else 130, 22))
    area = round(max(area, 30))
    garden = 0 if kind == "flat" else round(max(float(rng.normal(280, 130)), 40))
    rooms = max(1, round(area / 27 + float(rng.normal(0, 0.7))))
    built = int(rng.integers(1890, 2021))
    heating = str(rng.choice(list(HEATINGS), p=[0.45, 0.2, 0.2, 0.15]))
    garage = bool(rng.random() < (0.25 if kind == "flat" else 0.6))
    to_centre = round(float(rng.gamma(2.5, 1.6)) + 0.2, 1)
    worth = (
        12.4
        + 0.85 * np.log(area / 100)
        + DISTRICTS[district]
        + KINDS[kind]
        + HEATINGS[heating]
        + 0.05 * garage
        + 0.09 * day / 365
        + 0.02 * np.sin(2 * np.pi * day / 365)  # spring is dearer
        - 0.05 * to_centre
        + garden / 1000 * np.exp(-to_centre / 4)
        + 0.25 * ((built - 1955) / 65) ** 2
        + rng.normal(0, 0.06)
    )
    return {
        "sold": (FIRST_DAY + timedelta(days=day)).isoformat(),
        "district": district,
        "kind": kind,
        "living_area": area,
        "garden": garden,
        "rooms": rooms,
        "built": built,
        "heating": heating,
        "garage": "yes" if garage else "no",
        "to_centre": to_centre,
        "price": int(round(float(np.exp(worth)), -3)),
    }


def with_gaps(row: Row, rng: np.random.Generator) -> Row:
    """Return a house of which not everything is known."""
    gone = {name for name, part in MISSING.items() if rng.random() < part}
    return {name: "" if name in gone else value for name, value in row.items()}


def tables() -> dict[str, str]:
    """Return the text of each file."""
    rng = np.random.Generator(np.random.PCG64(0))
    rows = [with_gaps(house(rng), rng) for _ in range(SOLD + TO_PRICE)]
    return {
        "houses.csv": text_of(rows[:SOLD], COLUMNS),
        "new_houses.csv": text_of(rows[SOLD:], COLUMNS[:-1]),
    }


def text_of(rows: list[Row], columns: tuple[str, ...]) -> str:
    """Return houses as a CSV file has them."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def main() -> None:
    """Write the tables, or check them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    for name, text in tables().items():
        path = SAMPLES / name
        if check and path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path} is not what this program makes")
        if not check:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
