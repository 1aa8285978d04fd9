"""What fits by batches have in common: how large those are, what is held out, and how they end."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from ganglion._base.arrays import Array
from ganglion._base.messages import warn
from ganglion.training.data import Dataset
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Ending
from ganglion.training.progress import Progress


def batch_size_of(given: int | str, samples: int) -> int:
    """Return the rows of a step, of so many samples, from the parameter `batch_size`."""
    if isinstance(given, str):  # "auto"
        return min(200, samples)
    if given > samples:
        warn(["Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"])
    return int(np.clip(given, 1, samples))


def check_part(lr_schedule: Any, *, early_stopping: bool = False) -> None:
    """Refuse arguments that need the whole of a fit, where a part is asked for."""
    if early_stopping:
        raise ValueError("partial_fit does not support early_stopping=True")
    if isinstance(lr_schedule, str):
        raise ValueError(
            f"lr_schedule is {lr_schedule!r}, which goes over the epochs of a fit:"
            " partial_fit takes a schedule or a function of the step"
        )


def hold_out(
    samples: Dataset,
    fraction: float,
    random_state: np.random.RandomState,
    stratify: Array | None,
) -> tuple[Dataset, Dataset]:
    """Return what is trained on, and what is split off to be looked at: classes count the same.

    Args:
        samples: All.
        fraction: The part that is split off.
        random_state: Decides which.
        stratify: What both keep the shares of; None: nothing.

    Raises:
        ValueError: When the latter is fewer than two samples, or counts nothing.
    """
    train, test = train_test_split(
        np.arange(len(samples)), random_state=random_state, test_size=fraction, stratify=stratify
    )
    if len(test) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your"
            " dataset."
        )
    held_out = samples.rows(test)
    held_out = held_out.with_targets(weight=held_out.metric_weight)
    if held_out.weight is not None and not held_out.weight.sum() > 0:
        raise ValueError("The weights of the samples held out are all zero: another random_state?")
    return samples.rows(train), held_out


def warn_of_ending(ending: Ending, plan: FitPlan, progress: Progress, *, is_part: bool) -> None:
    """Warn of a fit that did not end because nothing improves any more, as scikit-learn does."""
    if ending is Ending.OUT_OF_TIME:
        what = plan.clock.message(f"{progress.epochs} epochs")
    elif ending is Ending.ALL_ARE_RUN and plan.goes_by is not None and not is_part:
        what = (
            f"Maximum iterations ({len(plan.epochs)}) reached and the optimization hasn't"
            " converged yet."
        )
    else:
        return
    warn([f"Stochastic Optimizer: {what}"], category=ConvergenceWarning)
