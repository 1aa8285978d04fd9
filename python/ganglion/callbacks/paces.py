"""Paces: into how many runs an epoch is cut that somebody looks at meanwhile."""

from __future__ import annotations

SHOWN_EVERY = 0.3  # seconds, some, from one look to the next
_QUICK = 1.0  # an epoch of fewer seconds is not cut
_GROWTH = 8  # times the longest run so far: the first batches tell little of how long others take


class Pace:
    """Says how many batches to run at a time, by how long those before took.

    Nothing is known of the first epoch: it begins with one batch, and runs grow. From then on a
    quick epoch is one run, and a long one is cut into runs of some tenths of a second.
    """

    def __init__(self) -> None:
        self._seconds = 0.0  # a batch's, in the last run
        self._longest = 0  # batches in one run

    def length(self, steps: int) -> int:
        """Return how many batches to run next, at most, of an epoch of so many."""
        if not self._longest:
            return 1
        if self._seconds * steps < _QUICK:
            wanted = steps
        else:
            wanted = max(1, int(SHOWN_EVERY / self._seconds))
        return min(wanted, _GROWTH * self._longest)

    def took(self, batches: int, seconds: float) -> None:
        """Note how long a run was."""
        self._seconds = seconds / batches
        self._longest = max(self._longest, batches)
