"""Autoencoders, as scikit-learn's estimators: codes of samples, and what is not normal."""

from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.autoencoder"):
    from ganglion.estimators.autoencoders.autoencoder import Autoencoder

__all__ = ["Autoencoder"]
