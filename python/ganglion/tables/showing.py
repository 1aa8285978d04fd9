"""Progress on stderr: of an estimator's fit, as one of scikit-learn's callbacks; of a search."""
# ruff: noqa: ARG002  (a hook's arguments are given)

from threading import Lock
from typing import Any, Self

from ganglion._base.messages import announce
from ganglion.callbacks import bars
from ganglion.tables.wording import plain


class EpochProgress:
    """Shows epochs as a fit of the package's models does: a bar in a terminal, else lines.

    Args:
        samples: How many are trained on.
        batch_size: How many make a step.
    """

    def __init__(self, samples: int, batch_size: int) -> None:
        self._samples = samples
        self._steps = -(-samples // batch_size)
        self._shown = bars.get("auto")

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin with no epoch."""
        epochs = context.max_subtasks
        self._shown.set_params(
            {
                "initial_epoch": 0,
                "epochs": epochs,
                "steps": self._steps,
                "samples": self._samples,
                "verbose": True,
            }
        )
        self._shown.on_train_begin()

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Look at the clock."""
        if context.parent is not None:
            self._shown.on_epoch_begin(context.task_id)

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Show an epoch's figures."""
        if context.parent is not None:
            score = "accuracy" if hasattr(estimator, "classes_") else "R2"
            figures = {
                "loss": estimator.loss_,
                "val_loss": estimator.validation_loss_curve_[-1],
                f"val_{score}": estimator.validation_scores_[-1],
            }
            self._shown.on_epoch_end(context.task_id, figures)

    def teardown(self, estimator: Any, context: Any) -> None:
        """Leave the bar as it is."""
        self._shown.on_train_end()


class SearchProgress:
    """Shows the networks of a search that are done: a bar in a terminal, else a line for each.

    Args:
        networks: How many there are.
        quiet: Whether to show nothing.
    """

    def __init__(self, networks: int, *, quiet: bool) -> None:
        self._bar = None if quiet or not bars.is_interactive() else bars.bar(networks)
        self._say_lines = self._bar is None and not quiet
        self._networks = networks
        self._lock = Lock()  # networks are done in many threads
        self._done = 0
        self._best = float("inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def network_is_done(self, loss: float) -> None:
        """Show one more, with its best validation loss, infinite where it has none."""
        with self._lock:
            self._done += 1
            self._best = min(self._best, loss)
            best = f"best validation loss: {plain(self._best)}"
            if self._bar is not None:
                self._bar.set_postfix_str(best, refresh=False)
                self._bar.update()
            if self._say_lines:
                announce(f"Network {self._done}/{self._networks} - {best}")
