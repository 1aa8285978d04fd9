"""Models: what users make, train and ask."""

from ganglion.models.mlp import MLP
from ganglion.models.model import Model
from ganglion.models.sequential import Sequential

__all__ = ["MLP", "Model", "Sequential"]
