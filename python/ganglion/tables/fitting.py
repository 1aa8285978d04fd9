"""Fits of the command line: scikit-learn's estimators on the core, made networks of the package."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ganglion as gn
from ganglion import activations
from ganglion.estimators.multilayer.perceptrons import BaseMLP
from ganglion.estimators.shared.hidden_layers import activations_of
from ganglion.neural_network import MLPClassifier, MLPRegressor
from ganglion.tables.errors import InputError
from ganglion.tables.options import Task, TrainOptions
from ganglion.tables.preparation import Preparation
from ganglion.tables.showing import EpochProgress

Say = Callable[[str], None]  # is told how a training gets on, line by line
Warn = Callable[[Sequence[str]], None]  # is told at once of all that may be wrong with a table
Examples = tuple[NDArray[np.float32], NDArray[Any]]  # inputs (rows, width), targets (rows,)

FAILURES = (ArithmeticError, MemoryError, ValueError)  # of a fit whose settings do not go


def train_one(
    task: Task, options: TrainOptions, training: Examples, validation: Examples, say: Say
) -> BaseMLP:
    """Train until the validation loss stops falling, and keep the weights of its best epoch."""
    estimator = make_estimator(task, options, rows=len(training[0]))
    if not options.quiet and hasattr(estimator, "set_callbacks"):  # scikit-learn 1.9 or newer
        estimator.set_callbacks(EpochProgress(len(training[0]), int(estimator.batch_size)))
    with told_in_our_words():
        estimator.fit(*training, X_val=validation[0], y_val=validation[1])
    if estimator.interrupted_:
        if not hasattr(estimator, "best_epoch_"):
            raise KeyboardInterrupt
        say("interrupted: the model so far is kept")
    say(f"trained {estimator.n_iter_} epochs, best was epoch {estimator.best_epoch_}")
    return estimator


def make_estimator(
    task: Task, options: TrainOptions, *, rows: int, **changes: Any
) -> MLPClassifier | MLPRegressor:
    """Return the estimator that the options describe, not yet fitted to so many rows."""
    make = MLPClassifier if task is Task.CLASSIFICATION else MLPRegressor
    arguments: dict[str, Any] = {
        "hidden_layer_sizes": tuple(options.hidden),
        "activation": activations.get(options.activation).name,  # also by other packages' names
        "batch_size": min(options.batch_size, rows),
        "learning_rate_init": options.learning_rate,
        "max_iter": options.epochs,
        "dropout": options.dropout,
        "early_stopping": True,
        "early_stopping_metric": "loss",
        "n_iter_no_change": options.patience,
        "tol": 0.0,
        "random_state": options.seed,
    }
    if task is Task.CLASSIFICATION:
        arguments["class_weight"] = options.class_weight
    return make(**{**arguments, **changes})


@contextmanager
def told_in_our_words() -> Iterator[None]:
    """Silence the warnings of fits, and turn their errors into those of the command line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except FAILURES as error:
            raise InputError(f"training failed: {reason(error)}") from error


def reason(failure: Exception) -> str:
    """Say why a fit has failed."""
    if isinstance(failure, MemoryError):
        return "there is no memory for layers of these sizes (--hidden)"
    return str(failure)


def network_of(estimator: BaseMLP, preparation: Preparation) -> gn.Sequential:
    """Return a network with an estimator's weights; for classes it gives a logit for each."""
    hidden = estimator.coefs_[:-1]
    each = zip(hidden, activations_of(estimator.activation, len(hidden)), strict=True)
    layers = [gn.Dense(coef.shape[1], activation) for coef, activation in each]
    net = gn.Sequential(
        [*layers, gn.Dense(preparation.target.output_size)],
        input_size=preparation.width,
        dtype=str(estimator.coefs_[0].dtype),
    )
    pairs = zip(estimator.coefs_, estimator.intercepts_, strict=True)
    weights = [part for pair in pairs for part in pair]
    if net.output_size == 2:  # the estimator has one logit, that of the second class
        weights[-2:] = [np.insert(part, 0, 0.0, axis=-1) for part in weights[-2:]]
    net.set_weights(weights)
    return net
