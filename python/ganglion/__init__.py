"""Ganglion: multi-layer perceptrons that train and predict fast on a CPU."""

import importlib
from types import ModuleType

from ganglion._base import openmp  # noqa: F401 - it loads the core, before any module asks for it

# isort: split
from ganglion import (
    activations,
    callbacks,
    constraints,
    files,
    initializers,
    losses,
    metrics,
    optimizers,
    regularizers,
    schedules,
)
from ganglion._base import attributes
from ganglion._base.runtime import (
    get_include,
    get_num_threads,
    set_num_threads,
    set_threading_layer,
    show_config,
)
from ganglion._core import __version__
from ganglion.callbacks.history import History
from ganglion.files import load
from ganglion.graphs.ends import Input, stop_gradient
from ganglion.layers import (
    GRU,
    LSTM,
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    KSparse,
    Layer,
    LayerNormalization,
    MaskingNoise,
    Multiply,
    Reshape,
    Residual,
    SaltAndPepperNoise,
    Sampling,
    SimpleRNN,
    Slice,
    Tied,
)
from ganglion.layers.normalization import Normalization
from ganglion.models import MLP, Model, Sequential
from ganglion.models.plotting import plot_model
from ganglion.models.rate_finding import find_learning_rate
from ganglion.training.passes import LossNotFiniteError

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "Activation",
    "Add",
    "BatchNormalization",
    "Concatenate",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "History",
    "Input",
    "KSparse",
    "Layer",
    "LayerNormalization",
    "LossNotFiniteError",
    "MaskingNoise",
    "Model",
    "Multiply",
    "Normalization",
    "Reshape",
    "Residual",
    "SaltAndPepperNoise",
    "Sampling",
    "Sequential",
    "SimpleRNN",
    "Slice",
    "Tied",
    "__version__",
    "activations",
    "callbacks",
    "constraints",
    "files",
    "find_learning_rate",
    "get_include",
    "get_num_threads",
    "initializers",
    "load",
    "losses",
    "metrics",
    "optimizers",
    "plot_model",
    "regularizers",
    "schedules",
    "set_num_threads",
    "set_threading_layer",
    "show_config",
    "stop_gradient",
]


_WHEN_ASKED_FOR = {  # modules, with what is looked for in them: they need other packages
    "adversarial": ("GenerativeAdversarialNetwork",),
    "autoencoder": (
        "Autoencoder",
        "DenoisingAutoencoder",
        "SparseAutoencoder",
        "VariationalAutoencoder",
    ),
    "linear_model": ("Perceptron",),
    "model_selection": ("GridSearch", "fit_many"),
    "neural_network": ("MLPClassifier", "MLPRegressor"),
    "tables": (),
}


def __getattr__(name: str) -> ModuleType:
    """Import a module that few programs need when it is asked for (PEP 562)."""
    if name in _WHEN_ASKED_FOR:
        return importlib.import_module(f"{__name__}.{name}")
    known = attributes.given_by_name("activation", activations.names())
    known |= attributes.NO_LAYERS
    for module, items in _WHEN_ASKED_FOR.items():
        known |= {item.lower(): f"{__name__}.{module}.{item}" for item in items}
    records = (constraints, initializers, losses, metrics, optimizers, regularizers, schedules)
    for place in (callbacks, *records):
        known |= attributes.public_names(place.__name__)
    public = [item for item in __dir__() if not item.startswith("_")]
    known |= {item.lower(): f"{__name__}.{item}" for item in public}
    raise attributes.missing(f"module {__name__!r}", name, public, known)


def __dir__() -> list[str]:
    return [*__all__, *_WHEN_ASKED_FOR]
