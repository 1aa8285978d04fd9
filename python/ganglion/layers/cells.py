"""What the layers that walk the steps of a sequence have in common."""

from __future__ import annotations

from typing import Protocol

from ganglion import activations, initializers
from ganglion._base import checks
from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer
from ganglion.layers.layer import Layer, Value
from ganglion.layers.learnt import Cell


class Settings(Protocol):
    """What all recurrent layers have."""

    @property
    def units(self) -> int:
        """Numbers of the state."""

    @property
    def activation(self) -> str | ActivationFunction | None:
        """Of the state."""

    @property
    def use_bias(self) -> bool:
        """Whether something is added."""

    @property
    def kernel_initializer(self) -> str | Initializer:
        """First values of what inputs are multiplied by."""

    @property
    def recurrent_initializer(self) -> str | Initializer:
        """First values of what the state is multiplied by."""

    @property
    def bias_initializer(self) -> str | Initializer:
        """First values of what is added."""

    @property
    def return_sequences(self) -> bool:
        """Whether all steps come out, or the last."""

    @property
    def go_backwards(self) -> bool:
        """Whether the last step comes first."""

    @property
    def trainable(self) -> bool:
        """Whether training moves its weights."""


class Gated(Settings, Protocol):
    """What those with gates have."""

    @property
    def recurrent_activation(self) -> str | ActivationFunction | None:
        """Of the gates."""


def check(layer: Settings) -> None:
    """Refuse settings that are none."""
    checks.size("units", layer.units)
    for name in ("use_bias", "return_sequences", "go_backwards", "trainable"):
        checks.flag(name, getattr(layer, name))
    cell_of(layer)


def elementwise(name: str, spec: str | ActivationFunction | None) -> ActivationFunction:
    """Return an activation that looks at each unit by itself."""
    function = activations.get(spec)
    if function.name == "softmax":
        raise ValueError(f"{name} is softmax, must be one of each unit by itself, such as tanh")
    return function


def of_gates_of(layer: Gated) -> ActivationFunction:
    """Return what activates its gates."""
    return elementwise("recurrent_activation", layer.recurrent_activation)


def cell_of(layer: Settings, of_gates: ActivationFunction | None = None) -> Cell:
    """Return what its cell is made of."""
    return Cell(
        int(layer.units),
        elementwise("activation", layer.activation),
        of_gates,
        initializers.get(layer.kernel_initializer),
        initializers.get(layer.recurrent_initializer),
        initializers.get(layer.bias_initializer) if layer.use_bias else None,
        layer.go_backwards,
        layer.trainable,
    )


def check_sequence(layer: Layer, x: Value, name: str) -> None:
    """Refuse what has no steps."""
    if len(x.shape) != 2:
        raise ValueError(
            f"{name}: {type(layer).__name__} takes sequences, of shape (steps, features), got"
            f" {x.shape}: give the input such a size, or Reshape it"
        )
