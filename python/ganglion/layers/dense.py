"""Dense layers, and activations alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganglion import activations, constraints, initializers, regularizers
from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.plain_records import UNUSUAL
from ganglion.activations import ActivationFunction
from ganglion.constraints import MaxNorm
from ganglion.initializers import Initializer
from ganglion.layers.layer import REGULARIZATION, Builder, Layer, Value, trainable_field
from ganglion.losses import SparsityKL
from ganglion.regularizers import Regularizer


@explained
@dataclass(frozen=True, repr=False)
class Dense(Layer):
    """Every unit sees every input: `activation(x @ W + b)`, W of shape `(inputs, units)`.

    Args:
        units: Outputs, at least 1.
        activation: A name, one of `ganglion.activations`, or None for the identity.
        use_bias: Whether there is a b.
        kernel_initializer: First values of W; "auto" chooses by the activation
            (`ganglion.initializers.default_for`).
        bias_initializer: First values of b.
        kernel_regularizer: What keeps W small: a name, or one of `ganglion.regularizers`; None:
            nothing.
        bias_regularizer: What keeps b small.
        activity_regularizer: What keeps outputs small, in the mean over a batch's rows, or
            `ganglion.losses.SparsityKL`.
        kernel_constraint: What W is held to after each step: a name, or one of
            `ganglion.constraints`; None: nothing.
        trainable: Whether training moves W and b.
    """

    units: int
    activation: str | ActivationFunction | None = None
    use_bias: bool = True
    kernel_initializer: str | Initializer = "auto"
    bias_initializer: str | Initializer = "zeros"
    kernel_regularizer: str | Regularizer | None = field(
        default=None, kw_only=True, metadata=UNUSUAL
    )
    bias_regularizer: str | Regularizer | None = field(default=None, kw_only=True, metadata=UNUSUAL)
    activity_regularizer: str | Regularizer | SparsityKL | None = field(
        default=None, kw_only=True, metadata=UNUSUAL
    )
    kernel_constraint: str | MaxNorm | None = field(default=None, kw_only=True, metadata=UNUSUAL)
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        checks.size("units", self.units)
        checks.flag("use_bias", self.use_bias)
        checks.flag("trainable", self.trainable)
        activations.get(self.activation)
        initializers.get(self.bias_initializer)
        self._kernel_initializer()
        regularizers.get(self.kernel_regularizer)
        regularizers.get(self.bias_regularizer)
        self._activity_regularizer()
        constraints.get(self.kernel_constraint)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the affine map and its activation."""
        kernel = self._kernel_initializer()
        bias = initializers.get(self.bias_initializer) if self.use_bias else None
        z = builder.affine(x, int(self.units), name, kernel, bias, trainable=self.trainable)
        y = builder.activation(z, activations.get(self.activation))
        self._regularize(builder, y, name)
        constraint = constraints.get(self.kernel_constraint)
        if constraint is not None:
            builder.limit_norm(f"{name}.weight", constraint)
        return y

    def _regularize(self, builder: Builder, y: Value, name: str) -> None:
        """Add what keeps W, b and the outputs small."""
        of_kernel = regularizers.get(self.kernel_regularizer)
        of_bias = regularizers.get(self.bias_regularizer)
        of_activity = self._activity_regularizer()
        if of_kernel is not None:
            builder.regularize(f"{name}.weight", of_kernel)
        if of_bias is not None and self.use_bias:
            builder.regularize(f"{name}.bias", of_bias)
        if of_activity is not None:
            builder.term(REGULARIZATION, of_activity, [y])

    def _activity_regularizer(self) -> Regularizer | SparsityKL | None:
        given = self.activity_regularizer
        return given if isinstance(given, SparsityKL) else regularizers.get(given)

    def _kernel_initializer(self) -> Initializer:
        if isinstance(self.kernel_initializer, str) and self.kernel_initializer == "auto":
            return initializers.default_for(activations.get(self.activation).name)
        return initializers.get(self.kernel_initializer)


@explained
@dataclass(frozen=True, repr=False)
class Tied(Layer):
    """A dense layer with the W of another, transposed: `activation(x @ W.T + b)`, as decoders have.

    Args:
        layer: The other, by identity, not by `==`; what this one is applied to comes from there.
            Where it is in several places the nearest is meant: in the same chain or model, or else
            in what is within that.
        activation: A name, one of `ganglion.activations`, or None for the identity.
        use_bias: Whether there is a b, its own.
        bias_initializer: First values of b.
        trainable: Whether training moves b; W is moved if the other layer says so.
    """

    layer: Dense
    activation: str | ActivationFunction | None = None
    use_bias: bool = True
    bias_initializer: str | Initializer = "zeros"
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Dense):
            raise TypeError(f"layer must be a Dense layer, got {checks.shown(self.layer)}")
        checks.flag("use_bias", self.use_bias)
        checks.flag("trainable", self.trainable)
        activations.get(self.activation)
        initializers.get(self.bias_initializer)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the affine map and its activation."""
        bias = initializers.get(self.bias_initializer) if self.use_bias else None
        z = builder.tied(x, self.layer, name, bias, trainable=self.trainable)
        return builder.activation(z, activations.get(self.activation))


@explained
@dataclass(frozen=True, repr=False)
class Activation(Layer):
    """An activation alone.

    Args:
        activation: A name, or one of `ganglion.activations`.
    """

    activation: str | ActivationFunction

    def __post_init__(self) -> None:
        activations.get(self.activation)

    def build(self, builder: Builder, x: Value, name: str) -> Value:  # noqa: ARG002  (it has no parameters)
        """Add the activation."""
        return builder.activation(x, activations.get(self.activation))
