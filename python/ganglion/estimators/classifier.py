"""Where pickles of version 0.1.0 look for what is in `multilayer` now."""

from ganglion.estimators.multilayer.classifier import MLPClassifier

__all__ = ["MLPClassifier"]
