"""Rules for the fields of records: a broken one names the field, the rule and the value."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real

Rule = Callable[[str, object], None]


def _number(text: str, holds: Callable[[float], bool], *, whole: bool = False) -> Rule:
    """Return the rule that a value is a finite number, for which `holds` is true."""

    def check(name: str, value: object) -> None:
        message = f"{name} must be {text}, got {value!r}"
        if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
            raise TypeError(message)
        if not (math.isfinite(value) and holds(float(value))):
            raise ValueError(message)

    return check


finite = _number("a finite number", lambda _: True)
positive = _number("a positive finite number", lambda value: value > 0)
non_negative = _number("zero or a positive finite number", lambda value: value >= 0)
fraction = _number("a number in [0, 1)", lambda value: 0 <= value < 1)
inside_unit_interval = _number("a number in (0, 1)", lambda value: 0 < value < 1)
unit_interval = _number("a number in [0, 1]", lambda value: 0 <= value <= 1)
whole = _number("a whole number", lambda _: True, whole=True)
count = _number("a whole number, zero or more", lambda value: value >= 0, whole=True)
positive_count = _number("a whole number, one or more", lambda value: value >= 1, whole=True)

size = _number("a whole number from 1 to 2**31 - 1", lambda value: 1 <= value < 2**31, whole=True)
seed = _number("a whole number from 0 to 2**64 - 1", lambda value: 0 <= value < 2**64, whole=True)


def positive_or_none(name: str, value: object) -> None:
    """Check that `value` is None or a positive finite number."""
    if value is not None:
        positive(name, value)


def listed(name: str, value: object, items: str) -> None:
    """Check that `value` is a list, or another sequence, of `items`."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{name} must be a list of {items}, got {value!r}")


def flag(name: str, value: object) -> None:
    """Check that `value` is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def fields(record: object, rules: Mapping[str, Rule]) -> None:
    """Check those fields of `record` that `rules` names; a record need not have them all."""
    for name, rule in rules.items():
        if hasattr(record, name):
            rule(name, getattr(record, name))
