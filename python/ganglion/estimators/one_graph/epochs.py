"""What the loop of all fits runs for a model that an estimator holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ganglion._base.messages import say, warn
from ganglion.callbacks import Logs
from ganglion.estimators.shared.stochastic_fits import warn_of_ending
from ganglion.training import loop
from ganglion.training.fit_plan import FitPlan
from ganglion.training.model_epochs import Aim, ModelEpochs
from ganglion.training.model_fits import evaluate
from ganglion.training.objectives import Objective
from ganglion.training.passes import BatchNotFiniteError, LossNotFiniteError
from ganglion.training.progress import Progress
from ganglion.training.sources import ArraySource


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorEpochs(ModelEpochs):
    """Epochs that tell their figures as scikit-learn's estimators do; nothing is held out."""

    def run(self, epoch: int) -> Logs:
        """Train for an epoch and return its figures.

        Raises:
            ValueError: When a loss or a parameter is no longer finite.
        """
        try:
            return self.objective.training.run_epoch(
                "fit", self.source, self.objective.rates, epoch
            )
        except BatchNotFiniteError as error:
            raise ValueError(
                f"fit: in epoch {epoch + 1}: {error.culprit} is not finite. Scale X, or lower"
                " learning_rate_init"
            ) from error

    def validate(self) -> Logs:
        """Return what figures there are of an epoch beside its own."""
        return {}

    def figures_come(self, epoch: int, figures: Logs) -> None:
        """Tell them, where they are to be told."""
        if self.verbose:
            told = ", ".join(f"{name} = {value:.8f}" for name, value in figures.items())
            say(f"Iteration {epoch + 1}, {told}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutEpochs(EstimatorEpochs):
    """Epochs after each of which samples that are held out are looked at.

    Args:
        held_out: Their batches.
    """

    objective: Objective
    held_out: ArraySource

    def validate(self) -> Logs:
        """Return their loss."""
        try:
            return {"val_loss": evaluate(self.objective, self.held_out)["loss"]}
        except LossNotFiniteError:
            return {"val_loss": np.nan}


@contextmanager
def undone_on_failure(aim: Aim) -> Iterator[None]:
    """Give weights and optimizers back what they had before, when what is done in here raises."""
    before = aim.snapshot
    before.take()
    try:
        yield
    except BaseException:
        before.put_back()
        raise


def run(
    plan: FitPlan,
    progress: Progress,
    epochs: EstimatorEpochs,
    listener: loop.Listener,
    *,
    is_part: bool,
) -> None:
    """Run epochs until one is the last, and warn where that is not because nothing improves.

    Ctrl-C ends them, and keeps what has been learnt.

    Args:
        plan: What the fit goes by.
        progress: How it gets on.
        epochs: What is run.
        listener: Who is told of each.
        is_part: Whether it is one epoch of many calls, and more are to come.
    """
    try:
        ending = loop.run(plan, progress, epochs, [epochs, listener], epochs.validate)
    except KeyboardInterrupt:
        warn(["Training interrupted by user."])
    else:
        warn_of_ending(ending, plan, progress, is_part=is_part)
