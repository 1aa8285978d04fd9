"""The model behind an estimator, a `Sequential`: its weights are what is shown as `coefs_`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer.outputs import output_layer
from ganglion.estimators.shared.hidden_layers import Activation
from ganglion.graphs.architectures import Chain
from ganglion.layers import Dense, Dropout, Layer
from ganglion.models import Model, Sequential, inside


def mlp(
    sizes: Sequence[int],
    activations: Sequence[Activation],
    out_activation: Activation,
    dtype: str,
    dropout: float = 0.0,
    seed: int = 0,
) -> Sequential:
    """Return a model whose weights are zero, to be written.

    Args:
        sizes: Columns of the input, units of each hidden layer, outputs.
        activations: Of each hidden layer.
        out_activation: scikit-learn's name: "softmax", "logistic", "identity" or "exp", or one of
            the hidden layers'.
        dtype: "float32" or "float64".
        dropout: The part of each hidden layer's outputs zeroed while training.
        seed: Of the dropout.
    """
    layers = [
        *hidden_layers(sizes[1:-1], activations, dropout),
        output_layer(sizes[-1], out_activation),
    ]
    return chain(layers, sizes[0], dtype, seed)


def chain(layers: Sequence[Layer], features: int, dtype: str, seed: int) -> Sequential:
    """Return a chain of layers, whose weights are to be written."""
    architecture = Chain(layers, features, dtype, seed)
    return Sequential.of(architecture, architecture.network())


def hidden_layers(
    sizes: Sequence[int], activations: Sequence[Activation], dropout: float = 0.0
) -> list[Layer]:
    """Return layers of so many units, each with its activation, whose outputs are dropped out."""
    layers: list[Layer] = []
    for units, activation in zip(sizes, activations, strict=True):
        layers.append(Dense(units, activation))
        if dropout:
            layers.append(Dropout(dropout))
    return layers


def holding(
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
    out_activation: Activation,
    dropout: float = 0.0,
    seed: int = 0,
) -> Sequential:
    """Return a model with a copy of the weights; other arguments are those of `mlp`."""
    sizes = [coefs[0].shape[0], *(coef.shape[1] for coef in coefs)]
    dtype = np.result_type(*coefs, np.float32).name
    made = mlp(sizes, activations, out_activation, dtype, dropout, seed)
    own_coefs, own_intercepts = shown(made)
    for own, given in zip(own_coefs + own_intercepts, [*coefs, *intercepts], strict=True):
        if own.shape != np.shape(given):
            raise ValueError(f"an array of coefs_ or intercepts_ is not {own.shape}")
        own[:] = given
    return made


def shown(model: Model, after: int = 0) -> tuple[list[Array], list[Array]]:
    """Return a model's weights and biases, layer by layer: views, writing to them changes it.

    Args:
        model: Whose.
        after: How many parameters come first that are not of dense layers.
    """
    parts = inside.parametrized(model).network.split(model.parameter_vector)[after:]
    return parts[0::2], parts[1::2]


def draw(
    weights: tuple[Sequence[Array], Sequence[Array]],
    random_state: np.random.RandomState,
    activations: Sequence[Any],
    otherwise: Any,
) -> None:
    """Draw the first weights, as scikit-learn does (Glorot and Bengio, 2010).

    Args:
        weights: What `shown` gives.
        random_state: What they are drawn from, layer by layer.
        activations: Of the hidden layers; the output layer's weights go by the last of them.
        otherwise: What these go by where there are none.
    """
    by = [*activations, activations[-1] if activations else otherwise]
    for coef, intercept, activation in zip(*weights, by, strict=True):
        factor = 2.0 if activation in ("logistic", "sigmoid") else 6.0
        bound = np.sqrt(factor / sum(coef.shape))
        coef[:] = random_state.uniform(-bound, bound, coef.shape)
        intercept[:] = random_state.uniform(-bound, bound, intercept.shape)
