"""Passes that the core runs whole: all batches of a part in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion import _core
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import BatchNotFiniteError, Part, Rates


@dataclass(frozen=True, slots=True)
class CorePass:
    """A pass that the core runs whole, for the losses it knows."""

    call: str
    model: Parametrized
    class_counts: Sequence[int]  # of each head's loss; 0 where it has no classes
    routine: _core.Routine
    trainer: _core.Trainer

    def run(self, part: Part, rates: Rates) -> None:
        """Run batches, all in one call of the core."""
        feeds = self.model.feeds(part.data)
        for targets in part.data.targets:
            weight = targets.weight
            feeds += [(targets.y, 1.0, None), None if weight is None else (weight, 1.0, None)]
        ending, batch = self.trainer.run(
            feeds=feeds,
            metric_weights=[targets.metric_weight for targets in part.data.targets],
            order=part.order,
            batch_size=part.batch_size,
            first=part.first,
            rates=rates,
        )
        if ending == "loss_not_finite":
            raise BatchNotFiniteError(
                batch, self.routine.first_bad_tensor() or self.model.step_culprit()
            )
        if ending != "complete":
            self.model.refuse(self.call, part.data, self.class_counts, ending)
