"""Precisions: the core's classes for float32 and for float64, by the name of the type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import naming

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


_PRECISIONS = {
    "float32": Precision(
        np.dtype(np.float32),
        _core.ParameterStoreFloat32,
        _core.OptimizerStateFloat32,
        _core.RoutineFloat32,
        _core.TrainerFloat32,
        _core.TapeFloat32,
        _core.PredictorFloat32,
        _core.PerceptronsFloat32,
        _core.first_not_finite_Float32,
    ),
    "float64": Precision(
        np.dtype(np.float64),
        _core.ParameterStoreFloat64,
        _core.OptimizerStateFloat64,
        _core.RoutineFloat64,
        _core.TrainerFloat64,
        _core.TapeFloat64,
        _core.PredictorFloat64,
        _core.PerceptronsFloat64,
        _core.first_not_finite_Float64,
    ),
}


def get(dtype: str) -> Precision:
    """Return the precision named "float32" or "float64"."""
    return _PRECISIONS[naming.resolve("dtype", dtype, _PRECISIONS)]
