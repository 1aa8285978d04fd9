"""Classifiers, of any network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer.base import BaseNetwork
from ganglion.estimators.multilayer.loss import LossRule, rule_of_classes
from ganglion.estimators.shared.access import fits_alone, predicts
from ganglion.estimators.shared.parameters import one_of, parameter, parametrized
from ganglion.estimators.shared.rollback import as_before_on_failure
from ganglion.estimators.shared.weights import check_class_weight
from ganglion.models import inside


@parametrized
class NetworkClassifier(ClassifierMixin, BaseNetwork):  # type: ignore[misc]  # scikit-learn has no types
    """What predicts classes, of whatever network."""

    _: KW_ONLY
    class_weight: Mapping[Any, float] | Sequence[Mapping[Any, float]] | str | None = parameter(
        dict,
        list,
        one_of({"balanced"}),
        None,
        default=None,
        says="What the samples of each class count in the loss that is trained on, beside"
        ' `sample_weight`, and nowhere else: a mapping, "balanced", or None: all the same.'
        ' `partial_fit` takes no "balanced".',
    )

    @available_if(lambda self: self._has_partial_fit())  # type: ignore[untyped-decorator]
    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Go on for one epoch, from the weights and the optimizer's state of the call before.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            y: Classes, shape `(samples,)`, or indicators `(samples, labels)`.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
            classes: All classes there are; the first call needs them.
        """
        with as_before_on_failure(self):
            if _check_partial_fit_first_call(self, classes):
                indicators = type_of_target(y).startswith("multilabel")
                self._label_binarizer = LabelBinarizer().fit(y if indicators else classes)
            return self._fit(X, y, sample_weight, incremental=True)

    @predicts
    def predict(self, X: Any) -> Array:
        """Return the classes, shape `(samples,)`, or indicators `(samples, labels)`."""
        outputs = self._outputs(X)
        if self._label_binarizer.y_type_.startswith("multilabel"):
            labels: Array = self._label_binarizer.inverse_transform(outputs)
            return labels
        return self._labels_of(self._most_likely(outputs))

    @predicts
    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, in the order of `classes_`."""
        outputs = self._outputs(X)
        return np.hstack([1 - outputs, outputs]) if self.n_outputs_ == 1 else outputs

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of `predict_proba`."""
        probabilities: Array = self.predict_proba(X)
        return np.log(probabilities, out=probabilities)

    def _check_input(
        self, X: Any, y: Any, *, incremental: bool, reset: bool, training: bool = True
    ) -> tuple[Any, Array]:
        X, y = self._validated(X, y, reset=reset)
        if not hasattr(self, "classes_") or (not self.warm_start and not incremental):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._check_classes(unique_labels(y), all_of_them=self.warm_start and training)
        if y.ndim > 1 or self._label_binarizer.y_type_.startswith("multilabel"):
            return X, self._label_binarizer.transform(y)
        return X, np.searchsorted(self.classes_, y).reshape(-1, 1)

    def _class_weights(self, y: Any, *, incremental: bool) -> Array | None:
        if self.class_weight is None:
            return None
        check_class_weight(self.class_weight)
        if incremental and isinstance(self.class_weight, str):
            raise ValueError("class_weight is 'balanced', which partial_fit cannot know")
        y = np.asarray(y)
        if self._label_binarizer.y_type_.startswith("multilabel"):
            return np.asarray(compute_sample_weight(self.class_weight, y), np.float64)
        if isinstance(self.class_weight, list):
            raise ValueError("class_weight is a list, which is for several labels")
        labels = np.ravel(y)
        by_class = compute_class_weight(self.class_weight, classes=self.classes_, y=labels)
        return np.asarray(by_class[np.searchsorted(self.classes_, labels)], np.float64)

    def _check_classes(self, classes: Array, *, all_of_them: bool) -> None:
        if all_of_them and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call"
                f" to fit. Previously got {self.classes_}, `y` has {classes}"
            )
        if len(np.setdiff1d(classes, self.classes_, assume_unique=True)):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}."
                f" 'y' has {classes}."
            )

    def _outputs_for(self, targets: Array) -> tuple[int, str]:
        if self._label_binarizer.y_type_ == "multiclass":
            return len(self.classes_), "softmax"
        return targets.shape[1], "logistic"

    def _loss_rule(self) -> LossRule:
        return rule_of_classes(inside.parametrized(self._net))

    def _labels_of(self, targets: Array) -> Array:
        if self._label_binarizer.y_type_.startswith("multilabel"):
            return targets
        labels: Array = np.take(self.classes_, targets.ravel())
        return labels

    def _score_of(self, outputs: Array, targets: Array, weight: Array | None) -> float:
        if self.n_outputs_ > 1 and self.out_activation_ == "logistic":
            hits = ((outputs > 0.5) == targets).all(axis=1)
        else:
            hits = self._most_likely(outputs) == targets.ravel()
        return float(np.average(hits, weights=weight))

    def _most_likely(self, outputs: Array) -> Array:
        """Return the number of each row's class; there are no several labels."""
        one = (outputs.ravel() > 0.5) & (len(self.classes_) > 1)
        numbers: Array = outputs.argmax(axis=1) if self.n_outputs_ > 1 else one
        return numbers

    def _stratify(self, targets: Array) -> Array | None:
        """Return the classes where there are two, as scikit-learn does."""
        return targets.astype(bool) if self.n_outputs_ == 1 else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
