"""Fields of records in model files: a wrong one is a ValueError that names it and the rule."""

import math
from collections.abc import Collection, Mapping
from typing import Any


def text(fields: Mapping[str, Any], name: str) -> str:
    """Return a field that is a text."""
    value = fields[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, got {_shown(value)}")
    return value


def choice(fields: Mapping[str, Any], name: str, known: Collection[str]) -> str:
    """Return a field that is one of a few texts."""
    value = fields[name]
    if value not in known or not isinstance(value, str):
        allowed = ", ".join(map(repr, known))
        raise ValueError(f"{name} must be one of {allowed}, got {_shown(value)}")
    return value


def flag(fields: Mapping[str, Any], name: str) -> bool:
    """Return a field that is True or False."""
    value = fields[name]
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {_shown(value)}")
    return value


def number(fields: Mapping[str, Any], name: str) -> float:
    """Return a field that is a finite number."""
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, got {_shown(value)}")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise ValueError(f"{name} must be a finite number, got {_shown(value)}")
    return found


def positive(fields: Mapping[str, Any], name: str) -> float:
    """Return a field that is a positive finite number."""
    value = number(fields, name)
    if not value > 0:
        raise ValueError(f"{name} must be positive, got {_shown(value)}")
    return value


def words(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a field that is a list of texts."""
    value = items(fields, name)
    if not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name} must be a list of texts, got {_shown(value)}")
    return tuple(value)


def texts_or_none(fields: Mapping[str, Any], name: str) -> tuple[str | None, ...]:
    """Return a field that is a list of texts, and null for a missing one."""
    value = items(fields, name)
    if not all(one is None or isinstance(one, str) for one in value):
        raise ValueError(f"{name} must be a list of texts, got {_shown(value)}")
    return tuple(value)


def items(fields: Mapping[str, Any], name: str) -> list[Any]:
    """Return a field that is a list."""
    value = fields[name]
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list, got {_shown(value)}")
    return value


def record(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a field that is a record of its own."""
    value = fields[name]
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a record, got {_shown(value)}")
    return value


def _shown(value: object) -> str:
    """Write a value, but no more of it than a line of a terminal holds."""
    try:
        written = repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, or deep nesting
        return f"a very large {type(value).__name__}"
    return written if len(written) <= 60 else f"{written[:57]}..."
