"""Inputs of estimators, checked as scikit-learn does."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from ganglion._base.arrays import Array, unfolded
from ganglion.estimators.shared.texts import text_told


class ChecksInputs:
    """What checks the inputs of an estimator, which are arrays or sparse matrices of rows."""

    def _checked(self, X: Any, *, reset: bool) -> Any:
        """Check inputs as scikit-learn does."""
        with text_told(X):
            return validate_data(
                self, X, accept_sparse="csr", dtype=(np.float64, np.float32), reset=reset
            )

    def _checked_table(self, X: Any, *, reset: bool) -> Array:
        """Check inputs that must lie in an array, and unfold a sparse matrix of them."""
        return unfolded(self._checked(X, reset=reset))
