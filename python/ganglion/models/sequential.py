"""The model that is written as a list: layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ganglion._base.arguments import explained
from ganglion._base.precision import DType, named
from ganglion.graphs.architectures import Chain
from ganglion.graphs.chains import Size
from ganglion.layers import Layer
from ganglion.models.model import Model


@explained
class Sequential(Model):
    """Layers one after the other, trained by `compile` and `fit`.

    A layer that stands there twice is two layers of the same kind, with weights of their own.

    Args:
        layers: What the network is made of, first layer first.
        input_size: Columns of the inputs; or `(steps, features)`, with None for any number of
            steps, which is known with the data; or `(height, width, channels)`.
        dtype: What it computes in, "float32" or "float64", by name or as NumPy's types.
        seed: Decides the first weights, the order of samples and the dropout: the same seed, data
            and arguments give the same bits, on any number of threads.
        rescale: What every input is multiplied by on its way in: 1/255 for images of bytes.

    Raises:
        ValueError: When an argument is out of its range or a name is unknown.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        input_size: Size,
        dtype: DType = "float32",
        seed: int = 0,
        rescale: float = 1.0,
    ) -> None:
        self._begin(Chain(layers, input_size, named(dtype), seed, rescale))

    def __repr__(self) -> str:
        layers = ", ".join(repr(layer) for layer in self.layers)
        return f"{type(self).__name__}([{layers}], input_size={self.input_size})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy architecture and parameters; what `compile` was told is not kept."""
        return Sequential.rebuilt, self._parts()
