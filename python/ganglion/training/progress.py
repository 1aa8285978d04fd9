"""How a fit gets on: one record, which its loop writes and all others read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """What is known of a fit, and of those before it that it goes on from.

    Args:
        epochs: How many this fit has run.
        epochs_in_all: And those before it too.
        samples: How many have been trained on in all, each in each epoch.
        loss: That of the last epoch; None before the first.
        losses: Of each epoch.
        scores: Of the validation samples after each epoch; None where there are none.
        validation_losses: Their losses.
        best_loss: The least; None where validation decides.
        best_score: The highest; None where there is no validation.
        best_validation_loss: The least.
        best_epoch: The epoch, of all, that was best; None where none was.
        waited: Epochs since the last that improved.
        interrupted: Whether it was ended by Ctrl-C.
    """

    epochs: int = 0
    epochs_in_all: int = 0
    samples: int = 0
    loss: float | None = None
    losses: list[float] = field(default_factory=list)
    scores: list[float] | None = None
    validation_losses: list[float] = field(default_factory=list)
    best_loss: float | None = math.inf
    best_score: float | None = None
    best_validation_loss: float = math.inf
    best_epoch: int | None = None
    waited: int = 0
    interrupted: bool = False

    def epoch_ends(self, loss: float, samples: int) -> None:
        """Note an epoch over so many samples."""
        self.epochs += 1
        self.epochs_in_all += 1
        self.samples += samples
        self.loss = loss
        self.losses.append(loss)

    def forget_before(self, kept: int) -> None:
        """Forget the figures of all but the last epochs."""
        for figures in (self.losses, self.scores or [], self.validation_losses):
            del figures[:-kept]
