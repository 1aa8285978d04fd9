"""Names: how a string given by the user becomes one of the things it may stand for."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import TypeVar

from ganglion._base.checks import shown

Record = TypeVar("Record")

ALIASES = {  # what other packages call it: names here, of which one is meant
    "acc": ("accuracy",),
    "bce": ("binary_cross_entropy",),
    "binary_crossentropy": ("binary_cross_entropy",),
    "categorical_accuracy": ("accuracy",),
    "categorical_cross_entropy": ("cross_entropy",),
    "categorical_crossentropy": ("cross_entropy",),
    "f1_score": ("f1",),
    "linear": ("identity",),
    "log_loss": ("cross_entropy",),
    "logistic": ("sigmoid",),
    "mae": ("absolute_error", "mean_absolute_error"),
    "mean_absolute_error": ("absolute_error",),
    "mean_squared_error": ("squared_error",),
    "mse": ("squared_error", "mean_squared_error"),
    "r2_score": ("r2",),
    "random_uniform": ("uniform",),
    "roc_auc": ("auc",),
    "sparse_categorical_accuracy": ("accuracy",),
    "sparse_categorical_cross_entropy": ("cross_entropy",),
    "sparse_categorical_crossentropy": ("cross_entropy",),
    "swish": ("silu",),
}
_LEAST_BEGUN = 3  # letters by which a longer name is known
_NEAR = 0.75  # of two names' letters that are the same, from where one is the other misspelt


def resolve(kind: str, name: object, known: Collection[str]) -> str:
    """Return the name in `known` that is meant: `name` itself, or what it is elsewhere a name of.

    Args:
        kind: What is named, for the message: `"optimizer"`.
        name: The name as the user gave it.
        known: The names there are.

    Raises:
        TypeError: When it is no string.
        ValueError: When it is unknown, with the nearest name.
    """
    if isinstance(name, type):
        made = f"{name.__name__}(...)"
        raise TypeError(f"{kind} must be a name or a record, got {shown(name)}: call it, {made}")
    if not isinstance(name, str):
        raise TypeError(f"{kind} must be a name or a record, got {shown(name)}")
    for meant in (name, *ALIASES.get(name, ())):
        if meant in known:
            return meant
    near = nearest(name, known, ALIASES)
    hint = f", did you mean {near!r}?" if near else "."
    raise ValueError(f"{kind}: unknown name {shown(name)}{hint} Known: {', '.join(sorted(known))}")


def nearest(
    name: str, known: Collection[str], aliases: Mapping[str, Collection[str]]
) -> str | None:
    """Return the one of `known` that is likely meant by `name`, or None.

    Args:
        name: The name as the user gave it.
        known: The names there are.
        aliases: For names that are used elsewhere, those that may be meant.
    """
    lower = name.lower()
    if lower in aliases:  # a name of its own, not a misspelt one of ours
        return next((item for item in aliases[lower] if item in known), None)
    longer = [item for item in sorted(known) if item.startswith(lower)]
    near = longer if len(name) >= _LEAST_BEGUN else []
    near = near or get_close_matches(lower, known, n=1, cutoff=_NEAR)
    return near[0] if near else None


def build(kind: str, name: object, known: Mapping[str, Callable[[], Record]]) -> Record:
    """Return the record that `name` stands for, with its default settings."""
    return known[resolve(kind, name, known)]()
