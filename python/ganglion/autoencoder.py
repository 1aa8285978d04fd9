"""Autoencoders, as scikit-learn's estimators: codes of samples, and what is not normal."""

from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.autoencoder"):
    from ganglion.estimators.autoencoders.autoencoder import Autoencoder
    from ganglion.estimators.autoencoders.denoising import DenoisingAutoencoder
    from ganglion.estimators.autoencoders.sparse import SparseAutoencoder
    from ganglion.estimators.autoencoders.variational import VariationalAutoencoder

__all__ = [
    "Autoencoder",
    "DenoisingAutoencoder",
    "SparseAutoencoder",
    "VariationalAutoencoder",
]
