"""Where the extension `inference` looks for what is in `_base` now."""

from ganglion._base.scaling import InputScale

__all__ = ["InputScale"]
