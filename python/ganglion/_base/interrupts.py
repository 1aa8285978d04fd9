"""Ctrl-C handed on: what makes it end calls that run in other threads than the main one."""

from __future__ import annotations

import threading

_of_this_thread = threading.local()


def heed(stop: threading.Event) -> None:
    """Let fits in this thread end once the event is set, as Ctrl-C ends those of the main one."""
    _of_this_thread.stop = stop


def interrupted() -> bool:
    """Has the event been set that this thread heeds?"""
    stop: threading.Event | None = getattr(_of_this_thread, "stop", None)
    return stop is not None and stop.is_set()
