"""Networks over the columns of a table: dense layers, behind a table of vectors for many texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ganglion as gn
from ganglion.estimators.multilayer.mlp import chain
from ganglion.layers import Layer
from ganglion.models import Model, inside
from ganglion.tables.features import Encoded, Features

SMOOTHING = 10  # rows as which the mean of all vectors counts in that of texts not known
_PLAIN = "columns"  # the input that holds all columns but the embedded ones


def network(features: Features, layers: Sequence[Layer], dtype: str, seed: int) -> Model:
    """Return a network whose weights are to be written, but those of the vectors, which are drawn.

    It is a chain where no column has vectors; else these are concatenated with all other columns.

    Args:
        features: What it is fed.
        layers: Those behind that.
        dtype: "float32" or "float64".
        seed: Of the vectors, and of dropout.
    """
    if not features.embedded:
        return chain(layers, features.width, dtype, seed)
    inputs, ends = [], []
    if features.plain_width:
        inputs = [gn.Input(features.plain_width, name=_PLAIN)]
        ends = list(inputs)
    for column in features.embedded:
        number = gn.Input(1, name=f"text of {column.name}")
        inputs.append(number)
        ends.append(gn.Flatten()(gn.Embedding(column.rows, column.vector_size)(number)))
    x = gn.Concatenate()(ends) if len(ends) > 1 else ends[0]
    for layer in layers:
        x = layer(x)
    return Model(inputs, x, dtype=dtype, seed=seed)


def outputs_of(net: Model, inputs: Encoded) -> NDArray[Any]:
    """Predict for rows, shape `(rows, outputs)`."""
    fed = inputs.features.fed(inputs.rows)
    return np.asarray(net.predict(fed if len(fed) > 1 else fed[0]))


def fits(net: Model, features: Features, outputs: int) -> bool:
    """Tell whether a network takes what `Features.fed` gives, and makes so many outputs of it."""
    plain = [features.plain_width] if features.plain_width else []
    sizes = [*plain, *(1 for _ in features.embedded)]
    tables = [layer.input_dim for layer in net.layers if isinstance(layer, gn.Embedding)]
    ends = inside.parametrized(net).network
    shapes = [end.shape for end in (*ends.inputs, *ends.outputs)]
    rows = [column.rows for column in features.embedded]
    return shapes == [(size,) for size in [*sizes, outputs]] and tables == rows


def teach_unknown(net: Model, features: Features, tables: Sequence[NDArray[Any]]) -> None:
    """Let texts that are not known be as others are in the mean, unless many rows tell of them.

    Their vector, which those learn that come once, is drawn to the mean of all others, which counts
    as `SMOOTHING` rows do: the estimate of means of few rows as of Micci-Barreca (2001).

    Args:
        net: The network, which is trained.
        features: What it is fed.
        tables: What it was trained on, for each input.
    """
    vectors = inside.parametrized(net).network.split(net.parameter_vector)
    numbers = tables[len(tables) - len(features.embedded) :]
    for table, given in zip(vectors, numbers, strict=False):  # dense layers come behind
        share = SMOOTHING / (SMOOTHING + np.count_nonzero(given == 0))
        table[0] += (table[1:].mean(axis=0) - table[0]) * share
