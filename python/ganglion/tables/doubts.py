"""Doubts: what may be wrong with the columns of a table, a line each."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganglion.tables.cells import MISSING, Cells
from ganglion.tables.columns import MOST_TEXTS
from ganglion.tables.date_format import DateFormat
from ganglion.tables.formats import Format
from ganglion.tables.number_format import NumberFormat
from ganglion.tables.text_format import TextFormat

NEARLY_ALL = 0.8  # of a text column's cells: where so many are numbers, all were meant to be
_MOST_WORDS = 5  # that an option may be told to hold
FEWEST = 10  # cells that tell a column whose texts all differ from a short table
_FREE = 0.5  # of a text column's cells: so many different ones are no categories
_SENTENCE = 4  # words in the mean of texts that are sentences
_FIRST = 200  # rows that tell most columns from the target
_NAMED_ID = re.compile(r"(?i:(^|[^a-z])(id|key|uuid|number|no|nr)$)|[a-z](Id|ID|Key|Number|No|Nr)$")


def not_quite(cells: Cells) -> str | None:
    """Tell which cells make a column of numbers or dates one of texts; None where none do."""
    if not cells.spelled:
        return None
    number = NumberFormat.of(cells, share=NEARLY_ALL)
    if number is not None:
        _, wrong = number.try_to_read(cells)
        return _some(cells, "numbers", wrong, number.is_missing(cells))
    date = DateFormat.of(cells, share=NEARLY_ALL)
    if date is not None:
        _, wrong = date.try_to_read(cells)
        return _some(cells, "dates", wrong, date.is_missing(cells))
    return None


def _some(
    cells: Cells, what: str, wrong: NDArray[np.bool_], missing: NDArray[np.bool_]
) -> str | None:
    """Tell of the cells that are not what most are, and how they may be taken."""
    if not wrong.any():
        return None
    count, present = np.count_nonzero(wrong), np.count_nonzero(~missing)
    told = f"{count} of {present} cells are no {what}, first {cells.first(wrong)}"
    words = [str(word) for word in pd.unique(cells.texts()[wrong])]
    if len(words) > _MOST_WORDS or any("," in word for word in words):
        return told
    return f"{told}; --missing {','.join(words)!r} takes them as missing"


def all_different(cells: Cells) -> bool:
    """Tell whether a column of texts has another one in every row, of which nothing is learnt."""
    texts = _present(cells)
    return len(texts) >= FEWEST and len(pd.unique(texts)) == len(texts)


def doubts(cells: Cells, read: Cells, format: Format, target: Cells) -> Iterator[str]:
    """Give the lines on a column that is used, whatever else there is to tell of it.

    Args:
        cells: All of its cells.
        read: The same, with numbers and dates read.
        format: How they are read.
        target: The column that is predicted.
    """
    name = cells.name
    leave_out = f"--drop {name!r} leaves it out" if "," in name else f"--drop {name} leaves it out"
    if _tells_all(read, target):
        yield f"column {name!r} tells the target {target.name!r} in every row: {leave_out}"
    match format:
        case TextFormat():
            if why := not_quite(cells):
                yield f"column {name!r} is text: {why}"
            elif _are_free(texts := _present(cells)):
                yield (
                    f"column {name!r} looks like free text: each different text is a category of"
                    f" its own, {len(pd.unique(texts))} of them in {len(texts)} rows: {leave_out}"
                )
        case DateFormat():
            if cells.spelled and format.fits_turned(cells):
                yield f"column {name!r} reads as {format.example()}, though the day may come first"
        case NumberFormat():
            yield from _counting(read, leave_out)


def _are_free(texts: NDArray[np.object_]) -> bool:
    """Tell texts that people write, nearly all different or of many words, from categories."""
    if len(texts) < FEWEST:
        return False
    different = pd.unique(texts)
    words = sum(len(one.split()) for one in different)
    is_long = len(different) > MOST_TEXTS and words >= _SENTENCE * len(different)
    return is_long or len(different) >= _FREE * len(texts)


def _counting(read: Cells, leave_out: str) -> Iterator[str]:
    """Tell of whole numbers that name the rows."""
    values, name = read.values.to_numpy(dtype=np.float64, na_value=np.nan), read.name
    if len(values) < FEWEST or np.isnan(values).any() or (values != np.floor(values)).any():
        return
    if (np.diff(np.sort(values)) == 1).all():
        yield f"column {name!r} counts the rows: {leave_out}"
    elif _NAMED_ID.search(name) and len(np.unique(values)) == len(values):
        yield f"column {name!r} has another number in every row: {leave_out}"


def _tells_all(cells: Cells, target: Cells) -> bool:
    """Tell whether each value of a column stands with one of the target alone, and back."""
    for rows in (slice(_FIRST), slice(None)):  # most columns are through with the first rows
        left, right = cells.rows(rows), target.rows(rows)
        if not (_one_to_one(left, right) or _same_numbers(left, right)):
            return False
    return True


def _one_to_one(left: Cells, right: Cells) -> bool:
    """Tell whether there are several values, of which most stand in several rows."""
    both = pd.DataFrame({"left": left.texts(), "right": right.texts()})
    pairs = both.drop_duplicates()
    return pairs["left"].is_unique and pairs["right"].is_unique and 1 < len(pairs) <= len(both) / 2


def _same_numbers(cells: Cells, target: Cells) -> bool:
    """Tell whether a column holds the target's numbers, in other units perhaps."""
    (left, wrong), (right, bad) = (
        (NumberFormat.of(one) or NumberFormat()).try_to_read(one) for one in (cells, target)
    )
    both = ~(np.isnan(left) | np.isnan(right))
    if wrong.any() or bad.any() or np.count_nonzero(both) < FEWEST:
        return False
    return _correlation(left[both], right[both]) > 1 - 1e-9


def _correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):  # numbers too large to train on have none
        left, right = left - left.mean(), right - right.mean()
        size = float(np.sqrt((left @ left) * (right @ right)))
        return abs(float(left @ right)) / size if size > 0 else 0.0


def _present(cells: Cells) -> NDArray[np.object_]:
    texts = cells.texts()
    return texts[~np.isin(texts, ["", *MISSING])]
