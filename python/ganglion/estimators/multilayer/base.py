"""What the classifier and the regressor share: scikit-learn's ways around the core's training."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NoReturn, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import check_random_state

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer.ignored import warn_of_ignored
from ganglion.estimators.multilayer.learning import LearningNetwork, Work
from ganglion.estimators.multilayer.scoring import scorer_of
from ganglion.estimators.multilayer.stochastic import schedule_by, settings_of
from ganglion.estimators.shared.access import fits_alone
from ganglion.estimators.shared.callback_support import CallbackSupportMixin, FitEvents
from ganglion.estimators.shared.progress_shown import OF_EPOCHS, show
from ganglion.estimators.shared.rollback import as_before_on_failure
from ganglion.estimators.shared.stochastic_fits import check_part
from ganglion.estimators.shared.threads import limited, threads_for
from ganglion.estimators.shared.weights import sample_weights, times
from ganglion.models import Model
from ganglion.training.clock import Clock
from ganglion.training.data import Dataset
from ganglion.training.progress import Progress

Examples = tuple[Any, Any, Any]  # X, y, sample_weight or None

_NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and"
    " need to be preprocessed."
)


class BaseNetwork(CallbackSupportMixin, LearningNetwork):  # type: ignore[misc]  # scikit-learn has no types
    """How the estimators are fitted; they say what the parameters are."""

    n_outputs_: int
    _random_state: np.random.RandomState

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Fit to data: afresh, or with `warm_start` from the weights of the fit before.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            y: Targets, shape `(samples,)` or `(samples, outputs)`.
            sample_weight: What each sample counts, shape `(samples,)`; None: all the same.
            X_val: Inputs to score and take the loss of after each epoch, for "adam" and "sgd";
                `early_stopping` goes by them, and holds nothing out.
            y_val: Their targets.
            sample_weight_val: And their weights.
        """
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together")
        if X_val is None and sample_weight_val is not None:
            raise ValueError("sample_weight_val is given, X_val and y_val are not")
        given = None if X_val is None else (X_val, y_val, sample_weight_val)
        with as_before_on_failure(self):
            return self._fit(X, y, sample_weight, given, incremental=False)

    @abstractmethod
    def _check_input(
        self, X: Any, y: Any, *, incremental: bool, reset: bool, training: bool = True
    ) -> tuple[Any, Array]:
        """Return the inputs, and the targets as the core takes them, `(samples, columns)`."""

    @abstractmethod
    def _outputs_for(self, targets: Array) -> tuple[int, str]:
        """Return how many outputs there must be, and scikit-learn's name of their activation."""

    @abstractmethod
    def _new_net(self, features: int, dtype: str) -> Model:
        """Return a model as the arguments say, with first weights of `_random_state`.

        It ends with a dense layer.

        Args:
            features: Columns of its input.
            dtype: "float32" or "float64".
        """

    @abstractmethod
    def _check_goes_on(self) -> None:
        """Refuse arguments that are not those of the weights that there are, to go on with."""

    def _refuse_to_go_on(self, *names: str) -> NoReturn:
        """Refuse arguments with these names, which make another network."""
        given = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        raise ValueError(f"{given} is another network than that of the weights to go on with")

    def _figures_shown(self) -> tuple[str, ...]:
        """Return the names of the attributes that show how a fit goes."""
        return OF_EPOCHS

    def _class_weights(self, y: Any, *, incremental: bool) -> Array | None:  # noqa: ARG002
        """Return what each sample counts in training by its target, shape `(samples,)`, or None."""
        return None

    def _remember_arguments(self) -> None:
        """Keep those that predictions go by: what is set after the fit does not change them."""

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation: Examples | None = None,
        *,
        incremental: bool,
    ) -> Self:
        clock = Clock(self.max_time)
        self._check_arguments(validation, incremental=incremental)
        first = not hasattr(self, "n_outputs_") or (not self.warm_start and not incremental)
        if first:
            warn_of_ignored(self, validates=validation is not None)
        inputs, targets = self._check_input(X, y, incremental=incremental, reset=first)
        weight = sample_weights("sample_weight", sample_weight, inputs)
        in_training = times(weight, self._class_weights(y, incremental=incremental))
        watched = None if validation is None else self._check_validation(*validation)
        self._begin(inputs, targets, weight, afresh=first)
        samples = Dataset.of_tables(self._fed(inputs), targets, in_training, weight)
        if watched is not None:
            watched = Dataset.of_tables(self._fed(watched.x), watched.y, watched.weight)
        epochs = 1 if incremental else self.max_iter
        events = FitEvents(self, X, y, sample_weight, epochs)
        self.interrupted_ = False
        with limited(self.n_jobs):
            self._way()(Work(samples, watched, events, clock, incremental))
        self._round_off(samples)
        self.fit_time_ = clock.seconds
        if not np.isfinite(self._net.parameter_vector).all():
            raise ValueError(_NOT_FINITE)
        events.fit_ends()
        return self

    def _begin(self, X: Any, targets: Array, weight: Array | None, *, afresh: bool) -> None:
        """Make the weights that training begins with, or check that those there are will do."""
        if not afresh:
            self._check_goes_on()
        outputs = self._outputs_for(targets)
        if not afresh and outputs != (self.n_outputs_, self.out_activation_):
            raise ValueError(
                f"loss and y need {outputs}, the weights to go on with have"
                f" {(self.n_outputs_, self.out_activation_)}: outputs and their activation"
            )
        self._remember_arguments()
        self._random_state = check_random_state(self.random_state)
        if afresh:
            self.n_outputs_, self.out_activation_ = outputs
            self._initialize(X.shape[1], X.dtype.name)
            self._learn_scales(X, targets, weight)
        self._use(self._net_of_weights())
        if not afresh and self._renew_scales(X, targets, weight):
            self.__dict__.pop("_optimizer", None)  # what it remembers is of the other scale

    def _round_off(self, samples: Dataset) -> None:
        """Do what is left to do once the weights are trained on samples."""

    def _learn_scales(self, X: Any, targets: Array, weight: Array | None) -> None:
        """Note the scales that fresh weights are for."""

    def _renew_scales(self, X: Any, targets: Array, weight: Array | None) -> bool:  # noqa: ARG002
        """Let weights go on in other scales where those are wanted; return whether they are."""
        return False

    def _check_arguments(self, validation: Examples | None, *, incremental: bool) -> None:  # noqa: ARG002
        """Refuse what does not go together, before anything is changed."""
        threads_for(self.n_jobs, limit=1)
        if incremental:
            check_part(self.lr_schedule, early_stopping=self.early_stopping)
        schedule_by(settings_of(self), steps=1)
        scorer_of(self.early_stopping_metric)

    def _check_validation(self, X: Any, y: Any, sample_weight: Any) -> Dataset:
        X, targets = self._check_input(X, y, incremental=True, reset=False, training=False)
        return Dataset.of(X, targets, sample_weights("sample_weight_val", sample_weight, X))

    def _initialize(self, features: int, dtype: str) -> None:
        self.n_iter_ = 0
        self.t_ = 0
        self._epochs_run = 0
        self.__dict__.pop("best_epoch_", None)
        self._use(self._new_net(features, dtype))
        self._show(Progress())

    def _show(self, progress: Progress) -> None:
        """Let attributes show how a fit has gone so far."""
        show(progress, self, self._figures_shown())
