"""Passes that the core runs whole: all batches of a part in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion import _core
from ganglion.training.heads import Head
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import BatchNotFiniteError, Part, Rates
from ganglion.training.tallies import Tally

CoreHead = tuple[int, int, float, _core.Figures]  # output, loss, what that counts, and figures


class LossGraph:
    """A network's graph with losses that the core knows, and all that it is fed.

    Args:
        model: As the data's sizes have it.
    """

    def __init__(self, model: Parametrized) -> None:
        self.graph = _core.Graph(model.network.graph)
        self.feeds = [port.number for port in model.network.inputs]
        self._outputs = model.network.outputs

    def added(
        self, heads: Sequence[Head], tallies: Sequence[Tally], widths: Sequence[int]
    ) -> list[CoreHead]:
        """Add the losses of heads, and return these as the core takes them.

        Args:
            heads: What outputs are compared by.
            tallies: Of each.
            widths: Columns of each one's targets, at each position.
        """
        made: list[CoreHead] = []
        for head, tally, width in zip(heads, tallies, widths, strict=True):
            output = self._outputs[head.number]
            loss = head.add_loss(self.graph, output, width)
            made.append((output.number, loss.value, head.factor, tally.core))
            self.feeds += [loss.target, loss.weight]
        return made

    def added_term_weight(self) -> int:
        """Add, after the heads, what each sample counts in the losses that are no output's."""
        weight = self.graph.input("sample_weight", 1)
        self.feeds.append(weight)
        return weight


@dataclass(frozen=True, slots=True)
class CorePass:
    """A pass that the core runs whole, for the losses it knows: batches through routines in turn.

    Args:
        model: What runs.
        class_counts: Of the loss of each of the data's targets; 0 where it has no classes.
        routines: One for all batches, or several: the first batch goes through the first.
        trainer: What runs them.
        states: Of the optimizer of each routine, if it trains.
    """

    model: Parametrized
    class_counts: Sequence[int]
    routines: Sequence[_core.Routine]
    trainer: _core.Trainer
    states: Sequence[_core.OptimizerState | None]

    @property
    def reached(self) -> Sequence[tuple[int, int]]:
        """The numbers of the parameters that it has gradients of: ranges, from and to before."""
        return [one for routine in self.routines for one in routine.reached]

    def run(self, call: str, part: Part, rates: Rates) -> None:
        """Run batches, all in one call of the core."""
        feeds = self.model.feeds(part.data)
        for targets in part.data.targets:
            weight = targets.weight
            feeds += [(targets.y, 1.0, None), None if weight is None else (weight, 1.0, None)]
        if part.data.term_weight is not None:
            feeds.append((part.data.term_weight, 1.0, None))
        counted = [targets.metric_weight for targets in part.data.targets]
        ending, batch = self.trainer.run(
            feeds=feeds,
            metric_weights=[] if all(one is None for one in counted) else counted,
            order=part.order,
            batch_size=part.batch_size,
            first=part.first,
            rates=rates,
        )
        if ending == "loss_not_finite":
            number = batch % len(self.routines)
            bad = self.routines[number].first_bad_tensor()
            raise BatchNotFiniteError(batch, bad or self.model.step_culprit(self.states[number]))
        if ending != "complete":
            self.model.refuse(call, part.data, self.class_counts, ending)
