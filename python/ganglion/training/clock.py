"""How long a fit takes, and how long it may."""

from __future__ import annotations

import time


class Clock:
    """Measures a fit from its beginning.

    Args:
        limit: Seconds after which the fit ends with the epoch or iteration it is in; None: none.
    """

    def __init__(self, limit: float | None = None) -> None:
        self._limit = limit
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Those since the beginning."""
        return time.monotonic() - self._begun

    def ends(self, done: int, of: int) -> bool:
        """Return whether the limit ends a fit that has done so many of its epochs or iterations."""
        return self._limit is not None and done < of and self.seconds >= self._limit

    def message(self, done: str) -> str:
        """Return what to say of a fit that the limit has ended."""
        return (
            f"Maximum time ({self._limit} s) reached after {done} and the optimization hasn't"
            " converged yet."
        )
