"""scikit-learn's checks of what an estimator must be."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ganglion.neural_network import MLPClassifier, MLPRegressor

ESTIMATORS = [
    MLPClassifier(max_iter=100),
    MLPRegressor(max_iter=100),
    MLPClassifier(solver="lbfgs", alpha=1.0),  # else a probability is 1.0, as in scikit-learn
    MLPRegressor(solver="lbfgs"),
    MLPClassifier(solver="sgd", learning_rate_init=0.1, max_iter=100),
    MLPRegressor(solver="sgd", learning_rate="adaptive", max_iter=100),
]


@pytest.mark.filterwarnings("ignore")  # of fits that have not converged, as in scikit-learn's suite
@parametrize_with_checks(ESTIMATORS)  # type: ignore[untyped-decorator]
def test_scikit_learns_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
