"""Where the extension `inference` looks for what is in `_base` now."""

from ganglion._base.arrays import as_array, refuse_not_finite

__all__ = ["as_array", "refuse_not_finite"]
