"""scikit-learn's neural networks on Ganglion's core: `sklearn.neural_network`, faster."""

try:
    import sklearn as _sklearn  # noqa: F401  (asked for first, to say what is missing)
except ImportError as error:
    raise ImportError(
        "ganglion.neural_network needs scikit-learn: python -m pip install scikit-learn"
    ) from error

from ganglion.estimators.classifier import MLPClassifier
from ganglion.estimators.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
