"""Fits of the command line: estimators of tables, made networks of the package."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ganglion as gn
from ganglion import activations
from ganglion.estimators.multilayer.mlp import hidden_layers
from ganglion.estimators.shared.hidden_layers import activations_of, sizes_of
from ganglion.models import Model
from ganglion.tables.errors import InputError
from ganglion.tables.estimators import TableClassifier, TableRegressor
from ganglion.tables.features import Encoded
from ganglion.tables.networks import network
from ganglion.tables.options import Task, TrainOptions
from ganglion.tables.preparation import Preparation
from ganglion.tables.showing import EpochProgress

Say = Callable[[str], None]  # is told how a training gets on, line by line
Warn = Callable[[Sequence[str]], None]  # is told at once of all that may be wrong with a table
Examples = tuple[Encoded, NDArray[Any]]  # inputs, targets (rows,)
Fitted = TableClassifier | TableRegressor

FAILURES = (ArithmeticError, MemoryError, ValueError)  # of a fit whose settings do not go


def train_one(
    task: Task, options: TrainOptions, training: Examples, validation: Examples, say: Say
) -> Fitted:
    """Train until the validation loss stops falling, and keep the weights of its best epoch."""
    estimator = make_estimator(task, options, rows=len(training[1]))
    if not options.quiet and hasattr(estimator, "set_callbacks"):  # scikit-learn 1.9 or newer
        estimator.set_callbacks(EpochProgress(len(training[1]), int(estimator.batch_size)))
    with told_in_our_words():
        estimator.fit(*training, X_val=validation[0], y_val=validation[1])
    if estimator.interrupted_:
        if not hasattr(estimator, "best_epoch_"):
            raise KeyboardInterrupt
        say("interrupted: the model so far is kept")
    say(f"trained {estimator.n_iter_} epochs, best was epoch {estimator.best_epoch_}")
    return estimator


def make_estimator(task: Task, options: TrainOptions, *, rows: int, **changes: Any) -> Fitted:
    """Return the estimator that the options describe, not yet fitted to so many rows."""
    make = TableClassifier if task is Task.CLASSIFICATION else TableRegressor
    arguments: dict[str, Any] = {
        "hidden_layer_sizes": tuple(options.hidden),
        "activation": activations.get(options.activation).name,  # also by other packages' names
        "batch_size": min(options.batch_size, rows),
        "learning_rate_init": options.learning_rate,
        "max_iter": options.epochs,
        "dropout": options.dropout,
        "n_iter_no_change": options.patience,
        "random_state": options.seed,
    }
    if task is Task.CLASSIFICATION:
        arguments["class_weight"] = options.class_weight
    else:
        arguments["standardize_target"] = False  # it is scaled as the file says
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


def network_of(estimator: Fitted, preparation: Preparation) -> Model:
    """Return a network with an estimator's weights; for classes it gives a logit for each."""
    sizes, outputs = sizes_of(estimator.hidden_layer_sizes), preparation.target.output_size
    activations = activations_of(estimator.activation, len(sizes))
    layers = [*hidden_layers(sizes, activations), gn.Dense(outputs)]
    net = network(preparation, layers, estimator.model_.dtype, seed=0)
    weights = estimator.model_.get_weights()
    if outputs == 2:  # the estimator has one logit, that of the second class
        weights[-2:] = [np.insert(part, 0, 0.0, axis=-1) for part in weights[-2:]]
    net.set_weights(weights)
    return net
