"""Where pickles of version 0.1.0 look for what is in `multilayer` now."""

from ganglion.estimators.multilayer.learning_rates import _ByStep

__all__ = ["_ByStep"]
