"""scikit-learn's perceptron on Ganglion's core: `sklearn.linear_model.Perceptron`, faster."""

from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.linear_model"):
    from ganglion.estimators.perceptron.estimator import Perceptron

__all__ = ["Perceptron"]
