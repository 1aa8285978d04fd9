"""The model that is written as a list: layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion._base import checks
from ganglion._base.arguments import explained, missing_argument
from ganglion._base.precision import DType, named
from ganglion.graphs.architectures import Chain
from ganglion.graphs.chains import Size
from ganglion.graphs.tensors import Tensor
from ganglion.layers import Layer
from ganglion.models.base import BaseModel
from ganglion.models.model import Model


@explained
class Sequential(Model):
    """Layers one after the other, trained by `compile` and `fit`.

    A layer that stands there twice is two layers of the same kind, with weights of their own. So is
    a model, whose weights begin as they are.

    Args:
        layers: What the network is made of, first layer first; models of one input and one output
            among them.
        input_size: Columns of the inputs; or `(steps, features)`, with None for any number of
            steps, which is known with the data; or `(height, width, channels)`. None: that of a
            model that is first.
        dtype: What it computes in, "float32" or "float64", by name or as NumPy's types.
        seed: Decides the first weights, the order of samples and the dropout: the same seed, data
            and arguments give the same bits, on any number of threads.
        rescale: What every input is multiplied by on its way in: 1/255 for images of bytes.

    Raises:
        ValueError: When an argument is out of its range or a name is unknown.
    """

    def __init__(
        self,
        layers: Sequence[Layer | BaseModel],
        *,
        input_size: Size | None = None,
        dtype: DType = "float32",
        seed: int = 0,
        rescale: float = 1.0,
    ) -> None:
        checks.listed("layers", layers, "layers")
        chained = [_in_chain(number, layer) for number, layer in enumerate(layers)]
        if input_size is None:
            if not (layers and isinstance(layers[0], BaseModel)):
                raise TypeError(missing_argument(type(self).__name__, "input_size"))
            input_size = layers[0].input_size
        self._begin(Chain(chained, input_size, named(dtype), seed, rescale))
        for number, layer in enumerate(layers):
            if isinstance(layer, BaseModel):
                self._write_weights(f"layers.{number}.", layer.get_weights())

    def __repr__(self) -> str:
        layers = ", ".join(repr(layer) for layer in self.layers)
        return f"{type(self).__name__}([{layers}], input_size={self.input_size}{self._unusual()})"


def _in_chain(number: int, layer: Layer | BaseModel | Tensor) -> Layer:
    """Return what stands in the list as a layer."""
    if isinstance(layer, Tensor):
        raise TypeError(
            f"layers.{number} is a tensor, {layer!r}: the input of a Sequential is its input_size,"
            " and layers called on tensors make a gn.Model"
        )
    if not isinstance(layer, BaseModel):
        return layer
    for what, names in (("inputs", layer.input_names), ("outputs", layer.output_names)):
        if len(names) > 1:
            raise ValueError(
                f"layers.{number} is a model with several {what}, {', '.join(names)}, a chain has"
                " one: call it on tensors, for a gn.Model"
            )
    return layer._as_layer[True]
