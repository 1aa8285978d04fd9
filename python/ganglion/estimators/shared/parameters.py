"""Parameters of estimators: each is declared once, as a field of a record, with all there is to it.

The constructor, scikit-learn's check of values, and the docstring are made of the fields.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Any, TypeVar, dataclass_transform

from sklearn.utils._param_validation import Interval, StrOptions

Record = TypeVar("Record")

AT_LEAST_1 = Interval(Integral, 1, None, closed="left")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
POSITIVE = Interval(Real, 0, None, closed="neither")
FRACTION = Interval(Real, 0, 1, closed="left")  # less than 1
INSIDE_0_TO_1 = Interval(Real, 0, 1, closed="neither")

_PLACE = "{parameters}"  # in a docstring, where the parameters' own text goes
_INDENT = " " * 8


def parameter(*allowed: Any, default: Any, says: str = "") -> Any:
    """Return a field.

    Args:
        allowed: scikit-learn's constraints, of which one must hold.
        default: Its value where none is given.
        says: What the docstring says of it; nothing of those that are scikit-learn's too.
    """
    return field(default=default, metadata={"allowed": list(allowed), "says": says})


def with_default(record: type[Any], name: str, *, default: Any) -> Any:
    """Return the field of a record that has another default."""
    (declared,) = (one for one in fields(record) if one.name == name)
    return field(default=default, metadata=declared.metadata)


@dataclass_transform(eq_default=False, field_specifiers=(parameter, with_default))
def parametrized(cls: type[Record]) -> type[Record]:
    """Make a class a record of its parameters and those of its bases, as scikit-learn expects it.

    A constructor only takes them; `_parameter_constraints` has what they may be.
    """
    made: Any = dataclass(eq=False, repr=False, match_args=False)(cls)
    declared = fields(made)
    made._parameter_constraints = {one.name: one.metadata["allowed"] for one in declared}
    said = [(one.name, one.metadata["says"]) for one in declared if one.metadata["says"]]
    text = "\n".join(_entry(name, says) for name, says in said)
    made.__doc__ = str(made.__doc__).replace(_PLACE, text.strip())
    return cls


def _entry(name: str, says: str) -> str:
    """Return what a docstring says of a parameter, in lines of its width."""
    return textwrap.fill(
        f"{name}: {says}", 100, initial_indent=_INDENT, subsequent_indent=_INDENT + " " * 4
    )


def one_of(names: Collection[str]) -> StrOptions:
    """Return scikit-learn's constraint to some names, which its messages list in their order."""
    return StrOptions(dict.fromkeys(sorted(names)).keys())


def parameter_of_time() -> Any:
    """Return the field `max_time` of an estimator that is fitted bit by bit."""
    return parameter(
        POSITIVE,
        None,
        default=None,
        says="Seconds after which a fit ends with the epoch or iteration it is in.",
    )


def parameter_of_threads() -> Any:
    """Return the field `n_jobs` of an estimator whose calls may run on several threads."""
    return parameter(
        Integral,
        None,
        default=None,
        says="Threads of a call: -1 for all; None: those that pay, but one in a"
        " thread of joblib's.",
    )
