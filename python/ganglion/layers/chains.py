"""Layers one after the other, and what lies beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganglion import initializers
from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.layers.layer import Builder, Layer, Value, trainable_field
from ganglion.layers.normalization import Normalization


@explained
@dataclass(frozen=True, repr=False)
class Residual(Layer):
    """Layers whose input is added to their output (He et al., 2016).

    Where the widths differ the input passes through a projection first: a matrix without bias.

    Args:
        layers: What lies beside the connection, at least one layer.
        trainable: Whether training moves what is in it, the projection too.
    """

    layers: Sequence[Layer]
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        checks.flag("trainable", self.trainable)
        object.__setattr__(self, "layers", checked_layers(self.layers))  # a record cannot change

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the layers, the projection where it is needed, and the sum."""
        with builder.trained_if(self.trainable):
            y = builder.chain(self.layers, x, name)
            if x.channels != y.channels:
                kernel = initializers.GlorotUniform()
                x = builder.affine(x, y.channels, f"{name}.projection", kernel, None)
            return builder.add(y, x)


def checked_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers as a tuple, in which nothing changes.

    Raises:
        TypeError: When they are not a sequence of layers.
        ValueError: When there are none.
    """
    checks.listed("layers", layers, "layers")
    for layer in layers:
        if not isinstance(layer, Layer):
            raise TypeError(f"layers must hold layers such as Dense(3), got {_no_layer(layer)}")
    if not layers:
        raise ValueError("layers must hold at least one layer, got none")
    return tuple(
        layer.for_network() if isinstance(layer, Normalization) else layer for layer in layers
    )


def _no_layer(given: object) -> str:
    """Say what stands where a layer must, and of a model how it comes to be one."""
    if hasattr(given, "architecture") and not isinstance(given, type):
        return (
            f"a model, {type(given).__name__}, which is a layer where it is called on a tensor, for"
            " a gn.Model: x + model(x) has its input beside it"
        )
    return checks.shown(given)
