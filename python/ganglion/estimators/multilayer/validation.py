"""What a stochastic fit looks at after each epoch beside its own loss."""

from __future__ import annotations

from ganglion._base.messages import say
from ganglion.callbacks import Logs
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.estimators.multilayer.scoring import ValidationScore
from ganglion.training.data import Dataset

_ROWS = 256  # looked at together


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
