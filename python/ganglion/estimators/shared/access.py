"""Access to an estimator: it is fitted by one call, alone; any number of others may predict."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from ganglion import _core

P = ParamSpec("P")
R = TypeVar("R")

# Who uses each estimator now: kept beside it, not in its pickles.
_accesses: weakref.WeakKeyDictionary[Any, _core.Access] = weakref.WeakKeyDictionary()


def _access_to(estimator: Any) -> _core.Access:
    access = _accesses.get(estimator)
    if access is None:  # of two threads that come here at once both get the same one
        made = _core.Access(f"this {type(estimator).__name__}", ": call again once it has")
        access = _accesses.setdefault(estimator, made)
    return access


def fits_alone(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Make a method that fits raise a RuntimeError, before anything else, unless it is alone.

    Another fit, or a prediction in another thread, would read what it writes.
    """

    @functools.wraps(method)
    def guarded(estimator: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with _access_to(estimator).training(method.__name__):
            return method(estimator, *args, **kwargs)

    return guarded


def predicts(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Make a method that predicts raise a RuntimeError while another thread fits the estimator."""

    @functools.wraps(method)
    def guarded(estimator: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with _access_to(estimator).reading(method.__name__):
            return method(estimator, *args, **kwargs)

    return guarded
