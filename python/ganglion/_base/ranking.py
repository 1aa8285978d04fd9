"""The area under the receiver operating characteristic, of all rows at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def mean_roc_auc(yes: Array, scores: Array, weight: Array) -> float:
    """Return the mean area of those columns in which there are both yes and no; NaN: of none.

    Args:
        yes: Whether each entry is a yes, shape `(rows, columns)`.
        scores: Larger the likelier that is, in the same shape.
        weight: What each row counts, shape `(rows,)`.
    """
    areas = [roc_auc(*column, weight) for column in zip(yes.T, scores.T, strict=True)]
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")


def roc_auc(yes: Array, scores: Array, weight: Array) -> float:
    """Return the part of pairs of a yes and a no whose yes has the larger score; ties are halves.

    It is exact, not of chosen thresholds. NaN without a yes or without a no.
    """
    order = np.argsort(scores)
    last_of_ties = np.append(np.diff(scores[order]) > 0, True)
    below = {
        answer: np.append(0, np.cumsum(np.where(yes[order] == answer, weight[order], 0)))
        for answer in (False, True)
    }
    ends = np.append(0, np.flatnonzero(last_of_ties) + 1)
    no, hits = below[False][ends], below[True][ends]
    if no[-1] == 0 or hits[-1] == 0:
        return float("nan")
    pairs = np.diff(hits) * (no[1:] + no[:-1]) / 2
    return float(pairs.sum() / (no[-1] * hits[-1]))
