"""How estimators that are one graph over samples are fitted: in epochs, of which callbacks hear."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

from ganglion._base.arrays import Array
from ganglion.estimators.one_graph import epochs
from ganglion.estimators.one_graph.arguments import EpochArguments
from ganglion.estimators.one_graph.epochs import EstimatorEpochs
from ganglion.estimators.shared.answers import Estimator
from ganglion.estimators.shared.callback_support import CallbackSupportMixin, FitEvents
from ganglion.estimators.shared.inputs import ChecksInputs
from ganglion.estimators.shared.progress_shown import progress_of
from ganglion.estimators.shared.rollback import as_before_on_failure
from ganglion.estimators.shared.threads import limited
from ganglion.estimators.shared.weights import sample_weights
from ganglion.training.clock import Clock
from ganglion.training.fit_plan import FitPlan
from ganglion.training.progress import Progress


class FittedInEpochs(CallbackSupportMixin, ChecksInputs, Estimator, EpochArguments, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """Base of the estimators: they say what is run.

    Attributes:
        fit_time_: Seconds that the last fit has taken.
        interrupted_: Whether Ctrl-C has ended it.
    """

    fit_time_: float

    @abstractmethod
    def _has_begun(self) -> bool:
        """Return whether there are weights to go on with."""

    @abstractmethod
    def _check_arguments(self, *, incremental: bool) -> None:
        """Refuse what does not go together, before anything is changed."""

    @abstractmethod
    def _work(self, X: Any, weight: Array | None, *, afresh: bool) -> EstimatorEpochs:
        """Return what is run, of samples that are checked; `afresh` from first weights."""

    @abstractmethod
    def _plan(self, numbers: range, clock: Clock) -> FitPlan:
        """Return what a fit of epochs of such numbers goes by."""

    @abstractmethod
    def _show(self, progress: Progress) -> None:
        """Let attributes show how a fit has gone so far, and what is learnt."""

    @abstractmethod
    def _learnt_so_far(self) -> dict[str, Any]:
        """Return copies of what is trained, by the names of attributes."""

    def __copy__(self) -> Self:
        """Return one that is trained apart from this one."""
        made = type(self).__new__(type(self))
        made.__dict__.update(vars(self))
        if self._has_begun():
            made.__dict__.update(self._learnt_so_far())
        return made

    def _fitted(self, X: Any, y: Any, sample_weight: Any, *, incremental: bool) -> Self:
        """Train: afresh, or `incremental`, for one epoch from where the call before has ended."""
        clock = Clock(self.max_time)
        with as_before_on_failure(self):
            afresh = not (incremental and self._has_begun())
            self._check_arguments(incremental=incremental)
            rows = self._checked(X, reset=afresh)
            weight = sample_weights("sample_weight", sample_weight, rows)
            work = self._work(rows, weight, afresh=afresh)
            progress = Progress() if afresh else progress_of(self)
            if afresh:
                self._show(progress)
            first = progress.epochs_in_all
            numbers = range(first, first + (1 if incremental else self.max_iter))
            aim, plan = work.objective, self._plan(numbers, clock)
            with (
                limited(self.n_jobs),
                aim.model.store.access.training("fit"),
                epochs.undone_on_failure(aim),
            ):
                events = FitEvents(self, X, y, sample_weight, len(numbers))
                epochs.run(plan, progress, work, events, is_part=incremental)
                self._show(progress)
                self.fit_time_ = clock.seconds
                events.fit_ends()
        return self
