"""Importance: how much worse predictions are when a column's cells are those of other rows."""

from dataclasses import dataclass

import numpy as np

from ganglion.tables.features import Encoded
from ganglion.tables.figures import score
from ganglion.tables.fitting import Examples
from ganglion.tables.models import TableModel
from ganglion.tables.networks import outputs_of

REPEATS = 5
MOST_ROWS = 1000  # that are looked at: with more the figures hardly change


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """What a column is worth to a model.

    Args:
        column: Its number among the model's columns.
        fall: How much lower accuracy or R2 is with its cells shuffled, in the mean.
        deviation: Standard deviation between the shuffles.
    """

    column: int
    fall: float
    deviation: float


def importances(model: TableModel, examples: Examples, seed: int) -> list[Importance]:
    """Measure the permutation importance of each column (Breiman 2001), the most important first.

    Args:
        model: The model.
        examples: Rows that it was not trained on; a random choice of `MOST_ROWS` of more.
        seed: Decides the choice and the shuffles.
    """
    rng = np.random.default_rng(seed)
    rows, targets = examples[0].rows, examples[1]
    chosen = rng.permutation(len(rows))[:MOST_ROWS]
    inputs, encoded = rows[chosen], targets[chosen]
    target = model.preparation.target

    def score_now() -> float:
        shown = Encoded(features=model.preparation, rows=inputs)
        return score(target, outputs_of(model.net, shown), encoded)

    whole, found, end = score_now(), list[Importance](), 0
    for number, column in enumerate(model.preparation.columns):
        start, end = end, end + column.width
        cells = inputs[:, start:end].copy()
        falls = []
        for _ in range(REPEATS):
            inputs[:, start:end] = rng.permutation(cells)
            falls.append(whole - score_now())
        inputs[:, start:end] = cells
        found.append(
            Importance(column=number, fall=float(np.mean(falls)), deviation=float(np.std(falls)))
        )
    return sorted(found, key=lambda one: -one.fall)
