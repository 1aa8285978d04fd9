"""Passes: batches through a network, with an update after each or without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ganglion._base.arrays import as_array
from ganglion.training.data import Dataset

Order = NDArray[np.int64]
Rates = NDArray[np.float64]


class LossNotFiniteError(FloatingPointError):
    """The loss, or the parameters after a step, became NaN or infinite."""


class BatchNotFiniteError(Exception):
    """A batch, by its number, whose loss or update is not finite, and what went wrong first."""

    def __init__(self, batch: int, culprit: str) -> None:
        super().__init__(culprit)
        self.batch = batch
        self.culprit = culprit


@dataclass(frozen=True, slots=True)
class Part:
    """Some batches of an epoch.

    Args:
        data: What they are of.
        order: The samples' numbers in the order they are used; None: as they lie.
        batch_size: Rows a batch; the last may be short.
        first: The number of the first.
        count: How many they are.
    """

    data: Dataset
    order: Order | None
    batch_size: int
    first: int
    count: int


class Pass(Protocol):
    """Runs batches and adds them to its figures."""

    @property
    def reached(self) -> Sequence[tuple[int, int]]:
        """The numbers of the parameters that it has gradients of: ranges, from and to before."""

    def run(self, call: str, part: Part, rates: Rates) -> None:
        """Run batches, each with its learning rate.

        Args:
            call: The function that was called, for messages.
            part: The batches.
            rates: Of each.

        Raises:
            ValueError: When a batch holds NaN or infinity, or a target that is no class's number.
            BatchNotFiniteError: When the loss of a batch, or its update, is not finite.
        """


def as_gradient(call: str, name: str, given: Any, output: NDArray[Any]) -> NDArray[Any]:
    """Return a gradient with respect to `output`, in its shape and type.

    Raises:
        TypeError: When it does not hold numbers.
        ValueError: When it has another shape.
    """
    gradient = as_array(call, name, given)
    if gradient.shape != output.shape:
        raise ValueError(
            f"{call}: {name} has shape {gradient.shape}, must have that of the outputs,"
            f" {output.shape}"
        )
    return np.ascontiguousarray(gradient, output.dtype)
