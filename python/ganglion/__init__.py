"""Ganglion: multi-layer perceptrons that train and predict fast on a CPU."""

import importlib
from types import ModuleType

from ganglion import (
    activations,
    callbacks,
    initializers,
    losses,
    metrics,
    optimizers,
    schedules,
)
from ganglion._core import __version__
from ganglion.files import load
from ganglion.history import History
from ganglion.layers import Activation, Dense, Dropout, Residual
from ganglion.models import MLP, Sequential
from ganglion.normalization import Normalization
from ganglion.passes import LossNotFiniteError
from ganglion.runtime import get_include, get_num_threads, set_num_threads, show_config

__all__ = [
    "MLP",
    "Activation",
    "Dense",
    "Dropout",
    "History",
    "LossNotFiniteError",
    "Normalization",
    "Residual",
    "Sequential",
    "__version__",
    "activations",
    "callbacks",
    "get_include",
    "get_num_threads",
    "initializers",
    "load",
    "losses",
    "metrics",
    "optimizers",
    "schedules",
    "set_num_threads",
    "show_config",
]


def __getattr__(name: str) -> ModuleType:
    """Import `ganglion.tables`, whose helpers few programs need, when it is asked for (PEP 562)."""
    if name == "tables":
        return importlib.import_module("ganglion.tables")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "tables"]
