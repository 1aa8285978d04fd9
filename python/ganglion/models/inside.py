"""What other floors need of a model beyond what users may ask: the one door to its inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganglion import _core
from ganglion._base.arrays import Array
from ganglion.models.base import BaseModel
from ganglion.models.compiled import CompiledModel
from ganglion.training.kept import Kept
from ganglion.training.objectives import Objective
from ganglion.training.parametrized import Ends, Parametrized

_ROWS = 256  # worked on at a time


def parametrized(model: BaseModel) -> Parametrized:
    """Return a model's network with its parameters, to be trained in other ways than by `fit`."""
    return model._model


def objective(model: CompiledModel) -> Objective:
    """Return what a compiled model is trained for, to be trained by another loop than `fit`'s."""
    return model._objective("fit")


def training_of(model: CompiledModel) -> tuple[Kept, list[Array]]:
    """Return what a compiled model is trained for, and copies of what its optimizer remembers."""
    whole = objective(model)
    return Kept.of("training_of", whole), [np.array(block) for block in whole.state.blocks]


def train_on(model: CompiledModel, kept: Kept, blocks: Sequence[Array]) -> None:
    """Let a model be compiled, and as far, as another was of which `training_of` gave this."""
    goals = kept.goals
    model.compile(
        kept.optimizer,
        goals.loss,
        goals.metrics,
        weighted_metrics=goals.weighted_metrics,
        loss_weights=goals.loss_weights,
    )
    kept.put_into(objective(model), blocks)


def row_losses(model: CompiledModel, table: Array) -> Array:
    """Return the loss of each row of a table that is target and input of a compiled model.

    Args:
        model: Of one input, and one output, whose loss the core knows.
        table: Shape `(samples, features)`, of finite numbers.
    """
    head, whole = objective(model).only_head, model._model
    graph = _core.Graph(whole.network.graph)
    loss = head.add_loss(graph, whole.network.outputs[head.number], head.target_columns)
    ends = Ends(graph, [*whole.ends.inputs, loss.target, loss.weight], [loss.value])
    rows = np.empty((len(table), 1), whole.precision.dtype)
    ones = np.broadcast_to(1.0, rows.shape)
    feeds = [(table, 1.0, None), (table, 1.0, None), (ones, 1.0, None)]
    with whole.store.access.reading("score_samples"):
        whole.predictor(min(_ROWS, len(table)), ends).predict(feeds, [rows])
    return rows[:, 0]


def unchecked_outputs(model: BaseModel, tables: Sequence[Any]) -> Array:
    """Return the only output for tables of finite numbers, which are not checked any more.

    Args:
        model: Whose.
        tables: Of each input, shape `(samples, features)`, an array or a sparse matrix of rows.
    """
    return model._outputs(tables)
