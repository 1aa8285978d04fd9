"""Layers: frozen records that say what a network is made of. Each adds its ops to a graph."""

from ganglion.layers.chains import Residual, checked_layers
from ganglion.layers.dense import Activation, Dense
from ganglion.layers.layer import Builder, Layer
from ganglion.layers.noise import Dropout
from ganglion.layers.normalization import Normalization

__all__ = [
    "Activation",
    "Builder",
    "Dense",
    "Dropout",
    "Layer",
    "Normalization",
    "Residual",
    "checked_layers",
]
