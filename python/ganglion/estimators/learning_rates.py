"""Where pickles of version 0.1.0 look for what is in `shared` now."""

from ganglion.estimators.shared.learning_rates import _ByStep

__all__ = ["_ByStep"]
