"""A table as it comes, German and untidy, learns as well as the same table prepared by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ganglion as gn

ROWS = 2000
TOWNS = {"Aachen": 0, "Bonn": 40_000, "Celle": -30_000, "Dorsten": 10_000}
FIRST = pd.Timestamp("2019-01-01")


def german(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> pd.Series:
    """Write numbers with groups of thousands and decimal commas."""
    swap = str.maketrans(",.", ".,")
    return pd.Series([f"{value:,.2f}".translate(swap) for value in values])


def sales(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sales of flats as they come, and as a patient person would prepare them."""
    rng = np.random.default_rng(seed)
    size = rng.gamma(9, 12, ROWS)
    rooms = rng.integers(1, 8, ROWS)
    town = rng.choice(list(TOWNS), ROWS, p=[0.4, 0.3, 0.2, 0.1])
    when = FIRST + pd.to_timedelta(rng.integers(0, 5 * 365, ROWS), unit="D")
    balcony = rng.choice(["ja", "nein", ""], ROWS, p=[0.4, 0.5, 0.1])
    years = np.asarray((when - FIRST).days, np.float64) / 365
    price = 1500 * size + 9000 * rooms + pd.Series(town).map(TOWNS).to_numpy() + 15_000 * years
    price += 8000 * np.sin(2 * np.pi * when.month / 12) + np.where(balcony == "ja", 12_000, 0)
    price = np.asarray(price + rng.normal(0, 12_000, ROWS), np.float64)
    missing = rng.random(ROWS) < 0.08

    as_it_comes = pd.DataFrame(
        {
            "Nr": np.arange(1, ROWS + 1),
            "Käufer": [f"Kunde {number * 7919 % ROWS:05d}" for number in range(ROWS)],
            "Wohnfläche": german(size).where(~missing, "k. A."),
            "Zimmer": rooms,
            "Ort": town,
            "Balkon": balcony,
            "verkauft am": when.strftime("%d.%m.%Y"),
            "Preis": german(price) + " €",
        }
    )
    numbers = pd.DataFrame({"size": size, "rooms": rooms, "years": years, "month": when.month})
    numbers.loc[missing, "size"] = numbers["size"][~missing].median()
    prepared = (numbers - numbers.mean()) / numbers.std()
    for column, words in ((town, TOWNS), (balcony, ("ja", "nein", ""))):
        for word in words:
            prepared[f"is {word}"] = (column == word).astype(float)
    return as_it_comes, prepared.assign(price=price)


def scores(seed: int, folder: Path) -> tuple[float, float]:
    """Return R2 of both tables, on the same rows."""
    as_it_comes, prepared = sales(seed)
    path = folder / "sales.csv"
    as_it_comes.to_csv(path, sep=";", index=False, encoding="cp1252")
    with pytest.warns(UserWarning, match="column 'Nr' counts the rows"):
        untidy = gn.tables.train(path, target="Preis", missing=["k. A."], seed=seed, quiet=True)
    tidy = gn.tables.train(prepared, target="price", seed=seed, quiet=True)
    assert isinstance(untidy.figures, gn.tables.ValueFigures)
    assert isinstance(tidy.figures, gn.tables.ValueFigures)
    assert len(untidy.preparation.columns) == 6  # without the buyers
    return untidy.figures.r2, tidy.figures.r2


def test_a_table_as_it_comes_learns_as_well_as_by_hand(tmp_path: Path) -> None:
    untidy, tidy = scores(0, tmp_path)
    assert untidy >= tidy - 0.01


@pytest.mark.slow
def test_it_does_so_over_seeds(tmp_path: Path) -> None:
    untidy, tidy = np.median([scores(seed, tmp_path) for seed in range(7)], axis=0)
    assert untidy >= tidy - 0.01
