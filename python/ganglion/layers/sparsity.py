"""A layer that lets few units be active."""

from __future__ import annotations

from dataclasses import dataclass

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.layers.layer import Builder, Layer, Value


@explained
@dataclass(frozen=True, repr=False)
class KSparse(Layer):
    """Keep the k largest numbers of each row, and put 0 in the place of the others.

    So do k-sparse autoencoders with their codes (Makhzani and Frey, 2013). Of columns it is the
    largest at each position. Of equal numbers the first are kept; what is not kept has no gradient.

    Args:
        k: How many are kept, from 1 to as many as there are.
    """

    k: int

    def __post_init__(self) -> None:
        checks.size("k", self.k)

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        """Add the selection.

        Raises:
            ValueError: When there are fewer numbers than are to be kept.
        """
        numbers = x.shape[-1]
        if numbers is not None and self.k > numbers:
            raise ValueError(
                f"{name}: k is {self.k}, must be at most the {numbers} numbers of a row"
            )
        return builder.keep_largest(x, int(self.k))
