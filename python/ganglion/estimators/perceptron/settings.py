"""What a perceptron's fit reads of its estimator, which never changes meanwhile."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Settings(Protocol):
    """The parameters of a `Perceptron` that its fit goes by."""

    penalty: str | None
    alpha: float
    l1_ratio: float
    fit_intercept: bool
    tol: float | None
    shuffle: bool
    verbose: int
    eta0: float
    random_state: int | np.random.RandomState | None
    early_stopping: bool
    validation_fraction: float
    n_iter_no_change: int
