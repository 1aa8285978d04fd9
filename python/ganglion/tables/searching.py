"""A small search: networks of a few settings, trained side by side, and the best of them."""

from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import pandas as pd

from ganglion.estimators.shared.hidden_layers import sizes_of
from ganglion.model_selection import fit_many
from ganglion.tables.errors import InputError
from ganglion.tables.fitting import (
    FAILURES,
    Examples,
    Fitted,
    Say,
    make_estimator,
    reason,
    told_in_our_words,
)
from ganglion.tables.options import Task, TrainOptions
from ganglion.tables.showing import SearchProgress
from ganglion.tables.wording import plain

_SMALL = (64,)  # hidden layers beside those asked for


def search(
    task: Task, options: TrainOptions, training: Examples, validation: Examples, say: Say
) -> Fitted:
    """Train a network for each setting, print their table, and return the best.

    It is the one with the lowest validation loss, with the weights of its best epoch. Ctrl-C ends
    the search with those that have one.
    """
    settings = grid(options)
    say(f"search: {len(settings)} networks")
    rows = len(training[1])
    interrupted = False
    with told_in_our_words(), SearchProgress(len(settings), quiet=options.quiet) as progress:
        trials = [
            Trial(make_estimator(task, options, rows=rows, **one), progress) for one in settings
        ]
        try:
            fit_many(trials, *training, X_val=validation[0], y_val=validation[1])
        except KeyboardInterrupt:
            interrupted = True
    ranked = sorted(
        (trial.estimator for trial in trials if trial.is_of_use),
        key=lambda estimator: float(estimator.best_validation_loss_),
    )
    if not ranked and interrupted:
        raise KeyboardInterrupt
    if not ranked:
        raise InputError(f"training failed: {trials[0].failure}")
    if interrupted:
        say("interrupted: the best network so far is kept")
    say(table_of(ranked, "accuracy" if task is Task.CLASSIFICATION else "R2"))
    say("the first is kept; the choice flatters its validation figures, not those on the test rows")
    if failures := [trial.failure for trial in trials if trial.failure is not None]:
        say(f"{len(failures)} more failed: {failures[0]}")
    return ranked[0]


@dataclass
class Trial:
    """A network of a search; one that does not stay finite does not end the others."""

    estimator: Fitted
    progress: SearchProgress
    failure: str | None = None

    def fit(self, X: Any, y: Any, **params: Any) -> Self:
        """Fit the network, and note its failure."""
        try:
            self.estimator.fit(X, y, **params)
        except FAILURES as error:
            self.failure = reason(error)
        self.progress.network_is_done(
            float(self.estimator.best_validation_loss_) if self.is_of_use else float("inf")
        )
        return self

    @property
    def is_of_use(self) -> bool:
        """Whether there is an epoch whose weights can be kept."""
        return self.failure is None and hasattr(self.estimator, "best_epoch_")


def grid(options: TrainOptions) -> list[dict[str, Any]]:
    """Return the settings that are tried: around those that were asked for."""
    hidden = dict.fromkeys([_SMALL, tuple(options.hidden)])
    rates = [options.learning_rate / 3, options.learning_rate, options.learning_rate * 3]
    dropouts = dict.fromkeys([0.0, options.dropout])
    return [
        {"hidden_layer_sizes": sizes, "learning_rate_init": rate, "dropout": dropout}
        for sizes, rate, dropout in product(hidden, rates, dropouts)
    ]


def table_of(estimators: list[Fitted], score: str) -> str:
    """Return a line for each network, the best first."""
    lines = [
        {
            "hidden": ",".join(map(str, sizes_of(one.hidden_layer_sizes))) or "none",
            "learning rate": plain(one.learning_rate_init, digits=2),
            "dropout": one.dropout,
            "epochs": one.n_iter_,
            "validation loss": f"{one.best_validation_loss_:.4f}",
            f"validation {score}": f"{one.validation_scores_[one.best_epoch_ - 1]:.4f}",
            "seconds": f"{one.fit_time_:.1f}",
        }
        for one in estimators
    ]
    return pd.DataFrame(lines).to_string(index=False)
