"""scikit-learn's neural networks on Ganglion's core, faster, and deep residual networks."""

from ganglion.estimators import needs_scikit_learn

with needs_scikit_learn("ganglion.neural_network"):
    from ganglion.estimators.multilayer.classifier import MLPClassifier
    from ganglion.estimators.multilayer.regressor import MLPRegressor
    from ganglion.estimators.multilayer.residual import ResNetClassifier, ResNetRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "ResNetClassifier", "ResNetRegressor"]
