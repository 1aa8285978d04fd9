"""Recurrent layers: they walk the steps of a sequence, and carry a state from each to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ganglion import activations, initializers
from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.plain_records import UNUSUAL
from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer
from ganglion.layers.layer import Builder, Layer, Value, trainable_field
from ganglion.layers.learnt import Cell


class _Settings(Protocol):
    """What all recurrent layers have."""

    @property
    def units(self) -> int: ...
    @property
    def use_bias(self) -> bool: ...
    @property
    def kernel_initializer(self) -> str | Initializer: ...
    @property
    def recurrent_initializer(self) -> str | Initializer: ...
    @property
    def bias_initializer(self) -> str | Initializer: ...
    @property
    def return_sequences(self) -> bool: ...
    @property
    def go_backwards(self) -> bool: ...
    @property
    def trainable(self) -> bool: ...


def _check(layer: _Settings) -> None:
    """Refuse settings that are none."""
    checks.size("units", layer.units)
    for name in ("use_bias", "return_sequences", "go_backwards", "trainable"):
        checks.flag(name, getattr(layer, name))
    for name in ("kernel_initializer", "recurrent_initializer", "bias_initializer"):
        initializers.get(getattr(layer, name))


def _elementwise(name: str, spec: str | ActivationFunction | None) -> ActivationFunction:
    """Return an activation that looks at each unit by itself."""
    function = activations.get(spec)
    if function.name == "softmax":
        raise ValueError(f"{name} is softmax, must be one of each unit by itself, such as tanh")
    return function


def _cell(layer: _Settings) -> Cell:
    """Return what its cell is made of."""
    return Cell(
        initializers.get(layer.kernel_initializer),
        initializers.get(layer.recurrent_initializer),
        initializers.get(layer.bias_initializer) if layer.use_bias else None,
        layer.go_backwards,
        layer.trainable,
    )


def _check_sequence(layer: Layer, x: Value, name: str) -> None:
    """Refuse what has no steps."""
    if len(x.shape) != 2:
        raise ValueError(
            f"{name}: {type(layer).__name__} takes sequences, of shape (steps, features), got"
            f" {x.shape}: give the input such a size, or Reshape it"
        )


@explained
@dataclass(frozen=True, repr=False)
class SimpleRNN(Layer):
    """A recurrent layer (Elman, 1990): at each step `h = activation(x @ W + h_before @ U + b)`.

    It is applied to sequences, of shape `(steps, features)`, with None for any number of steps. The
    first step has zeros before it. W has shape `(features, units)`, U `(units, units)`.

    Args:
        units: Numbers of the state h, at least 1.
        activation: A name, one of `ganglion.activations`, or None for the identity; not softmax.
        use_bias: Whether there is a b.
        kernel_initializer: First values of W.
        recurrent_initializer: First values of U.
        bias_initializer: First values of b.
        return_sequences: Whether h of all steps comes out, of shape `(steps, units)`, or that of
            the last, of shape `(units,)`.
        go_backwards: Whether steps are walked from the last to the first; what comes out is in the
            order of the walk.
        trainable: Whether training moves W, U and b.
    """

    units: int
    activation: str | ActivationFunction | None = "tanh"
    use_bias: bool = True
    kernel_initializer: str | Initializer = "glorot_uniform"
    recurrent_initializer: str | Initializer = "orthogonal"
    bias_initializer: str | Initializer = "zeros"
    return_sequences: bool = field(default=False, kw_only=True)
    go_backwards: bool = field(default=False, kw_only=True, metadata=UNUSUAL)
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        _check(self)
        _elementwise("activation", self.activation)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the product of the inputs of all steps, and the walk.

        Raises:
            ValueError: When what it is applied to is no sequence.
        """
        _check_sequence(self, x, name)
        function = _elementwise("activation", self.activation)
        h = builder.simple_rnn(x, int(self.units), name, _cell(self), function)
        return h if self.return_sequences else builder.last(h)
