"""scikit-learn's checks of what an estimator must be, on the autoencoders."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ganglion.autoencoder import Autoencoder

ESTIMATORS = [
    Autoencoder(max_iter=20),
    Autoencoder(3, (), tied_weights=True, max_iter=20),
]


@pytest.mark.filterwarnings("ignore")  # of fits that have not converged, as in scikit-learn's suite
@parametrize_with_checks(ESTIMATORS)  # type: ignore[untyped-decorator]
def test_scikit_learns_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
