"""The loop of every fit, over epochs whose figures are given."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from ganglion.callbacks import Logs
from ganglion.training import loop
from ganglion.training.clock import Clock
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Ending, Listener
from ganglion.training.progress import Progress

BY_SCORE = FitPlan(
    epochs=range(4),
    watched=("val_score",),
    goes_by="val_score",
    best_by="val_score",
    keeps_best=True,
)


class Given:
    """Epochs of ten samples, with the losses that are given; the weight is the last one's number.

    Args:
        losses: Of each epoch.
        interrupted: The epoch that Ctrl-C meets; -1: none.
    """

    samples = 10

    def __init__(self, losses: Sequence[float], interrupted: int = -1) -> None:
        self.weights = np.array([-1.0])
        self._losses = losses
        self._interrupted = interrupted

    def run(self, epoch: int) -> Logs:
        if epoch == self._interrupted:
            raise KeyboardInterrupt
        self.weights[:] = epoch
        return {"loss": self._losses[epoch]}

    def validate(self) -> Logs:
        return {"val_score": -self._losses[int(self.weights[0])]}


class Told(Listener):
    """Notes what it is told, and ends the fit after an epoch."""

    def __init__(self, last: int = -1, *, patient: bool = False) -> None:
        self.told: list[str] = []
        self._last = last
        self._patient = patient

    def epoch_begins(self, epoch: int) -> None:
        self.told.append(f"{epoch} begins")

    def figures_come(self, epoch: int, figures: Logs) -> None:
        self.told.append(f"{epoch} has {', '.join(figures)}")
        figures["added"] = float(epoch)

    def epoch_ends(self, progress: Progress) -> bool:
        self.told.append(f"{progress.epochs} are over")
        return progress.epochs == self._last

    def patience_ends(self, plan: FitPlan) -> bool:
        self.told.append(f"{plan.patience} is too long")
        return not self._patient


def test_every_listener_is_told_in_order_and_one_may_end_the_fit() -> None:
    first, second = Told(last=2), Told()
    progress, epochs = Progress(), Given([3, 2, 1])
    plan = FitPlan(epochs=range(3))
    ending = loop.run(plan, progress, epochs, [first, second], epochs.validate)
    assert ending is Ending.ASKED_FOR
    assert first.told[:3] == ["0 begins", "0 has loss, val_score", "1 are over"]
    assert second.told[1] == "0 has loss, val_score, added"
    assert second.told[-1] == "2 are over"
    curves = {"loss": [3, 2], "val_score": [-3, -2], "added": [0, 1]}
    assert progress.history.history == curves
    assert (progress.epochs, progress.samples, progress.loss) == (2, 20, 2)


@pytest.mark.parametrize(("patient", "epochs"), [(False, 4), (True, 7)])
def test_a_fit_waits_so_long_for_what_must_improve(patient: bool, epochs: int) -> None:
    plan = FitPlan(epochs=range(7), watched=("loss",), goes_by="loss", tol=1.0, patience=1)
    progress = Progress()
    ending = loop.run(plan, progress, Given([5, 4, 3.5, 3.2, 3, 3, 3]), [Told(patient=patient)])
    assert ending is (Ending.ALL_ARE_RUN if patient else Ending.NOTHING_IMPROVES)
    assert progress.epochs == epochs


@pytest.mark.parametrize("interrupted", [-1, 3])
def test_the_best_weights_are_kept_however_the_fit_ends(interrupted: int) -> None:
    progress, epochs = Progress(epochs_in_all=5), Given([3, 1, 2, 2], interrupted)
    with suppress(KeyboardInterrupt):
        loop.run(BY_SCORE, progress, epochs, [], epochs.validate)
    assert epochs.weights == 1
    assert (progress.best, progress.best_epoch) == ({"val_score": -1}, 7)


def test_a_fit_that_is_interrupted_notes_it_and_the_next_one_does_not() -> None:
    progress = Progress()
    with pytest.raises(KeyboardInterrupt):
        loop.run(FitPlan(epochs=range(4)), progress, Given([3, 1, 2, 2], 2), [])
    assert (progress.epochs, progress.interrupted) == (2, True)
    loop.run(FitPlan(epochs=range(4)), progress, Given([3, 1, 2, 2]), [])
    assert (progress.epochs, progress.interrupted) == (4, False)


def test_a_fit_that_goes_on_does_better_only_than_the_best_of_all() -> None:
    plan = replace(BY_SCORE, epochs=range(1))
    progress, epochs = Progress(best={"val_score": 0.0}, best_epoch=1, epochs_in_all=1), Given([3])
    loop.run(plan, progress, epochs, [], epochs.validate)
    assert (progress.best_epoch, progress.waited) == (1, 1)
    assert epochs.weights == 0


def test_figures_that_are_not_numbers_improve_nothing() -> None:
    plan = FitPlan(epochs=range(2), watched=("loss",), goes_by="loss", best_by="loss")
    progress = Progress()
    loop.run(plan, progress, Given([np.nan, np.nan]), [])
    assert (progress.waited, progress.best, progress.best_epoch) == (2, {"loss": np.inf}, None)


def test_the_last_figures_are_kept_and_the_clock_ends_a_fit() -> None:
    progress = Progress()
    loop.run(FitPlan(epochs=range(4), kept=2), progress, Given([4, 3, 2, 1]), [])
    assert (progress.history.history, progress.history.epoch) == ({"loss": [2, 1]}, [2, 3])
    plan = FitPlan(epochs=range(4), clock=Clock(1e-9))
    assert loop.run(plan, progress, Given([4, 3, 2, 1]), []) is Ending.OUT_OF_TIME
    assert (progress.epochs, progress.epochs_in_all) == (1, 5)
