"""A recurrent layer: it walks steps, and carries a state from each to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganglion._base.arguments import explained
from ganglion._base.plain_records import UNUSUAL
from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer
from ganglion.layers.cells import cell_of, check, check_sequence
from ganglion.layers.layer import Builder, Layer, Value, trainable_field


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
        check(self)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the product of the inputs of all steps, and the walk.

        Raises:
            ValueError: When what it is applied to is no sequence.
        """
        check_sequence(self, x, name)
        h = builder.simple_rnn(x, name, cell_of(self))
        return h if self.return_sequences else builder.last(h)
