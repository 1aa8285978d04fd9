"""The base of estimators that are one graph over samples: a model, compiled and fitted."""

from __future__ import annotations

import copy
from abc import abstractmethod
from typing import Any

from sklearn.utils import check_random_state

from ganglion import schedules
from ganglion._base.arrays import Array
from ganglion.estimators.one_graph.arguments import TrainingArguments
from ganglion.estimators.one_graph.epochs import EstimatorEpochs, HeldOutEpochs
from ganglion.estimators.one_graph.fits import FittedInEpochs
from ganglion.estimators.shared.learning_rates import schedule_of
from ganglion.estimators.shared.progress_shown import OF_LOSSES, show
from ganglion.estimators.shared.stochastic_fits import batch_size_of, check_part, hold_out
from ganglion.estimators.shared.threads import threads_for
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


class OneGraph(FittedInEpochs, TrainingArguments):
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
    def _samples(self, X: Any, weight: Array | None) -> Dataset:
        """Return checked inputs, an array or a sparse matrix, with their targets."""

    def _take_weights(self) -> None:
        """Take from the network what is shown of it."""

    def _has_begun(self) -> bool:
        return hasattr(self, "model_")

    def _work(self, X: Any, weight: Array | None, *, afresh: bool) -> EstimatorEpochs:
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
        work: dict[str, Any] = {
            "objective": inside.objective(self.model_),
            "source": ArraySource(samples, batch_size, order),
            "verbose": bool(self.verbose),
        }
        if held_out is None:
            return EstimatorEpochs(**work)
        return HeldOutEpochs(**work, held_out=evaluation_source(held_out, None))

    def _show(self, progress: Progress) -> None:
        show(progress, self, OF_LOSSES)
        self._take_weights()

    def _learnt_so_far(self) -> dict[str, Any]:
        models = {
            name: copy.copy(value) for name, value in vars(self).items() if isinstance(value, Model)
        }
        inside.train_on(models["model_"], *inside.training_of(self.model_))
        return models

    def _begin(self, X: Any, weight: Array | None) -> None:
        """Make a network with first weights."""
        labels = getattr(self, "feature_names_in_", None)
        warn_of_inputs(X, weight, labels, "scale X")
        seed = int(self._random_state.randint(2**31 - 1))
        self.model_ = self._new_model(X.shape[1], X.dtype.name, seed)

    def _check_arguments(self, *, incremental: bool) -> None:
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
