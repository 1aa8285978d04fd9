"""Callbacks that end a fit before its last epoch."""
# ruff: noqa: ARG002  (a hook's arguments are given)

import math
from typing import Any

from numpy.typing import NDArray

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.messages import announce
from ganglion.callbacks.hooks import Callback, Logs
from ganglion.callbacks.monitor import MonitorCallback


@explained
class EarlyStopping(MonitorCallback):
    """Stop when a figure has not improved for `patience` epochs.

    Args:
        monitor: Name of the figure, as it stands in the history.
        min_delta: Smallest change that counts as an improvement.
        patience: Epochs without improvement after which to stop.
        verbose: 1 says when training stops and when weights are restored; 0 does so in a fit that
            shows its progress.
        mode: `"min"`, `"max"` or `"auto"`, which goes by the figure's name.
        baseline: A value the figure must improve on for the waiting to start again.
        restore_best_weights: Whether the model ends with the weights of its best epoch, however
            the fit ends.
        start_from_epoch: Epochs to let pass before the figure is looked at.

    Attributes:
        best: The figure's best value.
        best_epoch: The epoch of the best value, from 0.
        wait: Epochs since the last improvement.
        stopped_epoch: The epoch the callback stopped after, 0 when it did not.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        checks.count("patience", patience)
        checks.count("start_from_epoch", start_from_epoch)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.best = self.worst
        self.best_epoch = 0
        self.best_weights: list[NDArray[Any]] | None = None
        self.wait = 0
        self.stopped_epoch = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the fit before."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare the figure with the best so far, and stop after too long a wait."""
        current = self.figure(logs)
        if epoch < self.start_from_epoch:
            return
        improved = self.is_improvement(current, self.best)
        if improved:
            self.best = current
        if improved or (self.restore_best_weights and self.best_weights is None):
            self._remember(epoch)
        self.wait += 1
        if improved:
            if self.baseline is None or self.is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Put the best weights back."""
        tells = self.verbose or self.params["verbose"]
        if tells and self.stopped_epoch:
            announce(
                f"Epoch {self.stopped_epoch + 1}: early stopping, {self.monitor} was best,"
                f" {self.best:.4g}, in epoch {self.best_epoch + 1}"
            )
        if self.best_weights is not None:
            if tells:
                announce(f"Restoring the weights of the best epoch: {self.best_epoch + 1}")
            self.model.set_weights(self.best_weights)

    def _remember(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()


class TerminateOnNaN(Callback):
    """Stop after an epoch whose loss is not finite.

    Keras looks after every batch. One such batch makes the mean over its epoch not finite too, so
    looking there finds the same runs and leaves the epoch one call.
    """

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Stop when the loss is not finite."""
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            announce(f"Epoch {epoch + 1}: the loss is {loss}, terminating training")
            self.model.stop_training = True
