"""The epochs of a model, whatever it is trained for, and whoever is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from ganglion.training import loop
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import Rates
from ganglion.training.running import Runner
from ganglion.training.snapshot import Snapshot
from ganglion.training.sources import Source


class Aim(Protocol):
    """What a model is trained for: an `Objective`, or the `Turns` of its parts."""

    @property
    def model(self) -> Parametrized:
        """What is trained."""

    @property
    def training(self) -> Runner:
        """What runs its epochs."""

    @property
    def snapshot(self) -> Snapshot:
        """Room for what the call that trains changes."""

    def rates(self, count: int) -> Rates:
        """Return the learning rates of the next so many batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEpochs(loop.Listener):
    """Base of what runs the epochs of a model.

    Args:
        objective: What to train for.
        source: Where batches come from.
        verbose: Whether to tell how the fit gets on.
    """

    objective: Aim
    source: Source
    verbose: bool

    @property
    def samples(self) -> int:
        """How many there are in an epoch; 0 when that is not known."""
        return self.source.samples

    @property
    def weights(self) -> NDArray[Any]:
        """All of the model's."""
        return self.objective.model.store.values
