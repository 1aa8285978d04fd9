"""The callback that ends a fit with the mean of the weights of many epochs."""
# ruff: noqa: ARG002  (a hook's arguments are given)

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.callbacks.hooks import Callback, Logs, Params


@explained
class StochasticWeightAveraging(Callback):
    """End a fit with the mean of the weights at the ends of its epochs (Izmailov et al., 2018).

    It goes with a learning rate that stays high, so that the epochs' weights lie about a wide
    optimum. Once the mean is there, what `BatchNormalization` remembers is computed anew: its
    running means and variances become the means of those of all batches. The training data are
    gone over once more for that, so that an iterable must give them once more. An epoch whose loss
    is not finite does not count.

    The mean takes the weights' place when all epochs are over, or a callback has asked for the end;
    after Ctrl-C or an error they are the last ones, and the mean so far is in `average_weights`.
    What `EarlyStopping(restore_best_weights=True)` restores is put in the mean's place if that
    callback stands behind this one, and before it the other way round.

    Args:
        start_epoch: The first epoch whose weights count, by its number from 0.
        learning_rate: The rate from that epoch on, which replaces rate or schedule; None: it stays.

    Raises:
        ValueError: When a fit begins that ends before `start_epoch`, or whose optimizer averages
            weights itself.

    Attributes:
        average_weights: The mean so far, as `get_weights` has weights, in float64; None before the
            first.
        averaged_epochs: How many epochs it is of.
    """

    def __init__(self, start_epoch: int, learning_rate: float | None = None) -> None:
        checks.count("start_epoch", start_epoch)
        if learning_rate is not None:
            checks.non_negative("learning_rate", learning_rate)
        self.start_epoch = start_epoch
        self.learning_rate = learning_rate
        self.average_weights: list[NDArray[Any]] | None = None
        self.averaged_epochs = 0
        self._renew_moments: Callable[[], None] = lambda: None

    def set_params(self, params: Params) -> None:
        """Receive what the fit is about to do, and forget the one before.

        Raises:
            ValueError: When no epoch would count, or the optimizer averages weights itself.
        """
        self.average_weights, self.averaged_epochs = None, 0
        if self.model.optimizer.use_ema:
            raise ValueError(
                "StochasticWeightAveraging: the optimizer averages weights too, with use_ema=True,"
                " and one of both ends in the weights"
            )
        if self.start_epoch >= params["epochs"]:
            raise ValueError(
                f"StochasticWeightAveraging: start_epoch is {self.start_epoch}, must be less than"
                f" epochs, {params['epochs']}: they are numbered from 0"
            )
        super().set_params(params)

    def set_moments(self, renew: Callable[[], None]) -> None:
        """Receive what computes running moments anew for the weights that the model has."""
        self._renew_moments = renew

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Look whether a rate is to be set."""
        self._sets_rate = self.learning_rate is not None

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the learning rate, before the first epoch that counts."""
        if self._sets_rate and self.learning_rate is not None and epoch >= self.start_epoch:
            self.model.learning_rate = self.learning_rate
            self._sets_rate = False

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Let the epoch's weights count in the mean."""
        if epoch < self.start_epoch or not math.isfinite((logs or {}).get("loss", 0.0)):
            return
        weights = [one.astype(np.float64) for one in self.model.get_weights()]
        self.averaged_epochs += 1
        before = weights if self.average_weights is None else self.average_weights
        self.average_weights = [
            mean + (one - mean) / self.averaged_epochs
            for mean, one in zip(before, weights, strict=True)
        ]

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Put the mean into the model, if the fit has come to its end."""
        if self.average_weights is None or not self.finished:
            return
        last = self.model.get_weights()
        try:
            self.model.set_weights(self.average_weights)
            self._renew_moments()
        except BaseException:  # Ctrl-C too: the mean does not go with moments of other weights
            self.model.set_weights(last)
            raise
