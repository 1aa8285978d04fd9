"""Rules for the fields of records: a broken one names the field, the rule and the value."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real

Rule = Callable[[str, object], None]


def shown(value: object) -> str:
    """Return a value as messages show it, which are lines: a long one without its end."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # whole numbers of thousands of digits; deep nesting
        return f"a value of type {type(value).__name__}, too long to be shown"
    return text if len(text) <= 200 else f"{text[:200]}..."


def is_text(value: object) -> bool:
    """Tell whether a value is a text that can be written: half a surrogate pair cannot."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _number(text: str, holds: Callable[[float], bool]) -> Rule:
    """Return the rule that a value is a finite number, for which `holds` is true."""

    def check(name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{name} must be {text}, got {shown(value)}")
        try:
            number = float(value)
        except OverflowError:  # whole numbers and fractions have no largest
            number = math.inf
        if not (math.isfinite(number) and holds(number)):
            raise ValueError(f"{name} must be {text}, got {shown(value)}")

    return check


def _whole(text: str, holds: Callable[[int], bool], bits: int = 63) -> Rule:
    """Return the rule that a value is a whole number, for which `holds` is true.

    Those of more `bits` are no numbers of the core's.
    """

    def check(name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise TypeError(f"{name} must be {text}, got {shown(value)}")
        if not holds(int(value)):
            raise ValueError(f"{name} must be {text}, got {shown(value)}")
        if int(value).bit_length() > bits:
            raise ValueError(f"{name} must be less than 2**{bits} in size, got {shown(value)}")

    return check


finite = _number("a finite number", lambda _: True)
positive = _number("a positive finite number", lambda value: value > 0)
non_negative = _number("zero or a positive finite number", lambda value: value >= 0)
fraction = _number("a number in [0, 1)", lambda value: 0 <= value < 1)
inside_unit_interval = _number("a number in (0, 1)", lambda value: 0 < value < 1)
unit_interval = _number("a number in [0, 1]", lambda value: 0 <= value <= 1)
whole = _whole("a whole number", lambda _: True)
count = _whole("a whole number, zero or more", lambda value: value >= 0)
positive_count = _whole("a whole number, one or more", lambda value: value >= 1)
several = _whole("a whole number, two or more", lambda value: value >= 2)

size = _whole("a whole number from 1 to 2**31 - 1", lambda value: 1 <= value < 2**31)
seed = _whole("a whole number from 0 to 2**64 - 1", lambda value: 0 <= value < 2**64, 64)


def _or_none(rule: Rule) -> Rule:
    def check(name: str, value: object) -> None:
        if value is not None:
            rule(name, value)

    return check


non_negative_or_none = _or_none(non_negative)
positive_or_none = _or_none(positive)
positive_count_or_none = _or_none(positive_count)
several_or_none = _or_none(several)


def listed(name: str, value: object, items: str) -> None:
    """Check that `value` is a list, or another sequence, of `items`."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{name} must be a list of {items}, got {shown(value)}")


def flag(name: str, value: object) -> None:
    """Check that `value` is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")


def fields(record: object, rules: Mapping[str, Rule]) -> None:
    """Check those fields of `record` that `rules` names; a record need not have them all."""
    for name, rule in rules.items():
        if hasattr(record, name):
            rule(name, getattr(record, name))
