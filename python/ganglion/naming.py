"""Names: how a string given by the user becomes one of the things it may stand for."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import TypeVar

Record = TypeVar("Record")

_ELSEWHERE = {  # what other packages call it: names here, of which one is meant
    "bce": ("binary_cross_entropy",),
    "binary_crossentropy": ("binary_cross_entropy",),
    "categorical_accuracy": ("accuracy",),
    "categorical_crossentropy": ("cross_entropy",),
    "linear": ("identity",),
    "log_loss": ("cross_entropy",),
    "mae": ("absolute_error", "mean_absolute_error"),
    "mean_absolute_error": ("absolute_error",),
    "mean_squared_error": ("squared_error",),
    "mse": ("squared_error", "mean_squared_error"),
    "sparse_categorical_accuracy": ("accuracy",),
    "sparse_categorical_crossentropy": ("cross_entropy",),
    "swish": ("silu",),
}


def resolve(kind: str, name: object, known: Collection[str]) -> str:
    """Return `name` when it is known; otherwise raise an error that suggests the nearest one.

    Args:
        kind: What is named, for the message: `"optimizer"`.
        name: The name as the user gave it.
        known: The names there are.
    """
    if not isinstance(name, str):
        raise TypeError(f"{kind} must be a name or a record, got {name!r}")
    if name in known:
        return name
    meant = [item for item in _ELSEWHERE.get(name.lower(), ()) if item in known]
    longer = [item for item in sorted(known) if name and item.startswith(name.lower())]
    nearest = meant or longer or get_close_matches(name.lower(), known, n=1)
    hint = f", did you mean {nearest[0]!r}?" if nearest else "."
    raise ValueError(f"{kind}: unknown name {name!r}{hint} Known: {', '.join(sorted(known))}")


def build(kind: str, name: object, known: Mapping[str, Callable[[], Record]]) -> Record:
    """Return the record that `name` stands for, with its default settings."""
    return known[resolve(kind, name, known)]()
