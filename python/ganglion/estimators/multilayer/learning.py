"""How the weights of an estimator are learnt, by each of its solvers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from sklearn.utils.optimize import _check_optimize_result

from ganglion._base.arrays import Array
from ganglion._base.messages import warn
from ganglion.estimators.multilayer import lbfgs, scalers
from ganglion.estimators.multilayer.fit_plan import FitPlan
from ganglion.estimators.multilayer.fitted import FittedMLP
from ganglion.estimators.multilayer.loss import LossRule, PenalizedLoss
from ganglion.estimators.multilayer.scoring import ValidationScore
from ganglion.estimators.multilayer.stochastic import Epochs, StochasticOptimizer, settings_of
from ganglion.estimators.multilayer.stochastic_fit import StochasticFit
from ganglion.estimators.multilayer.validation import ROWS, Validation, hold_out
from ganglion.estimators.shared.callback_support import FitEvents
from ganglion.estimators.shared.clock import Clock
from ganglion.estimators.shared.progress_shown import progress_of, show
from ganglion.training.data import Dataset


class LearningMLP(FittedMLP, ABC):
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

    def _run_epochs(
        self,
        samples: Dataset,
        watched: Dataset | None,
        events: FitEvents,
        clock: Clock,
        *,
        is_part: bool,
    ) -> None:
        """Train by "adam" or "sgd".

        Args:
            samples: What on.
            watched: What to look at after each epoch; None: a hold-out if it stops early by one.
            events: What is told of each epoch.
            clock: Ends the fit where its time is over.
            is_part: Whether to train for one epoch only, of many calls.
        """
        model, rule = self._net._model, self._loss_rule()
        if watched is None and self.early_stopping:
            stratify = self._stratify(samples.y)
            samples, watched = hold_out(
                samples, self.validation_fraction, self._random_state, stratify
            )
        batch_size = batch_size_of(self.batch_size, len(samples))
        optimizer = self._optimizer_for(-(-len(samples) // batch_size), goes_on=is_part)
        scaler = self._target_scaler()
        trained_on = scalers.for_loss(scaler, samples)
        loss = PenalizedLoss(
            model, rule, self.alpha, trained_on, batch_size, "train", optimizer.state
        )
        random_state = self._random_state if self.shuffle else None
        epochs = Epochs(loss, trained_on, batch_size, random_state)
        validation = None
        if watched is not None:
            score, watched = ValidationScore(self, watched), scalers.for_loss(scaler, watched)
            value = PenalizedLoss(model, rule, 0.0, watched, ROWS, "evaluate")
            validation = Validation(score, value, watched)
        plan, progress = FitPlan.of(self, is_part=is_part), progress_of(self)
        values = model.store.values
        StochasticFit(plan, progress, epochs, optimizer, validation, values).run(events, clock)
        show(progress, self)

    def _optimizer_for(self, steps: int, *, goes_on: bool) -> StochasticOptimizer:
        """Return the optimizer there is where that goes on, else a new one."""
        before: StochasticOptimizer | None = getattr(self, "_optimizer", None)
        if before is None or not goes_on:
            self._optimizer = StochasticOptimizer(self._net._model, settings_of(self), steps)
            if before is not None and self.warm_start and self.keep_optimizer_state:
                self._optimizer.go_on_from(before)
        self._optimizer.bind(self._net._model)
        return self._optimizer

    def _minimize(self, samples: Dataset, events: FitEvents, clock: Clock) -> None:
        """Fit by "lbfgs"; arguments are those of `_run_epochs`."""
        samples = scalers.for_loss(self._target_scaler(), samples)
        limits = lbfgs.Limits.of(self)
        fit = lbfgs.Minimization(self._net._model, self._loss_rule(), self.alpha, samples, limits)
        result = fit.run(events, clock)
        self.interrupted_ = fit.interrupted
        self.n_iter_ = _check_optimize_result("lbfgs", result, self.max_iter)
        self.loss_ = result.fun

    def _target_scaler(self) -> Any:
        """Return what the targets are scaled by; None: nothing."""
        return None


def batch_size_of(given: int | str, samples: int) -> int:
    """Return the rows of a step, of so many samples, from the parameter `batch_size`."""
    if isinstance(given, str):  # "auto"
        return min(200, samples)
    if given > samples:
        warn(["Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"])
    return int(np.clip(given, 1, samples))
