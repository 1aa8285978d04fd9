"""Phases: a network run over batches, to train it, for its gradients, or to look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ganglion import _core
from ganglion.losses import Loss
from ganglion.training.core_passes import CorePass, LossGraph
from ganglion.training.custom_passes import CustomPass
from ganglion.training.head_tallies import Tallies
from ganglion.training.heads import Head
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import Pass
from ganglion.training.running import Runner, Sizes
from ganglion.training.tallies import Tally

Purpose = Literal["evaluate", "gradients", "train"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """How a phase departs from its plain ways.

    Args:
        loss_factor: What the gradient of every loss is multiplied by.
        penalty: What is added to the losses.
        mean_of_batches: How losses are added up, as for a `Tally`.
    """

    loss_factor: float = 1.0
    penalty: _core.Penalty | None = None
    mean_of_batches: bool = False


class Phase(Runner):
    """What is run over batches: its figures, and its pass, made when the data's sizes are known.

    Args:
        model: What runs.
        heads: What its outputs are compared by.
        purpose: Whether to train, to leave gradients in the model's store, or only to look.
        state: The optimizer's, for training.
        extras: What is not as usual.
    """

    tally: Tallies

    def __init__(
        self,
        model: Parametrized,
        heads: Sequence[Head],
        purpose: Purpose,
        state: _core.OptimizerState | None = None,
        extras: Extras | None = None,
    ) -> None:
        self._heads = heads
        self._purpose: Purpose = purpose
        self._state = state
        self._extras = Extras() if extras is None else extras
        by_batch = self._extras.mean_of_batches
        tallies = [
            Tally(head.figures, head.reading, head.port.channels, mean_of_batches=by_batch)
            for head in heads
        ]
        names = [head.name for head in heads]
        factors = [head.factor for head in heads]
        super().__init__(model, Tallies(names, tallies, factors, model.network.terms))

    def prepare(self) -> None:
        """Refuse now what could not be run later: a loss or an activation without a derivative."""
        model = self._model.of_one_step()
        columns = tuple(port.columns for port in model.network.inputs)
        widths = tuple(head.target_columns for head in self._heads)
        self._make_pass(model, 1, Sizes(columns, widths, weighs_terms=False))

    def _make_pass(self, model: Parametrized, max_batch: int, sizes: Sizes) -> Pass:
        if all(isinstance(head.loss, Loss) for head in self._heads):
            return self.core_pass(model, max_batch, sizes.widths, weighs_terms=sizes.weighs_terms)
        if model.network.terms:
            raise ValueError(
                "compile: the network has losses of its own, on tensors or as regularizers, which"
                " do not go with a loss that is a function"
            )
        figures = [tally.core for tally in self.tally.of_heads]
        return CustomPass(model, self._heads, figures, sizes.widths, max_batch, self._state)

    def core_pass(
        self,
        model: Parametrized,
        max_batch: int,
        widths: Sequence[int],
        *,
        weighs_terms: bool = False,
    ) -> CorePass:
        """Return a pass for batches of up to so many rows, by losses that the core knows.

        Args:
            model: As the data's sizes have it.
            max_batch: Rows.
            widths: Columns of each head's targets, at each position.
            weighs_terms: Whether data say what samples count in the losses that are no output's.
        """
        whole = LossGraph(model)
        heads = whole.added(self._heads, self.tally.of_heads, widths)
        term_weight = whole.added_term_weight() if weighs_terms else None
        routine = model.precision.routine(
            graph=whole.graph,
            feeds=whole.feeds,
            heads=heads,
            purpose=self._purpose,
            store=model.store,
            optimizer=self._state,
            max_batch=max_batch,
            seed=model.seed,
            loss_factor=self._extras.loss_factor,
            penalty=self._extras.penalty,
            groups=model.network.trained_groups,
            terms=[
                (term.number, term.factor, figures)
                for term, figures in zip(model.network.terms, self.tally.of_terms, strict=True)
            ],
            term_weight=term_weight,
        )
        classes = [head.class_count for head in self._heads]
        trainer = model.precision.trainer([routine])
        return CorePass(model, classes, [routine], trainer, [self._state])
