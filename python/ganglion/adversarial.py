"""Adversarial networks, as scikit-learn's estimators: samples like those that they have seen."""

from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.adversarial"):
    from ganglion.estimators.adversarial.gan import GenerativeAdversarialNetwork

__all__ = ["GenerativeAdversarialNetwork"]
