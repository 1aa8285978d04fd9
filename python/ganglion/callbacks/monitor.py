"""What the callbacks that watch one figure have in common."""

import math

from ganglion._base import checks, naming
from ganglion._base.improvement import improves
from ganglion.callbacks.hooks import Callback, Logs

# Words in the names of figures that rise, and fall, as a model gets better.
_RISING = {"acc", "accuracy", "auc", "f1", "precision", "recall", "r2"}
_FALLING = {"error", "loss", "mae", "mse"}


def _rises(monitor: str) -> bool:
    """Tell whether a figure rises, by the last word that says so: an output's name goes before."""
    telling = [word for word in monitor.split("_") if word in _RISING | _FALLING]
    return bool(telling) and telling[-1] in _RISING


class MonitorCallback(Callback):
    """Base of the callbacks that watch one figure and remember its best value.

    Args:
        monitor: Name of the figure, as it stands in the history.
        mode: Whether a `"min"` or a `"max"` is sought; `"auto"` seeks the largest accuracy, auc,
            f1, precision, recall and r2, and the smallest of anything else. It goes by the end of
            the name: the `acc_loss` of an output that is called acc is a loss.
        min_delta: Smallest change that counts as an improvement.
        best: The value to improve on; None takes the first.
    """

    def __init__(
        self, monitor: str, mode: str, min_delta: float = 0.0, best: float | None = None
    ) -> None:
        naming.resolve("mode", mode, ("auto", "max", "min"))
        checks.finite("min_delta", min_delta)
        rises = mode == "max" or (mode == "auto" and _rises(monitor))
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.worst = -math.inf if rises else math.inf
        self.best = self.worst if best is None else best

    def figure(self, logs: Logs | None) -> float:
        """Return the figure's value; a ValueError names those there are when it is not there."""
        figures = logs or {}
        if self.monitor not in figures:
            known = ", ".join(sorted(figures)) or "none"
            raise ValueError(
                f"{type(self).__name__}: no figure {self.monitor!r} to monitor; there are: {known}"
            )
        return figures[self.monitor]

    def is_improvement(self, value: float, reference: float) -> bool:
        """Return whether `value` is better than `reference` by more than `min_delta`."""
        rises = self.worst < 0
        return improves(value, reference, least=self.min_delta, rises=rises, reaching=False)
