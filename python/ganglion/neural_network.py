"""scikit-learn's neural networks on Ganglion's core: `sklearn.neural_network`, faster."""

from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.neural_network"):
    from ganglion.estimators.multilayer.classifier import MLPClassifier
    from ganglion.estimators.multilayer.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
