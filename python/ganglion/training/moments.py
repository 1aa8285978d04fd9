"""Running moments computed anew: those of weights that no training has led to step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base.arrays import check_finite
from ganglion.graphs.networks import Network
from ganglion.training.data import Dataset
from ganglion.training.objectives import Objective
from ganglion.training.parametrized import Ends, Parametrized
from ganglion.training.passes import Part
from ganglion.training.sources import Source

Found = Iterator[tuple[str, NDArray[Any]]]


def renew(objective: Objective, source: Source) -> None:
    """Make running means and variances the means of those of all batches, dropout and all.

    Args:
        objective: Whose model has been given its weights.
        source: Gives the batches it was trained on: those of the first epoch are gone over.

    Raises:
        ValueError: When one is too large for the model's type.
    """
    model = objective.model
    if not model.network.moments:
        return
    sums: dict[str, Any] = defaultdict(float)
    batches: dict[str, int] = defaultdict(int)
    seen = _BatchMoments(model)
    for step, part in zip(count(objective.state.batches), source.parts(0, repeat(1)), strict=False):
        for name, moments in seen.of(_rows(part), step):
            sums[name] = sums[name] + moments
            batches[name] += 1
    names = [parameter.name for parameter in model.network.parameters]
    for name, values in zip(names, model.network.split(model.store.values), strict=True):
        if name in sums:
            mean = sums[name] / batches[name]
            check_finite("fit", name, mean, model.precision)
            values[:] = mean


def _rows(part: Part) -> Dataset:
    """Return the rows of the only batch of a part."""
    first = part.first * part.batch_size
    span = slice(first, first + part.batch_size)
    return part.data.rows(span if part.order is None else part.order[span])


class _BatchMoments:
    """The means and variances of batches, of all that a network normalizes over them.

    Args:
        model: With the weights of the moment.
    """

    def __init__(self, model: Parametrized) -> None:
        self._model = model
        self._ran: Network | None = None
        self._tape: _core.Tape | None = None

    def of(self, batch: Dataset, step: int) -> Found:
        """Give, by the parameter's name, what a step would have the running ones go to."""
        columns = [int(inputs.table.shape[1]) for inputs in batch.inputs]
        model, rows = self._model.of_columns(columns), len(batch)
        dtype = model.precision.dtype
        fed = [
            scale.of(inputs.table, dtype)
            for inputs, scale in zip(batch.inputs, model.scales, strict=True)
        ]
        normalized = [
            np.empty((rows, one.positions * one.channels), dtype) for one in model.network.moments
        ]
        self._tape_of(model, rows).forward(fed, normalized, step)
        for one, values in zip(model.network.moments, normalized, strict=True):
            at_all = values.reshape(-1, one.channels).astype(np.float64)
            yield one.mean, at_all.mean(axis=0)
            yield one.variance, at_all.var(axis=0)

    def _tape_of(self, model: Parametrized, rows: int) -> _core.Tape:
        """Return what runs the network up to what is normalized."""
        network = model.network
        if self._tape is None or network is not self._ran or rows > self._tape.max_batch:
            graph = _core.Graph(network.graph)
            views = [  # of which none is an input
                graph.reshape(one.number, one.positions, one.channels) for one in network.moments
            ]
            inputs = [port.number for port in network.inputs]
            self._tape, self._ran = model.tape(rows, Ends(graph, inputs, views)), network
        return self._tape
