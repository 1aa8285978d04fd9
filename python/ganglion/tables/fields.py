"""Fields of records in model files: a wrong one is a ValueError that names it and the rule."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from ganglion._base.checks import is_text, shown

LARGEST = 1e150  # the square of a larger number is no double


def text(fields: Mapping[str, Any], name: str) -> str:
    """Return a field that is a text."""
    value = fields[name]
    if not is_text(value):
        raise ValueError(f"{name} must be a text, got {shown(value)}")
    return str(value)


def choice(fields: Mapping[str, Any], name: str, known: Collection[str]) -> str:
    """Return a field that is one of a few texts."""
    value = fields[name]
    if value not in known or not isinstance(value, str):
        allowed = ", ".join(map(repr, known))
        raise ValueError(f"{name} must be one of {allowed}, got {shown(value)}")
    return value


def flag(fields: Mapping[str, Any], name: str) -> bool:
    """Return a field that is True or False."""
    value = fields[name]
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {shown(value)}")
    return value


def number(fields: Mapping[str, Any], name: str) -> float:
    """Return a field that is a number as tables hold them, no larger than `LARGEST`."""
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, got {shown(value)}")
    if not -LARGEST <= value <= LARGEST:
        raise ValueError(f"{name} must be at most {LARGEST:g} in size, got {shown(value)}")
    return float(value)


def whole(fields: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """Return a field that is a whole number within bounds, which are included."""
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}, got {shown(value)}"
        )
    return value


def positive(fields: Mapping[str, Any], name: str) -> float:
    """Return a field that is a positive finite number."""
    value = number(fields, name)
    if not value > 0:
        raise ValueError(f"{name} must be positive, got {shown(value)}")
    return value


def moment(fields: Mapping[str, Any], name: str) -> str:
    """Return a field that is a date, or a date and time, as ISO 8601 writes it."""
    value = text(fields, name)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} must be a date, got {shown(value)}") from None
    if found.tzinfo is not None:
        raise ValueError(f"{name} must be a date without a time zone, got {shown(value)}")
    return value


def words(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a field that is a list of texts."""
    value = items(fields, name)
    if not all(is_text(one) for one in value):
        raise ValueError(f"{name} must be a list of texts, got {shown(value)}")
    return tuple(value)


def texts_or_none(fields: Mapping[str, Any], name: str) -> tuple[str | None, ...]:
    """Return a field that is a list of texts, and null for a missing one."""
    value = items(fields, name)
    if not all(one is None or is_text(one) for one in value):
        raise ValueError(f"{name} must be a list of texts, got {shown(value)}")
    return tuple(value)


def texts_by_name(fields: Any) -> dict[str, str]:
    """Return a record all of whose fields are texts."""
    if not isinstance(fields, dict) or not all(map(is_text, (*fields, *fields.values()))):
        raise ValueError(f"must be a record of texts, got {shown(fields)}")
    return fields


def items(fields: Mapping[str, Any], name: str) -> list[Any]:
    """Return a field that is a list."""
    value = fields[name]
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list, got {shown(value)}")
    return value


def record(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a field that is a record of its own."""
    value = fields[name]
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a record, got {shown(value)}")
    return value
