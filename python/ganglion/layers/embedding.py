"""Embeddings: rows of a table, which are learnt."""

from __future__ import annotations

from dataclasses import dataclass

from ganglion import initializers
from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.initializers import Initializer
from ganglion.layers.layer import Builder, Layer, Value, trainable_field


@explained
@dataclass(frozen=True, repr=False)
class Embedding(Layer):
    """A vector that is learnt for each of some things that are numbered: words, users, categories.

    It is applied to an input, whose numbers are whole and from 0 to `input_dim - 1`, of any type of
    number: of an input of shape `(numbers,)`, or of `(steps, 1)`, comes out `(numbers,
    output_dim)`. Whatever reads them refuses others.

    In training the gradient is of the rows that a batch holds, and they alone make a step: nothing
    is done for all others, whose weights stay, and whose moments are not decayed, whatever the
    optimizer; its `weight_decay` too is for rows that come. So do PyTorch's SparseAdam, and SGD
    without momentum and Adagrad with sparse gradients. Where other layers read the table, or the
    layer is called more than once, the gradient is of the whole table, and so it is by hand, in
    `backward` and `apply_gradients`, and for an optimizer with `gradient_accumulation_steps` or
    `use_ema`: then all rows make a step.

    Args:
        input_dim: How many vectors there are, at most 2**24, whose numbers float32 tells apart.
        output_dim: Numbers of each.
        embeddings_initializer: First values of the table of them, of shape `(input_dim,
            output_dim)`.
        trainable: Whether training moves them.
    """

    input_dim: int
    output_dim: int
    embeddings_initializer: str | Initializer = "uniform"
    trainable: bool = trainable_field()

    def __post_init__(self) -> None:
        checks.size("input_dim", self.input_dim)
        checks.size("output_dim", self.output_dim)
        checks.flag("trainable", self.trainable)
        initializers.get(self.embeddings_initializer)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the rows of the table."""
        rows, channels = int(self.input_dim), int(self.output_dim)
        initializer = initializers.get(self.embeddings_initializer)
        return builder.embedding(x, rows, channels, name, initializer, trainable=self.trainable)
