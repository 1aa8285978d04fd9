"""Models: what users make, train and ask."""

from ganglion.models.base import Model
from ganglion.models.sequential import MLP, Sequential

__all__ = ["MLP", "Model", "Sequential"]
