"""Where the extension `inference` looks for what is in `_base` now."""

from ganglion._base.precision import get

__all__ = ["get"]
