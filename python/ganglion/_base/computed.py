"""Attributes that are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class computed_once(Generic[T]):
    """An attribute that the object keeps in its `__dict__`, under the function's name.

    `functools.cached_property` of Python 3.11 holds a lock that all objects share: an interrupt in
    the wrong place leaves it held, and other threads wait for ever. Here two threads that ask at
    the same time compute the same value.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> T:
        value = self._function(owner)
        owner.__dict__[self._function.__name__] = value  # found first from now on
        return value
