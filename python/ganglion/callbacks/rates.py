"""Callbacks that set the learning rate from epoch to epoch."""
# ruff: noqa: ARG002  (a hook's arguments are given)

from collections.abc import Callable, Sequence

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.functions import check_takes
from ganglion._base.messages import announce
from ganglion.callbacks.hooks import Callback, Logs
from ganglion.callbacks.monitor import MonitorCallback

_SCHEDULE = "LearningRateScheduler: schedule"
_EPOCH_AND_RATE = ("epoch", "learning_rate")


@explained
class LearningRateScheduler(Callback):
    """Ask a function for the learning rate of every epoch, and report it with the figures.

    Args:
        schedule: `schedule(epoch, learning_rate)`, given the number of the epoch from 0 and the
            current rate, returns the new rate; or `schedule(epoch)`, without the rate.
        verbose: 1 says every rate, 0 is silent.

    Raises:
        TypeError: When `schedule` cannot be called so.
    """

    def __init__(
        self, schedule: Callable[[int, float], float] | Callable[[int], float], verbose: int = 0
    ) -> None:
        self._reads_rate = not _takes(schedule, ["epoch"]) or _takes(schedule, _EPOCH_AND_RATE)
        if self._reads_rate:
            check_takes(_SCHEDULE, schedule, _EPOCH_AND_RATE)
        self.schedule: Callable[..., float] = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the learning rate of the epoch."""
        rate = self.model.learning_rate
        learning_rate = self.schedule(epoch, rate) if self._reads_rate else self.schedule(epoch)
        checks.non_negative("learning_rate", learning_rate)
        self.model.learning_rate = learning_rate
        if self.verbose:
            announce(f"Epoch {epoch + 1}: the learning rate is {learning_rate:g}")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Report the learning rate."""
        if logs is not None:
            logs["learning_rate"] = self.model.learning_rate


def _takes(schedule: object, arguments: Sequence[str]) -> bool:
    try:
        check_takes(_SCHEDULE, schedule, arguments)
    except TypeError:
        return False
    return True


@explained
class ReduceLROnPlateau(MonitorCallback):
    """Reduce the learning rate when a figure has not improved for `patience` epochs.

    The rate is reported with the figures of every epoch.

    Args:
        monitor: Name of the figure, as it stands in the history.
        factor: What the rate is multiplied by, in `[0, 1)`.
        patience: Epochs without improvement after which the rate is reduced.
        verbose: 1 says every reduction, 0 is silent.
        mode: `"min"`, `"max"` or `"auto"`, which goes by the figure's name.
        min_delta: Smallest change that counts as an improvement.
        cooldown: Epochs after a reduction that do not count as waiting.
        min_lr: The lowest rate to go to.

    Attributes:
        best: The figure's best value.
        wait: Epochs since the last improvement, the last reduction or the end of its cooldown.
        cooldown_counter: Epochs of cooldown that are left.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        checks.fraction("factor", factor)
        checks.count("patience", patience)
        checks.count("cooldown", cooldown)
        checks.non_negative("min_lr", min_lr)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best = self.worst
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the fit before."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare the figure with the best so far, and reduce the rate after too long a wait."""
        current = self.figure(logs)
        if logs is not None:
            logs["learning_rate"] = self.model.learning_rate
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self.model.learning_rate > self.min_lr:
                self._reduce(epoch)

    def in_cooldown(self) -> bool:
        """Return whether a reduction is too recent for another."""
        return self.cooldown_counter > 0

    def _reduce(self, epoch: int) -> None:
        learning_rate = max(self.model.learning_rate * self.factor, self.min_lr)
        self.model.learning_rate = learning_rate
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            announce(f"Epoch {epoch + 1}: reducing the learning rate to {learning_rate:g}")
