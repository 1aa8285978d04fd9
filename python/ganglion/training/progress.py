"""How a fit gets on: one record, which its loop writes and all others read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ganglion._base.improvement import improves
from ganglion.callbacks.history import History
from ganglion.training.fit_plan import FitPlan, rises, worst


@dataclass(slots=True)
class Progress:
    """What is known of a fit, and of those before it that it goes on from.

    Args:
        epochs: How many this fit has run.
        epochs_in_all: And those before it too: the number of the next.
        samples: How many have been trained on in all, each in each epoch.
        loss: That of the last epoch; None before the first, and where there is none for the whole.
        history: The figures of each epoch.
        best: The best value of each figure that has been watched.
        best_epoch: Which epoch was best, of all, from 1; None where none was.
        waited: Epochs since the last that improved.
        interrupted: Whether this fit was ended by Ctrl-C.
    """

    epochs: int = 0
    epochs_in_all: int = 0
    samples: int = 0
    loss: float | None = None
    history: History = field(default_factory=History)
    best: dict[str, float] = field(default_factory=dict)
    best_epoch: int | None = None
    waited: int = 0
    interrupted: bool = False

    @property
    def is_best(self) -> bool:
        """Whether the last epoch was the best of all."""
        return self.best_epoch == self.epochs_in_all

    def fit_begins(self, plan: FitPlan) -> None:
        """Note that a fit begins, which may go on from another."""
        self.epochs, self.interrupted = 0, False
        for figure in plan.watched:
            self.best.setdefault(figure, worst(figure))
            self.history.history.setdefault(figure, [])

    def epoch_ends(self, figures: Mapping[str, float], samples: int, plan: FitPlan) -> None:
        """Note an epoch over so many samples, and whether it improves what the plan goes by."""
        self.history.append(self.epochs_in_all, figures)
        self.epochs += 1
        self.epochs_in_all += 1
        self.samples += samples
        self.loss = figures.get("loss")
        improvements = [figure for figure in plan.watched if self._note(figure, figures, plan)]
        self.waited = 0 if plan.goes_by in (None, *improvements) else self.waited + 1
        if plan.kept is not None:
            for curve in self.history.history.values():
                del curve[: -plan.kept]
            del self.history.epoch[: -plan.kept]

    def _note(self, figure: str, figures: Mapping[str, float], plan: FitPlan) -> bool:
        """Remember a figure that is the best so far; return whether it improves enough to count."""
        value, before, upward = figures[figure], self.best[figure], rises(figure)
        if improves(value, before, least=0.0, rises=upward, reaching=False):
            self.best[figure] = value
            if figure == plan.best_by:
                self.best_epoch = self.epochs_in_all
        return improves(value, before, least=plan.tol, rises=upward, reaching=True)
