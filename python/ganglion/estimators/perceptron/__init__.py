"""Perceptrons, whose rule goes sample by sample."""

from ganglion.estimators.perceptron.estimator import Perceptron

__all__ = ["Perceptron"]
