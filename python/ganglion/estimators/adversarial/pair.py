"""A generator and a discriminator in training: their turns, and the batches of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ganglion._base.arrays import Array
from ganglion.estimators.adversarial.networks import (
    DISCRIMINATOR,
    FAKE,
    GENERATOR,
    PASSED,
    REAL,
    joined,
)
from ganglion.losses import BinaryCrossEntropy
from ganglion.models import Model
from ganglion.optimizers import Adam
from ganglion.schedules import Schedule
from ganglion.training.data import Dataset, Inputs, Targets
from ganglion.training.passes import Order
from ganglion.training.stepping import Memory
from ganglion.training.turns import Turn, Turns, TurnSource

_LOSS = BinaryCrossEntropy()


@dataclass(frozen=True, slots=True)
class Rules:
    """How a pair is trained; the estimator says what its arguments of these names are."""

    packing: int
    discriminator_steps: int
    label_smoothing: float
    seed: int


class Pair:
    """The two, and how far they are.

    A pickle of it goes on with the same bits.

    Args:
        generator: Has the weights that it is to begin with, and later those of `write_models`.
        discriminator: Likewise.
        rules: How they are trained.
    """

    def __init__(self, generator: Model, discriminator: Model, rules: Rules) -> None:
        self.generator, self.discriminator, self.rules = generator, discriminator, rules
        self._whole = whole = joined(generator, discriminator, rules.packing, rules.seed)
        told, by = {REAL: _LOSS, FAKE: _LOSS}, Adam(beta_1=0.5)
        self._tells = Turn("discriminator", whole, told, [DISCRIMINATOR], by, is_given_samples=True)
        self._makes = Turn(
            "generator", whole, {PASSED: _LOSS}, [GENERATOR], by, is_given_samples=False
        )
        in_round = [0] * rules.discriminator_steps + [1]
        self.turns = Turns(whole, [self._tells, self._makes], in_round)
        self.read_models()

    def set_rates(self, of_generator: Schedule, of_discriminator: Schedule) -> None:
        """Let the steps of both have such learning rates."""
        self._makes.schedule, self._tells.schedule = of_generator, of_discriminator

    def source(self, X: Array, batch_size: int, order: Callable[[int], Order]) -> TurnSource:
        """Return batches of so many samples, in the order, and so in packs, of each epoch."""
        packing = self.rules.packing
        rows = len(X) // packing

        def data(epoch: int) -> tuple[Dataset, Order]:
            if packing == 1:
                return self._with_targets(X), order(epoch)
            packed = X[order(epoch)[: rows * packing]].reshape(rows, -1)
            return self._with_targets(packed), np.arange(rows)

        batch = max(1, min(batch_size // packing, rows))
        return TurnSource(data, rows, batch, self.turns.are_given_samples)

    def _with_targets(self, rows: Array) -> Dataset:
        """Return rows of samples, what noise is added to, and what is to be said of each output."""
        zeros = np.broadcast_to(0.0, (len(rows), self._whole.network.inputs[1].columns))
        real, fake, passed = (
            Targets(np.broadcast_to(value, (len(rows), 1)))
            for value in (1.0 - self.rules.label_smoothing, 0.0, 1.0)
        )
        return Dataset((Inputs(rows), Inputs(zeros)), (real, fake, passed))

    def read_models(self) -> None:
        """Take the models' weights."""
        for own, of_model in self._weights():
            own[:] = of_model

    def write_models(self) -> None:
        """Give the models the weights of the moment."""
        for own, of_model in self._weights():
            of_model[:] = own

    def _weights(self) -> list[tuple[Array, Array]]:
        """Return the weights of each part here, and those of its model."""
        values, first = self._whole.store.values, len(self.generator.parameter_vector)
        return [
            (values[:first], self.generator.parameter_vector),
            (values[first:], self.discriminator.parameter_vector),
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        optimizers = [turn.memory.copied() for turn in self.turns.each]
        parts = self.generator, self.discriminator, self.rules
        return type(self)._as_far, (*parts, self._whole.store.values.copy(), optimizers)

    @classmethod
    def _as_far(
        cls,
        generator: Model,
        discriminator: Model,
        rules: Rules,
        values: Array,
        optimizers: Sequence[Memory],
    ) -> Self:
        """Return a pair as far as the one was that has been taken apart so."""
        pair = cls(generator, discriminator, rules)
        pair._whole.store.values[:] = values
        for turn, memory in zip(pair.turns.each, optimizers, strict=True):
            turn.go_on_from(memory)
        return pair
