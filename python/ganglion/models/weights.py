"""What one may ask of a model's parameters, and do to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ganglion._base.arguments import explained
from ganglion.training.parametrized import Parametrized

Array = NDArray[Any]


class Weights:
    """The parameters of a model."""

    _model: Parametrized

    @property
    def parameter_vector(self) -> Array:
        """All weights, biases and states, `(parameters,)`: a view, writing to it changes them."""
        return self._model.store.values

    @property
    def gradient_vector(self) -> Array:
        """The gradient of the last backward pass, shape `(parameters,)`: a view."""
        return self._model.store.gradients

    @property
    def parameter_names(self) -> list[str]:
        """The parameters' names, in the order of `parameter_vector`."""
        return [parameter.name for parameter in self._model.network.parameters]

    def count_params(self) -> int:
        """Return the number of weights, biases and states."""
        return int(self.parameter_vector.size)

    def get_weights(self) -> list[Array]:
        """Return copies of the weights `(inputs, units)` and biases `(units,)`, layer by layer.

        So are factors and shifts of layers that normalize, and running means and variances.
        """
        with self._model.store.access.reading("get_weights"):
            return [part.copy() for part in self._model.network.split(self.parameter_vector)]

    @explained
    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace the weights by such a list as `get_weights` returns."""
        joined = self._model.network.join(weights, self._model.precision.dtype.name)
        with self._model.store.access.changing("set_weights"):
            self.parameter_vector[:] = joined

    @explained
    def theta(self, j: int) -> Array:
        """Return layer j's parameters as lectures write them: the bias is column 0.

        Args:
            j: The layer the connections leave, from 1: the input layer.

        Returns:
            A copy, shape `(units of layer j + 1, 1 + units of layer j)`.
        """
        with self._model.store.access.reading("theta"):
            return self._model.network.theta(self.parameter_vector, j)
