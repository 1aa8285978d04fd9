"""The multi-layer perceptron for numbers."""

from __future__ import annotations

from ganglion._base.arguments import explained
from ganglion.estimators.multilayer.perceptrons import BaseMLP
from ganglion.estimators.multilayer.values import LossArgument, NetworkRegressor
from ganglion.estimators.shared.parameters import parametrized


@explained
@parametrized
class MLPRegressor(NetworkRegressor, BaseMLP, LossArgument):
    """A multi-layer perceptron for numbers: scikit-learn's `MLPRegressor` on Ganglion's core.

    Parameters, attributes and warnings are scikit-learn's, and from the same `random_state` so are
    the weights, up to rounding. Beyond scikit-learn's:

    Args:
        {parameters}
    """
