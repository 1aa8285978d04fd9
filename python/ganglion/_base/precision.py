"""Precisions: the core's classes for float32 and for float64, by the name of the type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import naming
from ganglion._base.checks import shown

if TYPE_CHECKING:
    from ganglion._core import (
        OptimizerState,
        ParameterStore,
        Perceptrons,
        Predictor,
        Routine,
        Tape,
        Trainer,
    )

DType = str | type[np.floating[Any]] | type[float] | np.dtype[Any]
"""The type a network computes in, by name or as NumPy has it."""


@dataclass(frozen=True, slots=True)
class Precision:
    """The type a network computes in."""

    dtype: np.dtype[Any]
    parameter_store: type[ParameterStore]
    optimizer_state: type[OptimizerState]
    routine: type[Routine]
    trainer: type[Trainer]
    tape: type[Tape]
    predictor: type[Predictor]
    perceptrons: type[Perceptrons]
    first_not_finite: Callable[
        [NDArray[Any], float, NDArray[np.float64] | None], tuple[int, int] | None
    ]
    first_no_index: Callable[
        [NDArray[Any], int, float, NDArray[np.float64] | None], tuple[int, int] | None
    ]


def _precision(name: str, core: ModuleType) -> Precision:
    return Precision(
        np.dtype(name),
        core.ParameterStore,
        core.OptimizerState,
        core.Routine,
        core.Trainer,
        core.Tape,
        core.Predictor,
        core.Perceptrons,
        core.first_not_finite,
        core.first_no_index,
    )


_PRECISIONS = {
    name: _precision(name, core)
    for name, core in (("float32", _core.float32), ("float64", _core.float64))
}


def get(dtype: str) -> Precision:
    """Return the precision named "float32" or "float64"."""
    return _PRECISIONS[naming.resolve("dtype", dtype, _PRECISIONS)]


def named(dtype: DType) -> str:
    """Return the name of a type: "float32", or NumPy's `np.float32` and `np.dtype("float32")`.

    Raises:
        TypeError: When it is neither.
        ValueError: When it is no type that networks compute in.
    """
    name = _name_of(dtype)
    if name is None:
        known = " or ".join(_PRECISIONS)
        raise TypeError(f"dtype must be {known}, by name or as NumPy's type, got {shown(dtype)}")
    return get(name).dtype.name


def _name_of(dtype: object) -> str | None:
    """Return what NumPy calls a type, or a name itself; None: it is neither."""
    if isinstance(dtype, str):
        return dtype
    if not isinstance(dtype, np.dtype | type):
        return None
    try:
        name = np.dtype(dtype).name
    except TypeError:  # a kind of several types
        return None
    is_any_class = name == "object" and dtype not in (object, np.object_)
    return None if is_any_class else name
