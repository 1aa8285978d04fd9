"""The estimators' base: a wrong parameter or value is answered with the one that is meant."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import InvalidParameterError, StrOptions

from ganglion._base.arguments import unknown_argument
from ganglion._base.naming import ALIASES, nearest


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

    def _validate_params(self) -> None:
        """Check all parameters as scikit-learn does, with the value that may be meant.

        Raises:
            InvalidParameterError: Which is a ValueError and a TypeError.
        """
        try:
            super()._validate_params()
        except InvalidParameterError as error:
            meant = self._meant(str(error))
            if meant is None:
                raise
            raise InvalidParameterError(f"{error} Did you mean {meant!r}?") from None

    def _meant(self, refusal: str) -> str | None:
        """Return the one of some names that is likely meant by the value that is refused."""
        name = refusal.split("'")[1]
        value = getattr(self, name)
        constraints = self._parameter_constraints[name]
        options = [one.options for one in constraints if isinstance(one, StrOptions)]
        if not options or not isinstance(value, str):
            return None
        return nearest(value, options[0], ALIASES)
