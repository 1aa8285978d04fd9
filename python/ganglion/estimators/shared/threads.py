"""How many threads an estimator's calls may use."""

from __future__ import annotations

import threading

from joblib.parallel import get_active_backend

from ganglion import _core


def limited(n_jobs: int | None) -> _core.OwnThreadLimit:
    """Let the calls of this thread, in a block, use so many threads, within the limit they have.

    Args:
        n_jobs: How many; -1: all, -2: all but one, and so on; None: all that pay, but one in a
            worker thread of joblib's, which has others beside it.

    Raises:
        ValueError: When it is 0.
    """
    limit = _core.thread_limit()[0]
    return _core.OwnThreadLimit(min(limit, threads_for(n_jobs, limit)))


def threads_for(n_jobs: int | None, limit: int) -> int:
    """Return how many threads are meant, where `limit` are there."""
    if n_jobs == 0:
        raise ValueError("n_jobs is 0, must be None, at least 1, or -1 for all, -2 for all but one")
    if n_jobs is None:
        return 1 if _in_worker_thread() else limit
    return n_jobs if n_jobs > 0 else max(1, limit + 1 + n_jobs)


def _in_worker_thread() -> bool:
    """Is this a thread in which joblib runs one of several tasks?

    In a process of its own the environment says how many threads there are.
    """
    if threading.current_thread() is threading.main_thread():
        return False
    backend, _ = get_active_backend()
    return bool(backend.nesting_level)
