"""The output layer of an estimator's network, and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganglion._base.arrays import Array
from ganglion.estimators.shared.hidden_layers import Activation
from ganglion.layers import Dense
from ganglion.models import Model, inside

# What the core calls scikit-learn's output activations; an exponential is taken outside.
_OUTPUTS = {"softmax": "softmax", "logistic": "sigmoid", "identity": "identity", "exp": "identity"}


def output_layer(outputs: int, out_activation: Activation) -> Dense:
    """Return it.

    Args:
        outputs: How many.
        out_activation: scikit-learn's name: "softmax", "logistic", "identity" or "exp"; or another.
    """
    return Dense(outputs, _OUTPUTS.get(str(out_activation), out_activation))


def outputs_of(model: Model, tables: Sequence[Any], out_activation: Activation) -> Array:
    """Return the output layer's values, shape `(samples, outputs)`, for finite tables.

    Rows of a sparse matrix are unfolded some at a time.
    """
    rows = [table if isinstance(table, np.ndarray) else table.tocsr() for table in tables]
    out = inside.unchecked_outputs(model, rows)
    return np.exp(out, out=out) if out_activation == "exp" else out
