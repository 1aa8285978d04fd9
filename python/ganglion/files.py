"""Files of models: reading them, and what is in one beside the model."""

from ganglion.models.file_format import read_metadata
from ganglion.models.saved import load
from ganglion.models.sequential import Sequential

__all__ = ["load", "read_metadata"]

rebuilt = Sequential.rebuilt  # pickles of version 0.1.0 look for it here
