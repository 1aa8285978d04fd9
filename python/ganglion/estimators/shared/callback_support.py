"""scikit-learn's callbacks, from 1.9 on: what they are told of a fit."""

from __future__ import annotations

from typing import Any, Protocol

from ganglion.training.loop import Listener
from ganglion.training.progress import Progress

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # scikit-learn before 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """No callbacks can be set."""


__all__ = ["CallbackSupportMixin", "FitEvents"]


class Fitted(Protocol):
    """What is asked of an estimator while it is fitted."""

    def _show(self, progress: Progress) -> None:
        """Let attributes show how the fit has gone so far."""

    def _learnt_so_far(self) -> dict[str, Any]:
        """Return a copy of what predictions need, by the names of attributes."""

    def _init_callback_context(self, *, max_subtasks: int) -> Any:
        """Return scikit-learn's context of a fit, from `CallbackSupportMixin`."""


class FitEvents(Listener):
    """Tells the callbacks of an estimator of its fit and of each iteration.

    Args:
        estimator: Whose fit begins.
        X: Inputs it is fitted to.
        y: Their targets.
        sample_weight: What each sample counts, or None.
        iterations: How many there are at most.
    """

    def __init__(
        self, estimator: Fitted, X: Any, y: Any, sample_weight: Any, iterations: int
    ) -> None:
        weights = None if sample_weight is None else {"sample_weight": sample_weight}
        self._estimator = estimator
        self._told = {"estimator": estimator, "X": X, "y": y, "metadata": weights}
        self._fit: Any = None
        self._iteration: Any = None
        if getattr(estimator, "_skl_callbacks", None):
            self._fit = estimator._init_callback_context(max_subtasks=iterations)
            self._fit.call_on_fit_task_begin(**self._told)

    def epoch_begins(self, epoch: int) -> None:  # noqa: ARG002
        """Tell that an iteration begins."""
        if self._fit is not None:
            self._iteration = self._fit.subcontext(task_name="iteration")
            self._iteration.call_on_fit_task_begin(**self._told)

    def epoch_ends(self, progress: Progress) -> bool:
        """Tell that it is over, and return whether one of the callbacks wants the fit to end."""
        if self._iteration is None:
            return False
        self._estimator._show(progress)
        return self._ends(self._iteration)

    def fit_ends(self) -> None:
        """Tell that the fit is over."""
        if self._fit is not None:
            self._ends(self._fit)

    def _ends(self, task: Any) -> bool:
        """Tell of an end, with an estimator that has a copy of what is so far."""
        return bool(task.call_on_fit_task_end(**self._told, reconstruction_attributes=self._so_far))

    def _so_far(self) -> dict[str, Any]:
        """Return copies of what the fit writes on to, by the names of attributes."""
        lists = {
            name: list(value)
            for name, value in vars(self._estimator).items()
            if name.endswith("_") and isinstance(value, list)
        }
        return lists | self._estimator._learnt_so_far()
