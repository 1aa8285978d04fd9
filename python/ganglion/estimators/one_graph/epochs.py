"""What the loop of all fits runs for a compiled model that an estimator holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base.messages import say, warn
from ganglion.callbacks import Logs
from ganglion.estimators.shared.stochastic_fits import warn_of_ending
from ganglion.training import loop
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.objectives import Objective
from ganglion.training.passes import BatchNotFiniteError
from ganglion.training.progress import Progress
from ganglion.training.sources import ArraySource

_ROWS = 256  # looked at together


@dataclass(slots=True, kw_only=True)
class ModelEpochs(loop.Listener):
    """Epochs of a model that goes by its objective.

    Args:
        objective: What it is compiled for.
        source: Where batches come from.
        held_out: Samples whose loss is taken after each epoch; None: there are none.
        verbose: Whether to tell the figures.
    """

    objective: Objective
    source: ArraySource
    held_out: Dataset | None
    verbose: bool

    @property
    def samples(self) -> int:
        """How many there are in an epoch."""
        return self.source.samples

    @property
    def weights(self) -> NDArray[Any]:
        """All of the model's."""
        return self.objective.model.store.values

    def run(self, epoch: int) -> Logs:
        """Train for an epoch and return its figures.

        Raises:
            ValueError: When a loss or a parameter is no longer finite.
        """
        try:
            return self.objective.training.run_epoch(self.source, self.objective.rates, epoch)
        except BatchNotFiniteError as error:
            raise ValueError(
                f"fit: in epoch {epoch + 1}: {error.culprit} is not finite. Scale X, or lower"
                " learning_rate_init"
            ) from error

    def validate(self) -> Logs:
        """Return the loss of what is held out."""
        if self.held_out is None:
            return {}
        evaluation = self.objective.evaluation()
        source = ArraySource(self.held_out, min(_ROWS, len(self.held_out)))
        try:
            return {"val_loss": evaluation.run_epoch(source, np.zeros)["loss"]}
        except BatchNotFiniteError:
            return {"val_loss": np.nan}
        finally:
            self.objective.give_back(evaluation)

    def figures_come(self, epoch: int, figures: Logs) -> None:
        """Tell them, where they are to be told."""
        if self.verbose:
            told = ", ".join(f"{name} = {value:.8f}" for name, value in figures.items())
            say(f"Iteration {epoch + 1}, {told}")


def run(plan: FitPlan, progress: Progress, epochs: ModelEpochs, *, is_part: bool) -> None:
    """Run epochs until one is the last, and warn where that is not because nothing improves.

    One that fails leaves weights and optimizer as they were before the first; Ctrl-C keeps what has
    been learnt.

    Args:
        plan: What the fit goes by.
        progress: How it gets on.
        epochs: What is run.
        is_part: Whether it is one epoch of many calls, and more are to come.
    """
    objective = epochs.objective
    with objective.model.store.access.training("fit"):
        before = objective.snapshot
        before.take()
        try:
            ending = loop.run(plan, progress, epochs, [epochs], epochs.validate)
        except KeyboardInterrupt:
            warn(["Training interrupted by user."])
            return
        except Exception:
            before.put_back()
            raise
    warn_of_ending(ending, plan, progress, is_part=is_part)
