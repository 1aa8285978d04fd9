"""Recurrent layers with gates, which say what of the state is kept from step to step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.plain_records import UNUSUAL
from ganglion.activations import ActivationFunction
from ganglion.initializers import Initializer
from ganglion.initializers.initializer import Values
from ganglion.layers.cells import cell_of, check, check_sequence, of_gates_of
from ganglion.layers.layer import Builder, Layer, Value, trainable_field


@explained
@dataclass(frozen=True, repr=False)
class GRU(Layer):
    """A gated recurrent unit (Cho et al., 2014), as PyTorch and cuDNN have it.

    Of `a = x @ W + b` and `q = h_before @ U + c`, which each have three parts of as many columns as
    there are units, it is `z = recurrent_activation(a_z + q_z)`, `r = recurrent_activation(a_r +
    q_r)` and `h = z * h_before + (1 - z) * activation(a_h + r * q_h)`, with zeros before the first
    step. That is Keras's GRU with `reset_after=True`, its default, and the order of its parts.

    Args:
        units: Numbers of the state h, at least 1.
        activation: A name, one of `ganglion.activations` whose derivative follows from what comes
            out of it, or None for the identity.
        recurrent_activation: Likewise, of the gates z and r.
        use_bias: Whether there are b and c.
        kernel_initializer: First values of W, of shape `(features, 3 * units)`.
        recurrent_initializer: First values of U, of shape `(units, 3 * units)`.
        bias_initializer: First values of b, and of c.
        return_sequences: Whether h of all steps comes out, of shape `(steps, units)`, or that of
            the last, of shape `(units,)`.
        go_backwards: Whether steps are walked from the last to the first; what comes out is in the
            order of the walk.
        trainable: Whether training moves its weights.
    """

    units: int
    activation: str | ActivationFunction | None = "tanh"
    recurrent_activation: str | ActivationFunction | None = "sigmoid"
    use_bias: bool = True
    kernel_initializer: str | Initializer = "glorot_uniform"
    recurrent_initializer: str | Initializer = "orthogonal"
    bias_initializer: str | Initializer = "zeros"
    return_sequences: bool = field(default=False, kw_only=True)
    go_backwards: bool = field(default=False, kw_only=True, metadata=UNUSUAL)
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        check(self)
        of_gates_of(self)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the product of the inputs of all steps, and the walk.

        Raises:
            ValueError: When what it is applied to is no sequence, or a derivative does not follow
                from what comes out of an activation.
        """
        check_sequence(self, x, name)
        h = builder.gru(x, name, cell_of(self, of_gates_of(self)))
        return h if self.return_sequences else builder.last(h)


@dataclass(frozen=True)
class _Forgetting(Initializer):
    """First values of the bias of a long short-term memory, 1 for the gate that forgets.

    Args:
        others: Those of the others.
    """

    others: Initializer

    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`."""
        values = self.others.values(fan_in, fan_out, seed, stream)
        values[:, fan_out // 4 : fan_out // 2] = 1
        return values


@explained
@dataclass(frozen=True, repr=False)
class LSTM(Layer):
    """A long short-term memory (Hochreiter and Schmidhuber, 1997), with a gate that forgets.

    Of `a = x @ W + h_before @ U + b`, which has four parts of as many columns as there are units,
    `i`, `f` and `o` are `recurrent_activation(a_i)` and so on, the memory is `c = f * c_before + i
    * activation(a_c)`, and `h = o * activation(c)`, with zeros before the first step. The order of
    the parts, i, f, c, o, is Keras's and PyTorch's.

    Args:
        units: Numbers of the state h, at least 1.
        activation: A name, one of `ganglion.activations` whose derivative follows from what comes
            out of it, or None for the identity.
        recurrent_activation: Likewise, of the gates i, f and o.
        use_bias: Whether there is a b.
        kernel_initializer: First values of W, of shape `(features, 4 * units)`.
        recurrent_initializer: First values of U, of shape `(units, 4 * units)`.
        bias_initializer: First values of b.
        unit_forget_bias: Whether b_f is 1 at first (Jozefowicz et al., 2015).
        return_sequences: Whether h of all steps comes out, of shape `(steps, units)`, or that of
            the last, of shape `(units,)`.
        go_backwards: Whether steps are walked from the last to the first; what comes out is in the
            order of the walk.
        trainable: Whether training moves W, U and b.
    """

    units: int
    activation: str | ActivationFunction | None = "tanh"
    recurrent_activation: str | ActivationFunction | None = "sigmoid"
    use_bias: bool = True
    kernel_initializer: str | Initializer = "glorot_uniform"
    recurrent_initializer: str | Initializer = "orthogonal"
    bias_initializer: str | Initializer = "zeros"
    unit_forget_bias: bool = True
    return_sequences: bool = field(default=False, kw_only=True)
    go_backwards: bool = field(default=False, kw_only=True, metadata=UNUSUAL)
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        check(self)
        of_gates_of(self)
        checks.flag("unit_forget_bias", self.unit_forget_bias)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the product of the inputs of all steps, and the walk.

        Raises:
            ValueError: When what it is applied to is no sequence, or a derivative does not follow
                from what comes out of an activation.
        """
        check_sequence(self, x, name)
        cell = cell_of(self, of_gates_of(self))
        if cell.bias is not None and self.unit_forget_bias:
            cell = replace(cell, bias=_Forgetting(cell.bias))
        h = builder.lstm(x, name, cell)
        return h if self.return_sequences else builder.last(h)
