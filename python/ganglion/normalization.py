"""Where pickles of version 0.1.0 look for what is in `layers` now."""

from ganglion.layers.normalization import Normalization

__all__ = ["Normalization"]
