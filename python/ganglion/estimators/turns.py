"""Whose turn it is: an estimator is fitted by one call, alone; any number of others may predict."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Turn:
    """A call that uses an estimator, until it is over."""

    __slots__ = ("call", "fits", "running", "thread")

    def __init__(self, call: str, *, fits: bool) -> None:
        self.call = call
        self.fits = fits
        self.thread = threading.get_ident()
        self.running = False


class _Turns:
    """The calls that use each estimator now: kept beside it, not in its pickles."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all: those of the parent do not go on in a forked child."""
        self._lock = threading.Lock()
        self._of: weakref.WeakKeyDictionary[Any, list[_Turn]] = weakref.WeakKeyDictionary()

    def begin(self, estimator: Any, turn: _Turn) -> None:
        """Let a turn begin, or refuse it."""
        with self._lock:
            others = [one for one in self._of.get(estimator, ()) if one.running]
            _refuse(type(estimator).__name__, turn, others)
            turn.running = True
            self._of[estimator] = [*others, turn]


_turns = _Turns()
os.register_at_fork(after_in_child=_turns.begin_anew)


def _refuse(name: str, turn: _Turn, others: list[_Turn]) -> None:
    elsewhere = any(one.thread != turn.thread for one in others)
    fitted = any(one.fits for one in others)
    if fitted and (turn.fits or elsewhere):
        raise RuntimeError(f"{turn.call}: this {name} is being fitted; call again once it is")
    if turn.fits and elsewhere:
        raise RuntimeError(
            f"{turn.call}: another thread predicts with this {name}; call again once it has"
        )


@contextmanager
def _taken(turn: _Turn, estimator: Any) -> Iterator[None]:
    try:
        _turns.begin(estimator, turn)
        yield
    finally:
        turn.running = False  # a single store: Ctrl-C comes before it or after


def _in_turn(
    method: Callable[Concatenate[Any, P], R], *, fits: bool
) -> Callable[Concatenate[Any, P], R]:
    @functools.wraps(method)
    def guarded(estimator: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with _taken(_Turn(method.__name__, fits=fits), estimator):
            return method(estimator, *args, **kwargs)

    return guarded


def fits_alone(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Make a method that fits raise a RuntimeError, before anything else, unless it is alone.

    Another fit, or a prediction in another thread, would read what it writes.
    """
    return _in_turn(method, fits=True)


def predicts(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Make a method that predicts raise a RuntimeError while another thread fits the estimator."""
    return _in_turn(method, fits=False)
