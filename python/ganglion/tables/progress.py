"""Progress of an estimator's fit on stderr, as one of scikit-learn's callbacks."""
# ruff: noqa: ARG002  (a hook's arguments are given)

from typing import Any

from ganglion import progress


class EpochProgress:
    """Shows epochs as a fit of the package's models does: a bar in a terminal, else lines.

    Args:
        samples: How many are trained on.
        batch_size: How many make a step.
    """

    def __init__(self, samples: int, batch_size: int) -> None:
        self._samples = samples
        self._steps = -(-samples // batch_size)
        self._shown = progress.get("auto")

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
