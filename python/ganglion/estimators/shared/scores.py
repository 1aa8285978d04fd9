"""Scores of numbers: R^2, and for quantiles the same of the pinball loss."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import d2_pinball_score, r2_score

from ganglion._base.arrays import Array


def score_of_numbers(
    values: Array, targets: Array, weight: Array | None, levels: tuple[float, ...]
) -> float:
    """Return R^2, or of quantiles D^2 of the pinball loss, its mean over levels.

    Args:
        values: What is predicted, `(samples, outputs)`; of several levels a column each.
        targets: What is true, `(samples, outputs)`; of several levels one column.
        weight: What each sample counts, or None: all the same.
        levels: Of quantiles; none: they are means.
    """
    if not levels:
        return float(r2_score(targets, values, sample_weight=weight))
    columns = np.split(values, len(levels), axis=1)
    scores = [
        d2_pinball_score(targets, column, alpha=level, sample_weight=weight)
        for level, column in zip(levels, columns, strict=True)
    ]
    return float(np.mean(scores))
