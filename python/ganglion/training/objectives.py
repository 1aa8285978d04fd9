"""Objectives: what a model is compiled for, and the phases that train and evaluate it for that."""

from __future__ import annotations

import numpy as np

from ganglion import _core
from ganglion._base.structures import Structure
from ganglion.optimizers import Optimizer
from ganglion.training.heads import Goals, Head, heads_of
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import LossNotFiniteError
from ganglion.training.phases import Phase
from ganglion.training.snapshot import Snapshot
from ganglion.training.stepping import Stepping


class Objective(Stepping):
    """An optimizer with its state, losses and metrics, for one model.

    Args:
        model: The model to train.
        outputs: What its outputs are put together as.
        optimizer: A record, or the name of one with default settings.
        goals: The losses and metrics.

    Raises:
        ValueError: For an unknown name, or when a loss does not fit the network.
    """

    def __init__(
        self, model: Parametrized, outputs: Structure, optimizer: str | Optimizer, goals: Goals
    ) -> None:
        super().__init__(optimizer, model)
        self.heads = heads_of(model.network, outputs, goals)
        if model.network.trained_groups == []:
            raise ValueError("compile: no layer is trainable, there is nothing to train")
        self.model = model
        self.training = Phase(model, self.heads, "train", self.state)
        self._evaluations: list[Phase] = []  # that no call uses
        self._snapshot: Snapshot | None = None

    @property
    def only_head(self) -> Head:
        """The head of a model that has one.

        Raises:
            ValueError: When it has none, or several.
        """
        if not self.heads:
            raise ValueError("no output of the model has a loss")
        if len(self.heads) > 1:
            raise ValueError(
                "the model has several outputs with losses: "
                + ", ".join(head.name for head in self.heads)
            )
        return self.heads[0]

    def evaluation(self) -> Phase:
        """Return a phase for evaluating, with figures of its own, to be given back."""
        try:
            return self._evaluations.pop()
        except IndexError:
            return Phase(self.model, self.heads, "evaluate")

    def give_back(self, evaluation: Phase) -> None:
        """Keep a phase for the next call: making one takes longer than a small evaluation."""
        self._evaluations.append(evaluation)

    @property
    def snapshot(self) -> Snapshot:
        """Room for what the call that trains changes.

        It stays from one call to the next: the system's making it anew would take longer than the
        copying.
        """
        if self._snapshot is None:
            self._snapshot = Snapshot(self.model, [self])
        return self._snapshot

    def become_averages(self) -> None:
        """Put the averages of the weights in their place, where the optimizer keeps such."""
        if not (self.optimizer.use_ema and self.state.steps):
            return
        values, averages = self.model.store.values, self.state.blocks[-1]
        for begin, end in self.training.reached:
            values[begin:end] = averages[begin:end]

    def apply_gradients(self, tape: _core.Tape | None) -> None:
        """Take a step along the gradients in the model's store, of what the tape goes back to.

        Where several batches make a step, only the last of them does, along the mean of their
        gradients.

        Args:
            tape: None: there are no gradients.

        Raises:
            ValueError: When they are not there, or not finite.
            LossNotFiniteError: When a parameter, or a square that the optimizer remembers, would no
                longer be finite; all is as it was.
        """
        store = self.model.store
        with store.access.training("apply_gradients"):
            if tape is None:
                raise ValueError(
                    "apply_gradients: there is no backward pass since the last step or fit, whose"
                    " gradient to go along"
                )
            if not np.isfinite(store.gradients).all():
                raise ValueError("apply_gradients: gradient_vector is not finite")
            rate = float(self.rates(1)[0])
            before = self.snapshot
            before.take()
            if not tape.apply_gradients(self.state, rate):
                culprit = self.model.step_culprit(self.state)
                before.put_back()
                raise LossNotFiniteError(
                    f"apply_gradients: {culprit} is not finite after the step, which is undone."
                    " Scale the gradient, or lower the learning rate"
                )
