"""The network behind an estimator: its weights are what the estimator shows as `coefs_`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import precision
from ganglion.activations import ActivationFunction
from ganglion.graphs import networks
from ganglion.layers import Dense, Dropout, Layer

Array = NDArray[Any]

_BATCH = 256  # rows predicted at a time

# What the core calls scikit-learn's output activations; an exponential is taken outside.
_OUTPUTS = {"softmax": "softmax", "logistic": "sigmoid", "identity": "identity", "exp": "identity"}


class EstimatorNetwork:
    """Dense layers, whose parameters are seen as scikit-learn's lists of arrays.

    Args:
        sizes: Columns of the input, units of each hidden layer, outputs.
        activations: Of each hidden layer.
        out_activation: scikit-learn's name: "softmax", "logistic", "identity" or "exp", or one of
            the hidden layers'.
        dtype: "float32" or "float64".
        dropout: The part of each hidden layer's outputs zeroed while training.
        seed: Of the dropout.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[str | ActivationFunction],
        out_activation: str | ActivationFunction,
        dtype: str,
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        layers: list[Layer] = []
        for units, activation in zip(sizes[1:-1], activations, strict=True):
            layers.append(Dense(units, activation))
            if dropout:
                layers.append(Dropout(dropout))
        last = _OUTPUTS.get(str(out_activation), out_activation)
        layers.append(Dense(sizes[-1], last))
        self.network = networks.build(layers, sizes[0])
        self.precision = precision.get(dtype)
        self.store = self.precision.parameter_store(self.network.graph)
        self.out_activation = out_activation
        self._settings = (list(activations), dropout)
        self._seed = seed
        parts = self.network.split(self.store.values)
        self.coefs: list[Array] = parts[0::2]
        self.intercepts: list[Array] = parts[1::2]
        self._predictor = self.precision.predictor(
            graph=self.network.graph,
            inputs=[self.network.input],
            outputs=[self.network.output],
            store=self.store,
            max_batch=_BATCH,
        )

    @classmethod
    def holding(
        cls,
        coefs: Sequence[Array],
        intercepts: Sequence[Array],
        activations: Sequence[str | ActivationFunction],
        out_activation: str | ActivationFunction,
        dropout: float = 0.0,
        seed: int = 0,
    ) -> EstimatorNetwork:
        """Return a network with a copy of the weights."""
        sizes = [coefs[0].shape[0], *(coef.shape[1] for coef in coefs)]
        dtype = np.result_type(*coefs, np.float32).name
        made = cls(sizes, activations, out_activation, dtype, dropout, seed)
        for own, given in zip(made.coefs + made.intercepts, [*coefs, *intercepts], strict=True):
            if own.shape != np.shape(given):
                raise ValueError(f"an array of coefs_ or intercepts_ is not {own.shape}")
            own[:] = given
        return made

    def draw(self, random_state: np.random.RandomState, last: object) -> None:
        """Draw the first weights, as scikit-learn does (Glorot and Bengio, 2010).

        Args:
            random_state: What they are drawn from, layer by layer.
            last: The activation that those of the output layer go by.
        """
        activations = [*self._settings[0], last]
        for coef, intercept, activation in zip(
            self.coefs, self.intercepts, activations, strict=True
        ):
            factor = 2.0 if activation in ("logistic", "sigmoid") else 6.0
            bound = np.sqrt(factor / sum(coef.shape))
            coef[:] = random_state.uniform(-bound, bound, coef.shape)
            intercept[:] = random_state.uniform(-bound, bound, intercept.shape)

    def shows(
        self,
        coefs: Sequence[Array],
        intercepts: Sequence[Array],
        activations: Sequence[str | ActivationFunction],
        dropout: float,
    ) -> bool:
        """Are these the arrays that the network works with, in this way?"""
        own, given = self.coefs + self.intercepts, [*coefs, *intercepts]
        same = len(own) == len(given) and all(a is b for a, b in zip(own, given, strict=True))
        return same and self._settings == (list(activations), dropout)

    def weight_ranges(self) -> list[tuple[int, int]]:
        """Return where in the vector of all parameters the weights are, without the biases."""
        parameters = self.network.parameters
        ends = np.cumsum([parameter.size for parameter in parameters]).tolist()
        return [
            (end - parameter.size, end)
            for parameter, end in zip(parameters, ends, strict=True)
            if not parameter.is_bias
        ]

    def outputs(self, x: Any) -> Array:
        """Return the output layer's values, shape `(samples, outputs)`, for finite `x`.

        Rows of a sparse matrix are unfolded a batch at a time.
        """
        out = np.empty((x.shape[0], self.network.output_size), self.precision.dtype)
        if isinstance(x, np.ndarray):
            self._predictor.predict([(x, 1.0, None)], [out])
        else:
            rows = x.tocsr()
            for i in range(0, len(out), _BATCH):
                part = slice(i, i + _BATCH)
                self._predictor.predict([(rows[part].toarray(), 1.0, None)], [out[part]])
        return np.exp(out, out=out) if self.out_activation == "exp" else out

    def routine(self, **arguments: Any) -> _core.Routine:
        """Return a routine of the network; `arguments` are those it does not know itself."""
        return self.precision.routine(store=self.store, seed=self._seed, **arguments)
