"""Models: what users make, train and ask."""

from ganglion.models.base import Model
from ganglion.models.mlp import MLP
from ganglion.models.sequential import Sequential

__all__ = ["MLP", "Model", "Sequential"]
