"""Turns: parts of one network, trained in turn, each by losses and an optimizer of its own.

The core runs an epoch in one call, batch by batch, the first through the first turn of a round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ganglion.losses import Loss
from ganglion.optimizers import Optimizer
from ganglion.training.core_passes import CorePass, LossGraph
from ganglion.training.data import Dataset
from ganglion.training.head_tallies import Tallies
from ganglion.training.heads import Head
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import Order, Part, Rates
from ganglion.training.running import Runner, Sizes
from ganglion.training.snapshot import Snapshot
from ganglion.training.stepping import Stepping
from ganglion.training.tallies import Tally


class Turn(Stepping):
    """A part of a network that is trained in its turn.

    Args:
        name: What its figures are called after.
        model: The whole network.
        losses: Of its outputs, by name.
        groups: Of the parameters that it trains; the others it reads.
        optimizer: What moves these.
        is_given_samples: Whether each batch of its is of samples of their own; else it sees those
            of the turn before it.
    """

    def __init__(
        self,
        name: str,
        model: Parametrized,
        losses: Mapping[str, Loss],
        groups: Sequence[int],
        optimizer: Optimizer,
        *,
        is_given_samples: bool,
    ) -> None:
        super().__init__(optimizer, model, groups)
        self.name = name
        self.groups = groups
        self.is_given_samples = is_given_samples
        self.heads = [
            Head(port.name, number, port, losses[port.name], 1.0, ())
            for number, port in enumerate(model.network.outputs)
            if port.name in losses
        ]
        tallies = [Tally((), head.reading, head.port.channels) for head in self.heads]
        self.tally = Tallies([head.name for head in self.heads], tallies, [1.0] * len(tallies))


class Turns:
    """The turns of a network, and a round of them, which is what training repeats.

    Args:
        model: The network.
        each: The turns, each once. Data have targets for their heads in this order.
        in_round: Their numbers, in the order of a round.
    """

    def __init__(self, model: Parametrized, each: Sequence[Turn], in_round: Sequence[int]) -> None:
        self.model = model
        self.each = each
        self._in_round = np.array(in_round)
        self.training = _TurnRunner(model, each, in_round)
        self.snapshot = Snapshot(model, each)

    @property
    def are_given_samples(self) -> list[bool]:
        """Whether each turn of a round is given samples of its own."""
        return [self.each[number].is_given_samples for number in self._in_round]

    def rates(self, count: int) -> Rates:
        """Return the learning rates of the next `count` batches, which are whole rounds."""
        taken = np.resize(self._in_round, count)
        rates = np.empty(count)
        for number, turn in enumerate(self.each):
            rates[taken == number] = turn.rates(int((taken == number).sum()))
        return rates


class _TurnRunner(Runner):
    """Runs rounds of turns over batches."""

    def __init__(self, model: Parametrized, each: Sequence[Turn], in_round: Sequence[int]) -> None:
        super().__init__(model, _TurnTallies(each))
        self._each = each
        self._in_round = in_round

    def _make_pass(self, model: Parametrized, max_batch: int, sizes: Sizes) -> CorePass:
        whole, left = LossGraph(model), iter(sizes.widths)
        heads = [
            whole.added(turn.heads, turn.tally.of_heads, list(islice(left, len(turn.heads))))
            for turn in self._each
        ]
        made = [
            model.precision.routine(
                graph=whole.graph,
                feeds=whole.feeds,
                heads=of_turn,
                purpose="train",
                store=model.store,
                optimizer=turn.state,
                max_batch=max_batch,
                seed=model.seed,
                groups=turn.groups,
            )
            for turn, of_turn in zip(self._each, heads, strict=True)
        ]
        routines = [made[number] for number in self._in_round]
        classes = [head.class_count for turn in self._each for head in turn.heads]
        states = [self._each[number].state for number in self._in_round]
        return CorePass(model, classes, routines, model.precision.trainer(routines), states)


class _TurnTallies:
    """The losses of turns, each called after its turn."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns

    def reset(self) -> None:
        for turn in self._turns:
            turn.tally.reset()

    def so_far(self) -> dict[str, float]:
        return {f"{turn.name}_loss": turn.tally.so_far()["loss"] for turn in self._turns}

    def values(self) -> dict[str, float]:
        return self.so_far()


@dataclass(frozen=True, slots=True)
class TurnSource:
    """Batches for rounds of turns, all of one size, until each row has been given.

    The last round is filled up with the rows that came first.

    Args:
        data: Gives the rows of an epoch, by its number, with targets for the heads of all turns,
            and the order in which they are taken.
        samples: Rows of an epoch.
        batch_size: Rows of a batch.
        are_given_samples: Whether each turn of a round is given samples of its own; the first is.
    """

    data: Callable[[int], tuple[Dataset, Order]]
    samples: int
    batch_size: int
    are_given_samples: Sequence[bool]

    @property
    def rounds(self) -> int:
        """Rounds an epoch."""
        return -(-self.samples // (self.batch_size * sum(self.are_given_samples)))

    @property
    def steps(self) -> int:
        """Batches an epoch, of all turns."""
        return self.rounds * len(self.are_given_samples)

    def parts(self, epoch: int, lengths: Iterable[int]) -> Iterator[Part]:  # noqa: ARG002
        """Give the batches of an epoch, which are run together."""
        data, order = self.data(epoch)
        given = np.resize(order, (self.rounds, sum(self.are_given_samples), self.batch_size))
        latest = np.cumsum(self.are_given_samples) - 1  # of those of the round, by turn
        yield Part(data, given[:, latest].ravel(), self.batch_size, 0, self.steps)
