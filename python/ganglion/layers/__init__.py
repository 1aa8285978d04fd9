"""Layers: frozen records that say what a network is made of. Each adds its ops to a graph."""

from typing import TYPE_CHECKING

from ganglion._base import attributes
from ganglion.layers.chains import Residual, checked_layers
from ganglion.layers.dense import Activation, Dense, Tied
from ganglion.layers.embedding import Embedding
from ganglion.layers.gated import GRU, LSTM
from ganglion.layers.joins import Add, Concatenate, Multiply
from ganglion.layers.layer import Builder, Layer, Value
from ganglion.layers.learnt import Cell, Learnt
from ganglion.layers.noise import (
    Dropout,
    GaussianNoise,
    MaskingNoise,
    SaltAndPepperNoise,
    Sampling,
)
from ganglion.layers.normalization import BatchNormalization, LayerNormalization, Normalization
from ganglion.layers.recurrent import SimpleRNN
from ganglion.layers.shapes import Flatten, Reshape, Slice, StopGradient
from ganglion.layers.sparsity import KSparse

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "Add",
    "BatchNormalization",
    "Builder",
    "Cell",
    "Concatenate",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "KSparse",
    "Layer",
    "LayerNormalization",
    "Learnt",
    "MaskingNoise",
    "Multiply",
    "Normalization",
    "Reshape",
    "Residual",
    "SaltAndPepperNoise",
    "Sampling",
    "SimpleRNN",
    "Slice",
    "StopGradient",
    "Tied",
    "Value",
    "checked_layers",
    "kinds",
]


def kinds() -> list[type[Layer]]:
    """Return all kinds of layers that there are here."""
    public = [globals()[name] for name in __all__]
    return [
        one
        for one in public
        if isinstance(one, type) and issubclass(one, Layer) and one is not Layer
    ]


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__, attributes.NO_LAYERS)
