"""Layers: frozen records that say what a network is made of. Each adds its ops to a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ganglion import activations, checks, initializers
from ganglion.activations import ActivationFunction
from ganglion.arguments import explained
from ganglion.initializers import Initializer
from ganglion.normalization import Normalization

if TYPE_CHECKING:
    from ganglion.networks import Builder


class Layer(Protocol):
    """What a network is made of."""

    def build(self, builder: Builder, x: int, name: str) -> int:
        """Add the layer's ops and parameters, named after `name`, to the graph.

        Args:
            builder: Holds the graph.
            x: The graph's value that the layer is applied to.
            name: The layer's place in the network, such as "layers.0".

        Returns:
            The value that comes out.
        """


@explained
@dataclass(frozen=True)
class Dense:
    """Every unit sees every input: `activation(x @ W + b)`, W of shape `(inputs, units)`.

    Args:
        units: Outputs, at least 1.
        activation: A name, one of `ganglion.activations`, or None for the identity.
        use_bias: Whether there is a b.
        kernel_initializer: First values of W; "auto" chooses by the activation
            (`ganglion.initializers.default_for`).
        bias_initializer: First values of b.
    """

    units: int
    activation: str | ActivationFunction | None = None
    use_bias: bool = True
    kernel_initializer: str | Initializer = "auto"
    bias_initializer: str | Initializer = "zeros"

    def __post_init__(self) -> None:
        checks.size("units", self.units)
        checks.flag("use_bias", self.use_bias)
        activations.get(self.activation)
        initializers.get(self.bias_initializer)
        self._kernel_initializer()

    def build(self, builder: Builder, x: int, name: str) -> int:
        """Add the affine map and its activation."""
        kernel = self._kernel_initializer()
        bias = initializers.get(self.bias_initializer) if self.use_bias else None
        z = builder.affine(x, int(self.units), name, kernel, bias)
        return builder.activation(z, activations.get(self.activation))

    def _kernel_initializer(self) -> Initializer:
        if isinstance(self.kernel_initializer, str) and self.kernel_initializer == "auto":
            return initializers.default_for(activations.get(self.activation).name)
        return initializers.get(self.kernel_initializer)


@explained
@dataclass(frozen=True)
class Activation:
    """An activation alone.

    Args:
        activation: A name, or one of `ganglion.activations`.
    """

    activation: str | ActivationFunction

    def __post_init__(self) -> None:
        activations.get(self.activation)

    def build(self, builder: Builder, x: int, name: str) -> int:  # noqa: ARG002  (it has no parameters)
        """Add the activation."""
        return builder.activation(x, activations.get(self.activation))


@explained
@dataclass(frozen=True)
class Dropout:
    """While training, zero a random part of the inputs and scale the rest up to make good for it.

    Args:
        rate: The part, in `[0, 1)`.
    """

    rate: float

    def __post_init__(self) -> None:
        checks.fraction("rate", self.rate)

    def build(self, builder: Builder, x: int, name: str) -> int:  # noqa: ARG002  (it has no parameters)
        """Add the dropout."""
        return builder.graph.dropout(x, float(self.rate))


@explained
@dataclass(frozen=True)
class Residual:
    """Layers whose input is added to their output (He et al., 2016).

    Where the widths differ the input passes through a projection first: a matrix without bias.

    Args:
        layers: What lies beside the connection, at least one layer.
    """

    layers: Sequence[Layer]

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", checked_layers(self.layers))  # a record cannot change

    def build(self, builder: Builder, x: int, name: str) -> int:
        """Add the layers, the projection where it is needed, and the sum."""
        y = builder.chain(self.layers, x, name)
        width = builder.graph.cols(y)
        if builder.graph.cols(x) != width:
            kernel = initializers.GlorotUniform()
            x = builder.affine(x, width, f"{name}.projection", kernel, None)
        return builder.graph.add(y, x)


def checked_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers as a tuple, in which nothing changes.

    Raises:
        TypeError: When they are not a sequence of layers.
        ValueError: When there are none.
    """
    checks.listed("layers", layers, "layers")
    for layer in layers:
        if isinstance(layer, type) or not hasattr(layer, "build"):
            raise TypeError(f"layers must hold layers such as Dense(3), got {checks.shown(layer)}")
    if not layers:
        raise ValueError("layers must hold at least one layer, got none")
    return tuple(
        layer.for_network() if isinstance(layer, Normalization) else layer for layer in layers
    )
