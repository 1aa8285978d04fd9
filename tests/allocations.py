"""What calls of the core allocate."""

from __future__ import annotations

from collections.abc import Callable

import ganglion as gn
from ganglion import _core


def assert_allocates_nothing(call: Callable[[], object], threads: int) -> None:
    """Ask that a call that has been made before allocates nothing, on a team of so many."""
    gn.set_num_threads(threads)
    _core.set_full_teams(full=True)  # else the clock says when a team is first worth waking
    try:
        for calls in (1, 10):
            before = _core.allocation_count()
            for _ in range(calls):
                call()
        assert _core.allocation_count() == before
    finally:
        _core.set_full_teams(full=False)
        gn.set_num_threads(None)
