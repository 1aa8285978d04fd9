"""The arguments of a perceptron, each with what it may be; they are scikit-learn's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval

from ganglion.estimators.shared.parameters import (
    AT_LEAST_1,
    INSIDE_0_TO_1,
    NOT_NEGATIVE,
    POSITIVE,
    one_of,
    parameter,
    parametrized,
)


@parametrized
class PerceptronArguments:
    """What a perceptron is told, and its fit goes by."""

    _: KW_ONLY
    penalty: str | None = parameter(one_of({"l2", "l1", "elasticnet"}), None, default=None)
    alpha: float = parameter(NOT_NEGATIVE, default=0.0001)
    l1_ratio: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.15)
    fit_intercept: bool = parameter("boolean", default=True)
    max_iter: int = parameter(AT_LEAST_1, default=1000)
    tol: float | None = parameter(NOT_NEGATIVE, None, default=1e-3)
    shuffle: bool = parameter("boolean", default=True)
    verbose: int = parameter("verbose", default=0)
    eta0: float = parameter(POSITIVE, default=1.0)
    n_jobs: int | None = parameter(Integral, None, default=None)
    random_state: int | np.random.RandomState | None = parameter("random_state", default=0)
    early_stopping: bool = parameter("boolean", default=False)
    validation_fraction: float = parameter(INSIDE_0_TO_1, default=0.1)
    n_iter_no_change: int = parameter(AT_LEAST_1, default=5)
    class_weight: Mapping[Any, float] | str | None = parameter(
        one_of({"balanced"}), dict, None, default=None
    )
    warm_start: bool = parameter("boolean", default=False)
