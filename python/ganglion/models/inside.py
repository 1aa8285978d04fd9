"""What other floors need of a model beyond what users may ask: the one door to its inside."""

from __future__ import annotations

from typing import Any

from ganglion._base.arrays import Array
from ganglion.models.base import BaseModel
from ganglion.training.parametrized import Parametrized


def parametrized(model: BaseModel) -> Parametrized:
    """Return a model's network with its parameters, to be trained in other ways than by `fit`."""
    return model._model


def unchecked_outputs(model: BaseModel, table: Any) -> Array:
    """Return the only output for a table of finite numbers, which is not checked any more.

    Args:
        model: Whose.
        table: Shape `(samples, features)`, an array or a sparse matrix of rows.
    """
    return model._outputs(table)
