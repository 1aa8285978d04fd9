"""The estimators' base: parameters that there are not are answered with those that are meant."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import BaseEstimator

from ganglion.arguments import unknown_argument


class Estimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """scikit-learn's base; constructors are `explained`."""

    def set_params(self, **params: Any) -> Self:
        """Set parameters, and return the estimator.

        Raises:
            ValueError: When there is no such parameter, with the one that may be meant.
        """
        known = self.get_params(deep=False)
        for name in params:
            if name not in known and "__" not in name:
                raise ValueError(unknown_argument(f"set_params of {self}", name, known))
        super().set_params(**params)
        return self
