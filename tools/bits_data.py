"""What the fits of bits.py learn from, and what they are to give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Results = Mapping[str, Iterable[Array]]  # arrays by what they are
Fits = Mapping[str, Callable[[], Results]]  # by their names

FEATURES, CLASSES, ROWS, BATCH = 7, 3, 90, 16  # the last batch of an epoch is a short one

rng = np.random.default_rng(0)
X = rng.normal(size=(ROWS, FEATURES))
LABELS = rng.integers(0, CLASSES, ROWS)
NUMBERS = np.tanh(X @ rng.normal(size=(FEATURES, CLASSES)))
YES = (NUMBERS > 0).astype(int)
WEIGHTS = rng.uniform(0.1, 3, ROWS) * (np.arange(ROWS) % 9 != 4)
SHARES = rng.dirichlet(np.ones(CLASSES), ROWS)  # of the classes, for each row
COUNTS = rng.poisson(2.0, (ROWS, CLASSES))
