"""Searching: many estimators fitted at once over shared data, one thread each, in one process."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from ganglion import _core
from ganglion._base.interrupts import heed
from ganglion._base.runtime import get_num_threads
from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.model_selection"):
    from joblib import parallel_config
    from sklearn import get_config, set_config
    from sklearn.model_selection import GridSearchCV
    from sklearn.utils import _safe_indexing

    from ganglion.estimators.shared.threads import threads_for

__all__ = ["GridSearch", "fit_many"]


def fit_many(
    estimators: Sequence[Any],
    X: Any,
    y: Any,
    *,
    rows: Sequence[Any] | None = None,
    sample_weight: Any = None,
    n_jobs: int | None = None,
    **fit_params: Any,
) -> list[Any]:
    """Fit many estimators at once, one thread each: grid points, folds, seeds.

    Nothing is copied to other processes; the core works without Python's lock.

    Args:
        estimators: What to fit, in place.
        X: Inputs of all, `(samples, features)`.
        y: Targets of all.
        rows: For each estimator the numbers of the samples it is fitted to; None: all to all.
        sample_weight: What each sample counts, `(samples,)`; None: all the same.
        n_jobs: How many at a time; None: as many as `ganglion.get_num_threads()`.
        fit_params: What else `fit` is given, the same for all, such as `X_val` and `y_val`.

    Returns:
        The estimators, in the same order.

    Raises:
        ValueError: When `rows` are not as many as the estimators, or one of these is there twice.
        Exception: What the fit of one raises, with a note that says which one.
        KeyboardInterrupt: On Ctrl-C: fits that run end with their epoch, others do not begin.
    """
    estimators = list(estimators)
    if rows is not None and len(rows) != len(estimators):
        raise ValueError(
            f"fit_many: rows holds {len(rows)} parts, must hold {len(estimators)},"
            " one for each estimator"
        )

    if len({id(estimator) for estimator in estimators}) < len(estimators):
        raise ValueError("fit_many: estimators holds one of them twice")

    def fitted(number: int) -> Any:
        part = None if rows is None else rows[number]
        params = dict(fit_params)
        if sample_weight is not None:
            params["sample_weight"] = _part(sample_weight, part)
        try:
            return estimators[number].fit(_part(X, part), _part(y, part), **params)
        except Exception as error:
            error.add_note(f"fit_many: this is estimators[{number}], {estimators[number]!r}")
            raise

    stop = threading.Event()

    config = get_config()  # each thread has its own

    def prepare_thread() -> None:
        set_config(**config)
        _core.set_own_thread_limit(1)
        heed(stop)

    jobs = threads_for(n_jobs, get_num_threads())
    with ThreadPoolExecutor(jobs, initializer=prepare_thread) as pool:
        try:
            started = [pool.submit(fitted, number) for number in range(len(estimators))]
            return [one.result() for one in started]
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)  # no fit goes on behind the caller
            raise


def _part(data: Any, rows: Any) -> Any:
    return data if rows is None else _safe_indexing(data, rows)


class GridSearch(GridSearchCV):  # type: ignore[misc]  # scikit-learn has no types
    """scikit-learn's `GridSearchCV`, in threads: for estimators whose fit needs no Python lock.

    Arguments and attributes are scikit-learn's; `n_jobs` is a number of threads, None: as many as
    `ganglion.get_num_threads()`. Where they are several each fit
    has one, and the last one, of the best, has all.
    """

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Try all combinations; arguments are those of `GridSearchCV.fit`."""
        threads = get_num_threads() if self.n_jobs is None else self.n_jobs
        with parallel_config(backend="threading", n_jobs=threads):
            super().fit(X, y, **params)
        return self
