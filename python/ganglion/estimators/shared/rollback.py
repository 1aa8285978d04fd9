"""A fit that fails leaves an estimator as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ganglion.models.base import BaseModel

# What scikit-learn's callbacks need at the end of a fit, also of one that failed.
_OF_CALLBACKS = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")


@contextmanager
def as_before_on_failure(estimator: Any) -> Iterator[None]:
    """Give an estimator the attributes that it had before, when what is done in here raises.

    Weights of its models, and curves, are put back too; not what an optimizer remembers.
    """
    before: dict[str, Any] = {
        name: list(value) if isinstance(value, list) else value
        for name, value in vars(estimator).items()
    }
    own = [before[name] for name in before if name.startswith("_") or name.endswith("_")]
    vectors = [one.parameter_vector for one in own if isinstance(one, BaseModel)]
    values = [vector.copy() for vector in vectors]
    try:
        yield
    except BaseException:
        kept = {name: vars(estimator)[name] for name in _OF_CALLBACKS if name in vars(estimator)}
        estimator.__dict__.clear()
        estimator.__dict__.update(before | kept)
        for vector, value in zip(vectors, values, strict=True):
            vector[:] = value
        raise
