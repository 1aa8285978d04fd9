"""Names of hooks: a method that is written as one and is none would never be called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ganglion._base.naming import nearest
from ganglion.callbacks.hooks import Callback

_HOOKS = [name for name in vars(Callback) if name.startswith("on_")]
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    # hooks of other packages: those here, of which one is meant; none: it is not here
    "on_batch_begin": ("on_train_batch_begin",),
    "on_batch_end": ("on_train_batch_end",),
    "on_epoch_start": ("on_epoch_begin",),
    "on_fit_begin": ("on_train_begin",),
    "on_fit_end": ("on_train_end",),
    "on_fit_start": ("on_train_begin",),
    "on_step_begin": ("on_train_batch_begin",),
    "on_step_end": ("on_train_batch_end",),
    "on_train_batch_start": ("on_train_batch_begin",),
    "on_train_epoch_end": ("on_epoch_end",),
    "on_train_epoch_start": ("on_epoch_begin",),
    "on_train_start": ("on_train_begin",),
    **{
        f"on_{what}_{when}": ()
        for what in ("test", "predict", "test_batch", "predict_batch", "validation", "evaluate")
        for when in ("begin", "start", "end")
    },
}


def check_hooks(callback: Callback) -> None:
    """Refuse a callback with a method that is called as a hook elsewhere, or nearly as one here.

    Other methods may begin with `on_`, and so may those that methods of the callback name.

    Raises:
        TypeError: With the hook that is meant, or all there are.
    """
    for kind in type(callback).__mro__:
        if not issubclass(kind, Callback):  # of another package, that has its own hooks
            continue
        for name in _unknown(kind):
            meant = nearest(name, _HOOKS, _ELSEWHERE)
            if (meant or name in _ELSEWHERE) and not _is_named(callback, name):
                hint = f", did you mean {meant}?" if meant else ":"
                raise TypeError(
                    f"callbacks: {kind.__name__}.{name} is no hook{hint} There are"
                    f" {', '.join(_HOOKS)}"
                )


def _unknown(kind: type[Any]) -> list[str]:
    """Return the methods of a class that are written as hooks, and are none."""
    return [
        name
        for name, value in vars(kind).items()
        if name.startswith("on_") and callable(value) and name not in _HOOKS
    ]


def _is_named(callback: Callback, name: str) -> bool:
    """Tell whether a method of the callback calls another one by its name."""
    return any(name in code.co_names for method, code in _codes(callback) if method != name)


def _codes(callback: Callback) -> Iterator[tuple[str, Any]]:
    for kind in type(callback).__mro__:
        for name, value in vars(kind).items():
            code = getattr(value, "__code__", None)
            if code is not None:
                yield name, code
