"""Where the extension `inference` looks for what is in `_base` now."""

from ganglion._base.frames import labels_of

__all__ = ["labels_of"]
