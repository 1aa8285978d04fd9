"""What a stochastic fit looks at after each epoch beside its own loss."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import train_test_split

from ganglion._base.arrays import Array
from ganglion._base.messages import say
from ganglion.callbacks import Logs
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.scoring import ValidationScore
from ganglion.training.data import Dataset

_ROWS = 256  # looked at together


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


def look(score: ValidationScore, loss: PenalizedLoss, samples: Dataset, *, verbose: bool) -> Logs:
    """Return score and loss of samples that are not trained on, NaN where they are not finite.

    Args:
        score: Their score.
        loss: Makes their loss.
        samples: They, with targets as the loss takes them.
        verbose: Whether to tell the score.
    """
    figures = {"val_score": score.value(), "val_loss": loss.over(samples, min(_ROWS, len(samples)))}
    if verbose:
        say(f"Validation score: {figures['val_score']:f}")
    return figures
