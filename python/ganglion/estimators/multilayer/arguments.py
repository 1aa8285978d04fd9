"""The arguments that classifiers and regressors share, each with what it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY
from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, Options

from ganglion.activations import ActivationFunction
from ganglion.estimators.multilayer.parameters import STOCHASTIC
from ganglion.estimators.shared.hidden_layers import ACTIVATIONS, Activation
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
class LearningArguments:
    """How an estimator learns, as scikit-learn says it."""

    _: KW_ONLY
    alpha: float = parameter(NOT_NEGATIVE, default=0.0001)
    batch_size: int | str = parameter(one_of({"auto"}), AT_LEAST_1, default="auto")
    learning_rate: str = parameter(
        one_of({"constant", "invscaling", "adaptive"}), default="constant"
    )
    learning_rate_init: float = parameter(POSITIVE, default=0.001)
    power_t: float = parameter(NOT_NEGATIVE, default=0.5)
    max_iter: int = parameter(AT_LEAST_1, default=200)
    shuffle: bool = parameter("boolean", default=True)
    random_state: int | np.random.RandomState | None = parameter("random_state", default=None)
    tol: float = parameter(NOT_NEGATIVE, default=1e-4)
    verbose: bool | int = parameter("verbose", default=False)
    warm_start: bool = parameter("boolean", default=False)
    momentum: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.9)
    nesterovs_momentum: bool = parameter("boolean", default=True)
    early_stopping: bool = parameter("boolean", default=False)
    validation_fraction: float = parameter(FRACTION, default=0.1)
    beta_1: float = parameter(FRACTION, default=0.9)
    beta_2: float = parameter(FRACTION, default=0.999)
    epsilon: float = parameter(POSITIVE, default=1e-8)
    n_iter_no_change: float = parameter(AT_LEAST_1, Options(Real, {np.inf}), default=10)


@parametrized
class OwnArguments:
    """What scikit-learn does not have."""

    _: KW_ONLY
    dropout: float = parameter(
        FRACTION,
        default=0.0,
        says="The part of each hidden layer's outputs zeroed while training, in `[0, 1)`.",
    )
    clip_norm: float | None = parameter(
        POSITIVE,
        None,
        default=None,
        says='Largest norm of the loss\'s gradient in a step of "adam" or "sgd", before the penalty'
        " of `alpha`; None clips nothing.",
    )
    weight_decay: float = parameter(
        NOT_NEGATIVE,
        default=0.0,
        says='With "adam", weights and intercepts shrink in each step by this times the learning'
        ' rate (AdamW; Loshchilov and Hutter, 2019); with "sgd" it counts in the gradient.',
    )
    lr_schedule: str | Callable[[int], float] | None = parameter(
        one_of({"cosine", "one_cycle"}),
        callable,
        None,
        default=None,
        says='The learning rate of each step of "adam" or "sgd": "cosine" or "one_cycle" over'
        " `max_iter` epochs, with `learning_rate_init` the highest; a schedule of"
        " `ganglion.schedules`; or a function of the step's number. None: as `learning_rate` says.",
    )
    warmup_steps: int = parameter(
        Interval(Integral, 0, None, closed="left"),
        default=0,
        says="Steps in which the rate rises from 0 to where it begins.",
    )
    early_stopping_metric: str | Callable[..., float] = parameter(
        str,
        callable,
        default="score",
        says='What early stopping goes by: "score", the validation\'s "loss", or one of'
        " scikit-learn's scorers, by name or as a function.",
    )
    max_time: float | None = parameter_of_time()
    keep_optimizer_state: bool = parameter(
        "boolean",
        default=False,
        says='Whether, with `warm_start`, "adam" and "sgd" go on with what they remember of the fit'
        " before.",
    )
    max_history: int | None = parameter(
        AT_LEAST_1,
        None,
        default=None,
        says="Epochs at most of which curves and scores are kept; None: of all.",
    )
    n_jobs: int | None = parameter_of_threads()


@parametrized
class NetworkArguments(OwnArguments, LearningArguments):
    """What an estimator of any network is told; those that say nothing here are scikit-learn's."""


@parametrized
class FirstArguments:
    """The arguments of a multi-layer perceptron that come first."""

    hidden_layer_sizes: int | Sequence[int] = parameter("array-like", AT_LEAST_1, default=(100,))
    activation: Activation | Sequence[Activation] = parameter(
        one_of(ACTIVATIONS),
        ActivationFunction,
        "array-like",
        default="relu",
        says="One of the hidden layers' activations, or a list with one for each; also those of"
        " `ganglion.activations` that scikit-learn does not have.",
    )
    _: KW_ONLY
    solver: str = parameter(one_of({"lbfgs", *STOCHASTIC}), default="adam")


@parametrized
class EvaluationsArgument(LearningArguments):
    """The argument of "lbfgs", in scikit-learn's place."""

    _: KW_ONLY
    max_fun: int = parameter(AT_LEAST_1, default=15000)


@parametrized
class MLPArguments(NetworkArguments, EvaluationsArgument, FirstArguments):
    """What a multi-layer perceptron is told."""

    _: KW_ONLY
    n_hidden_layers: int | None = parameter(
        AT_LEAST_1,
        None,
        default=None,
        says="With `hidden_width` in place of `hidden_layer_sizes`: how many hidden layers. None:"
        " one, where `hidden_width` is given.",
    )
    hidden_width: int | None = parameter(
        AT_LEAST_1,
        None,
        default=None,
        says="Units of each. None: 100, where `n_hidden_layers` is given.",
    )
