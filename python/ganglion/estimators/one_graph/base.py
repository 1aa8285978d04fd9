"""The base of estimators that are one graph over samples: a model, compiled and fitted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from sklearn.utils import check_random_state

from ganglion import schedules
from ganglion._base.arrays import Array
from ganglion.estimators.one_graph import epochs
from ganglion.estimators.one_graph.arguments import TrainingArguments
from ganglion.estimators.one_graph.epochs import EstimatorEpochs, HeldOutEpochs
from ganglion.estimators.shared.answers import Estimator
from ganglion.estimators.shared.inputs import ChecksInputs
from ganglion.estimators.shared.learning_rates import schedule_of
from ganglion.estimators.shared.progress_shown import OF_LOSSES, progress_of, show
from ganglion.estimators.shared.stochastic_fits import batch_size_of, check_part, hold_out
from ganglion.estimators.shared.threads import limited, threads_for
from ganglion.estimators.shared.weights import sample_weights
from ganglion.models import Model, inside
from ganglion.optimizers import Adam
from ganglion.training.clock import Clock
from ganglion.training.data import Dataset
from ganglion.training.far_scales import warn_of_inputs
from ganglion.training.fit_plan import FitPlan
from ganglion.training.progress import Progress
from ganglion.training.requests import evaluation_source
from ganglion.training.sources import ArraySource, shuffled

_TRAINING = "_training"  # in a pickle: what it is trained for, by what, and how far that is


class OneGraph(ChecksInputs, Estimator, TrainingArguments, ABC):
    """Base of the estimators: they say what graph it is, and what its samples are.

    Attributes:
        model_: The network, a `gn.Model`.
    """

    model_: Model

    @abstractmethod
    def _new_model(self, features: int, dtype: str, seed: int) -> Model:
        """Return a network for so many features, with its first weights."""

    @abstractmethod
    def _compile(self, model: Model, optimizer: Adam) -> None:
        """Say what a network is trained for."""

    @abstractmethod
    def _samples(self, X: Array, weight: Array | None) -> Dataset:
        """Return checked inputs with their targets."""

    def _after_fit(self) -> None:
        """Take from the network what is shown of it."""

    def _fit(self, X: Any, sample_weight: Any, *, incremental: bool) -> None:
        """Train: afresh, or `incremental`, for one epoch from where the call before has ended."""
        clock = Clock()
        afresh = not (incremental and hasattr(self, "model_"))
        self._check_arguments(incremental=incremental)
        X = self._checked_table(X, reset=afresh)
        weight = sample_weights("sample_weight", sample_weight, X)
        self._random_state = check_random_state(self.random_state)
        if afresh:
            self._begin(X, weight)
        samples, held_out = self._samples(X, weight), None
        if self.early_stopping:
            samples, held_out = hold_out(
                samples, self.validation_fraction, self._random_state, None
            )
        batch_size = batch_size_of(self.batch_size, len(samples))
        if afresh:
            self._compile(self.model_, self._optimizer(-(-len(samples) // batch_size)))
        order = shuffled(self.model_.seed, len(samples)) if self.shuffle else None
        progress = Progress() if afresh else progress_of(self)
        work: dict[str, Any] = {
            "objective": inside.objective(self.model_),
            "source": ArraySource(samples, batch_size, order),
            "verbose": bool(self.verbose),
        }
        if held_out is None:
            run = EstimatorEpochs(**work)
        else:
            run = HeldOutEpochs(**work, held_out=evaluation_source(held_out, None))
        with limited(self.n_jobs):
            first = progress.epochs_in_all
            plan = self._plan(range(first, first + (1 if incremental else self.max_iter)), clock)
            epochs.run(plan, progress, run, is_part=incremental)
        show(progress, self, OF_LOSSES)
        self._after_fit()

    def _begin(self, X: Array, weight: Array | None) -> None:
        """Make a network with first weights."""
        labels = getattr(self, "feature_names_in_", None)
        warn_of_inputs(X, weight, labels, "scale X")
        seed = int(self._random_state.randint(2**31 - 1))
        self.model_ = self._new_model(X.shape[1], X.dtype.name, seed)

    def _check_arguments(self, *, incremental: bool) -> None:
        """Refuse what does not go together, before anything is changed."""
        threads_for(self.n_jobs, limit=1)
        if incremental:
            check_part(self.lr_schedule, early_stopping=self.early_stopping)
        self._schedule(steps=1)

    def _schedule(self, steps: int) -> schedules.Schedule | None:
        """Return the schedule of the learning rate over so many steps; None: it is constant."""
        return schedule_of(self.lr_schedule, float(self.learning_rate_init), steps)

    def _optimizer(self, steps: int) -> Adam:
        """Return what trains, in so many steps an epoch."""
        schedule = self._schedule(steps * self.max_iter)
        return Adam(float(self.learning_rate_init) if schedule is None else schedule)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:  # whose pickle holds the weights alone
            state[_TRAINING] = inside.training_of(self.model_)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        training = state.pop(_TRAINING, None)
        super().__setstate__(state)
        if training is not None:
            inside.train_on(self.model_, *training)

    def _plan(self, numbers: range, clock: Clock) -> FitPlan:
        """Return what a fit of epochs of such numbers goes by."""
        figure = "val_loss" if self.early_stopping else "loss"
        return FitPlan(
            epochs=numbers,
            watched=(figure,),
            goes_by=figure,
            best_by=figure,
            tol=self.tol,
            patience=self.n_iter_no_change,
            keeps_best=self.early_stopping,
            clock=clock,
        )
