"""The perceptron."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model._base import LinearClassifierMixin, SparseCoefMixin
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call, unique_labels
from sklearn.utils.validation import validate_data

from ganglion._base.arguments import explained
from ganglion._base.arrays import Array
from ganglion._base.messages import warn
from ganglion.estimators.perceptron import draws
from ganglion.estimators.perceptron.arguments import PerceptronArguments
from ganglion.estimators.perceptron.units import PerceptronSamples, Unit, UnitsEpochs
from ganglion.estimators.shared.access import fits_alone
from ganglion.estimators.shared.answers import Estimator
from ganglion.estimators.shared.rollback import as_before_on_failure
from ganglion.estimators.shared.texts import text_told
from ganglion.estimators.shared.threads import limited
from ganglion.estimators.shared.weights import check_class_weight, checked_sample_weight
from ganglion.training import loop
from ganglion.training.fit_plan import FitPlan
from ganglion.training.progress import Progress


@explained
class Perceptron(LinearClassifierMixin, SparseCoefMixin, Estimator, PerceptronArguments):  # type: ignore[misc]  # scikit-learn has no types
    """Rosenblatt's perceptron (1958): scikit-learn's `Perceptron` on Ganglion's core.

    Parameters, attributes and warnings are scikit-learn's, and from the same `random_state` so is
    the order of the samples, and the weights up to rounding. Each class has a unit that learns it
    against all others. `n_jobs` is a number of threads; None: as many as pay.
    """

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        coef_init: Any = None,
        intercept_init: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Fit to data: afresh, or with `warm_start` from the weights of the fit before.

        Args:
            X: Inputs, array or CSR matrix of shape `(samples, features)`.
            y: Classes, shape `(samples,)`.
            coef_init: Weights to begin with, shape `(units, features)`: a unit for each class, or
                one for two.
            intercept_init: And intercepts, shape `(units,)`.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
        """
        with as_before_on_failure(self):
            X, y = self._check_input(X, y, reset=True)
            if self.warm_start and getattr(self, "coef_", None) is not None:
                coef_init = self.coef_ if coef_init is None else coef_init
                intercept_init = self.intercept_ if intercept_init is None else intercept_init
            classes = unique_labels(y)
            begin = _beginning(X, classes, coef_init, intercept_init)
            self._learn(X, y, classes, sample_weight, begin)
            self.classes_ = classes
            self.t_ = 1.0 + self.n_iter_ * len(y)
        if self.tol is not None and self.n_iter_ == self.max_iter:
            warn(
                [
                    "Maximum number of iteration reached before convergence. Consider increasing"
                    " max_iter to improve the fit."
                ],
                category=ConvergenceWarning,
            )
        return self

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Go on for one epoch, from the weights of the call before.

        Args:
            X: Inputs, array or CSR matrix of shape `(samples, features)`.
            y: Classes, shape `(samples,)`.
            classes: All classes there are; the first call needs them.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
        """
        first = not hasattr(self, "classes_")
        if first and self.early_stopping:
            raise ValueError("early_stopping should be False with partial_fit")
        if first and isinstance(self.class_weight, str):
            raise ValueError(
                "class_weight is 'balanced', which partial_fit cannot know: pass the weights of"
                " sklearn.utils.compute_class_weight for a sample that shows the classes' shares"
            )
        with as_before_on_failure(self):
            X, y = self._check_input(X, y, reset=first)
            if _check_partial_fit_first_call(self, classes):
                self.t_ = 1.0
            unknown = np.setdiff1d(y, self.classes_)
            if len(unknown):
                raise ValueError(f"`y` has classes {unknown}, which are not in {self.classes_}")
            before = getattr(self, "coef_", None), getattr(self, "intercept_", None)
            begin = _beginning(X, self.classes_, *before)
            self._learn(X, y, self.classes_, sample_weight, begin, max_iter=1)
            self.t_ += len(y)
        return self

    def decision_function(self, X: Any) -> Array:
        """Return how far each sample is on a unit's side, `(samples,)` or `(samples, units)`."""
        with text_told(X):
            values: Array = super().decision_function(X)
        return values

    def _check_input(self, X: Any, y: Any, *, reset: bool) -> tuple[Any, Array]:
        with text_told(X):
            X, y = validate_data(
                self,
                X,
                y,
                accept_sparse="csr",
                dtype=[np.float64, np.float32],
                order="C",
                accept_large_sparse=False,
                reset=reset,
            )
        return X, y

    def _learn(
        self,
        X: Any,
        y: Array,
        classes: Array,
        sample_weight: Any,
        begin: tuple[Array, Array],
        max_iter: int | None = None,
    ) -> None:
        weight = None
        if sample_weight is not None:
            weight = checked_sample_weight("sample_weight", sample_weight, X, X.dtype)
        check_class_weight(self.class_weight)
        by_class = compute_class_weight(self.class_weight, classes=classes, y=y)
        held_out, seeds = draws.draw(self, y, weight, len(classes))
        samples = PerceptronSamples(X, np.searchsorted(classes, y), weight, held_out)
        if len(classes) == 2:
            units = [Unit(1, classes[1], by_class[1], by_class[0], seeds[0])]
        else:
            units = [Unit(i, classes[i], by_class[i], 1.0, seed) for i, seed in enumerate(seeds)]
        plan, progress = FitPlan(epochs=range(max_iter or self.max_iter), kept=1), Progress()
        with limited(self.n_jobs):
            epochs = UnitsEpochs(self, samples, units, begin)
            loop.run(plan, progress, epochs, [epochs])
        self.coef_, self.n_iter_ = epochs.weights.copy(), progress.epochs
        self.intercept_ = np.array(epochs.intercepts(), self.coef_.dtype)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _beginning(X: Any, labels: Array, coef: Any, intercept: Any) -> tuple[Array, Array]:
    """Return weights and intercepts to begin with: those given, else zeros."""
    classes, features = len(labels), X.shape[1]
    if classes < 2:
        raise ValueError(f"The number of classes has to be greater than one; got {classes} class")
    units = 1 if classes == 2 else classes
    if sparse.issparse(coef):
        raise ValueError("coef_ is sparse: call densify() before fitting goes on")
    if coef is None:
        coef = np.zeros((units, features))
    elif np.shape(coef) != (units, features) and (units > 1 or np.shape(coef) != (features,)):
        raise ValueError(f"coef_init is {np.shape(coef)}, must be {(units, features)}")
    intercept = np.zeros(units) if intercept is None else np.atleast_1d(intercept)
    if intercept.shape != (units,):
        raise ValueError(f"intercept_init is {intercept.shape}, must be {(units,)}")
    shaped = np.asarray(coef, X.dtype, order="C").reshape(units, features)
    return shaped, intercept.astype(X.dtype)
