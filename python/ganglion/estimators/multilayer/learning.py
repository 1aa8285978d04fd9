"""How the weights of an estimator are learnt, epoch by epoch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ganglion._base.arrays import Array
from ganglion._base.messages import warn
from ganglion.callbacks import Logs
from ganglion.estimators.multilayer import scalers
from ganglion.estimators.multilayer.fitted import FittedNetwork
from ganglion.estimators.multilayer.loss import LossRule, PenalizedLoss
from ganglion.estimators.multilayer.scoring import ValidationScore
from ganglion.estimators.multilayer.stochastic import StochasticOptimizer, settings_of
from ganglion.estimators.multilayer.stochastic_fit import StochasticEpochs, plan_of
from ganglion.estimators.multilayer.validation import look
from ganglion.estimators.shared.callback_support import FitEvents
from ganglion.estimators.shared.progress_shown import progress_of, show
from ganglion.estimators.shared.stochastic_fits import batch_size_of, hold_out, warn_of_ending
from ganglion.models import inside
from ganglion.training import loop
from ganglion.training.clock import Clock
from ganglion.training.data import Dataset


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to be done in a fit.

    Args:
        samples: What to train on.
        watched: What to look at after each epoch; None: a hold-out if it stops early by one.
        events: What is told of each epoch.
        clock: Ends the fit where its time is over.
        is_part: Whether to train for one epoch only, of many calls.
    """

    samples: Dataset
    watched: Dataset | None
    events: FitEvents
    clock: Clock
    is_part: bool


class LearningNetwork(FittedNetwork, ABC):
    """Base of the estimators, once their weights are there to be trained."""

    _optimizer: StochasticOptimizer

    @abstractmethod
    def _loss_rule(self) -> LossRule:
        """Return how the loss follows from the core's."""

    @abstractmethod
    def _labels_of(self, targets: Array) -> Array:
        """Return targets as users give them, from those that `_check_input` gave."""

    @abstractmethod
    def _score_of(self, outputs: Array, targets: Array, weight: Array | None) -> float:
        """Return the score of finite outputs beside targets as `_check_input` gave them."""

    def _stratify(self, targets: Array) -> Array | None:  # noqa: ARG002
        """Return what a hold-out keeps the shares of; None: nothing."""
        return None

    def _way(self) -> Callable[[Work], None]:
        """Return the method that trains, as the solver says."""
        return self._run_epochs

    def _run_epochs(self, work: Work) -> None:
        """Train by "adam" or "sgd"."""
        samples, watched, is_part = work.samples, work.watched, work.is_part
        model, rule = inside.parametrized(self._net), self._loss_rule()
        if watched is None and self.early_stopping:
            stratify = self._stratify(samples.y)
            samples, watched = hold_out(
                samples, self.validation_fraction, self._random_state, stratify
            )
        batch_size = batch_size_of(self.batch_size, len(samples))
        optimizer = self._optimizer_for(-(-len(samples) // batch_size), goes_on=is_part)
        scaler = self._target_scaler()
        epochs = StochasticEpochs(
            loss=PenalizedLoss(model, rule, self.alpha, "train", optimizer.state),
            data=scalers.for_loss(scaler, samples),
            batch_size=batch_size,
            random_state=self._random_state if self.shuffle else None,
            optimizer=optimizer,
            weights=model.store.values,
            verbose=bool(self.verbose),
        )
        validate: Callable[[], Logs] = dict
        if watched is not None:
            score, watched = ValidationScore(self, watched), scalers.for_loss(scaler, watched)
            loss = PenalizedLoss(model, rule, 0.0, "evaluate")
            validate = partial(look, score, loss, watched, verbose=epochs.verbose)
        plan = plan_of(self, work.clock, validates=watched is not None, is_part=is_part)
        progress = progress_of(self)
        try:
            ending = loop.run(plan, progress, epochs, [epochs, work.events], validate)
            warn_of_ending(ending, plan, progress, is_part=is_part)
        except KeyboardInterrupt:
            warn(["Training interrupted by user."])
        show(progress, self)

    def _optimizer_for(self, steps: int, *, goes_on: bool) -> StochasticOptimizer:
        """Return the optimizer there is where that goes on, else a new one."""
        model = inside.parametrized(self._net)
        before: StochasticOptimizer | None = getattr(self, "_optimizer", None)
        if before is None or not goes_on:
            self._optimizer = StochasticOptimizer(model, settings_of(self), steps)
            if before is not None and self.warm_start and self.keep_optimizer_state:
                self._optimizer.go_on_from(before)
        self._optimizer.bind(model)
        return self._optimizer

    def _target_scaler(self) -> Any:
        """Return what the targets are scaled by; None: nothing."""
        return None
