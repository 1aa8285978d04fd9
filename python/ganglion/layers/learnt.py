"""What layers learn beside weights and biases of one product, as they tell a builder."""

from __future__ import annotations

from dataclasses import dataclass

from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a layer that normalizes learns for each channel, to do to it then.

    Args:
        center: Whether a shift is added.
        scale: Whether it is multiplied by a factor before that.
        trainable: Whether training moves them, and what is remembered of batches.
    """

    center: bool
    scale: bool
    trainable: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What a layer that walks the steps of a sequence is made of.

    Args:
        units: Numbers of its state.
        activation: What the state is activated by.
        of_gates: What gates are activated by, where there are gates.
        kernel: First values of what inputs are multiplied by.
        recurrent: First values of what the state before is multiplied by.
        bias: First values of what is added; None: there is none.
        backwards: Whether it walks from the last step to the first.
        trainable: Whether training moves them.
    """

    units: int
    activation: ActivationFunction
    of_gates: ActivationFunction | None
    kernel: Initializer
    recurrent: Initializer
    bias: Initializer | None
    backwards: bool
    trainable: bool
