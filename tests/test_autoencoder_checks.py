"""scikit-learn's checks of what an estimator must be, on the autoencoders."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ganglion.autoencoder import (
    Autoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)

ESTIMATORS = [
    Autoencoder(max_iter=20),
    Autoencoder(3, (), tied_weights=True, max_iter=20),
    VariationalAutoencoder(max_iter=20),
    DenoisingAutoencoder(max_iter=20),
    DenoisingAutoencoder(noise="masking", max_iter=20),
    SparseAutoencoder(max_iter=20),
    SparseAutoencoder(20, (), sparsity="l1", code_activation="relu", max_iter=20),
    SparseAutoencoder(20, (), sparsity="k_sparse", code_activation=None, max_iter=20),
]

BY_ROW = "a repeated sample has noise of its own, one that counts twice has it once"
OF_NOISE = {
    "check_sample_weight_equivalence_on_dense_data": BY_ROW,
    "check_sample_weight_equivalence_on_sparse_data": BY_ROW,
}
EXPECTED_FAILURES = {DenoisingAutoencoder: OF_NOISE, VariationalAutoencoder: OF_NOISE}


@pytest.mark.filterwarnings("ignore")  # of fits that have not converged, as in scikit-learn's suite
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    ESTIMATORS,
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES.get(type(estimator), {}),
)
def test_scikit_learns_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
