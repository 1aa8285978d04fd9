"""The multi-layer perceptron for classes."""

from __future__ import annotations

from ganglion._base.arguments import explained
from ganglion.estimators.multilayer.classes import NetworkClassifier
from ganglion.estimators.multilayer.perceptrons import BaseMLP
from ganglion.estimators.shared.parameters import parametrized


@explained
@parametrized
class MLPClassifier(NetworkClassifier, BaseMLP):
    """A multi-layer perceptron for classes: scikit-learn's `MLPClassifier` on Ganglion's core.

    Parameters, attributes and warnings are scikit-learn's, and from the same `random_state` so are
    the weights, up to rounding. Beyond scikit-learn's:

    Args:
        {parameters}
    """
