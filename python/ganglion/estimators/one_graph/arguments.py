"""The arguments of every estimator that is one graph over samples: how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY
from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Options

from ganglion.estimators.shared.parameters import (
    AT_LEAST_1,
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    one_of,
    parameter,
    parameter_of_threads,
    parameter_of_time,
    parametrized,
)


@parametrized
class EpochArguments:
    """How it is trained, whatever its losses are."""

    _: KW_ONLY
    batch_size: int | str = parameter(
        one_of({"auto"}),
        AT_LEAST_1,
        default="auto",
        says='Samples a step; "auto": 200, or all of fewer.',
    )
    lr_schedule: str | Callable[[int], float] | None = parameter(
        one_of({"cosine", "one_cycle"}),
        callable,
        None,
        default=None,
        says='The learning rate of each step: "cosine" or "one_cycle" over `max_iter` epochs; a'
        " schedule of `ganglion.schedules`; or a function of the step's number. None: it is"
        " constant.",
    )
    max_iter: int = parameter(AT_LEAST_1, default=200, says="Epochs at most.")
    max_time: float | None = parameter_of_time()
    random_state: int | np.random.RandomState | None = parameter(
        "random_state",
        default=None,
        says="Decides first weights, orders, noise, and what is held out.",
    )
    verbose: bool | int = parameter(
        "verbose", default=False, says="Whether to tell the figures of each epoch."
    )
    n_jobs: int | None = parameter_of_threads()


@parametrized
class TrainingArguments(EpochArguments):
    """How an estimator with one loss is trained, by Adam (Kingma and Ba, 2015)."""

    _: KW_ONLY
    learning_rate_init: float = parameter(
        POSITIVE, default=0.001, says="The learning rate, or the highest that `lr_schedule` has."
    )
    shuffle: bool = parameter(
        "boolean", default=True, says="Whether each epoch has a random order of its own."
    )
    tol: float = parameter(
        NOT_NEGATIVE,
        default=1e-4,
        says="By how much the loss must improve in `n_iter_no_change` epochs for a fit to go on.",
    )
    early_stopping: bool = parameter(
        "boolean",
        default=False,
        says="Whether a part of the samples is held out, whose loss must improve, and the weights"
        " of the best epoch are kept.",
    )
    validation_fraction: float = parameter(FRACTION, default=0.1, says="That part.")
    n_iter_no_change: float = parameter(
        AT_LEAST_1, Options(Real, {np.inf}), default=10, says="Epochs to wait for an improvement."
    )
