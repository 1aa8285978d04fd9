"""Predictors as models give them: those of samples with positions keep their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base.arrays import Array, as_array
from ganglion._base.outputs import check_out
from ganglion._base.shapes import takes
from ganglion.graphs.networks import Network
from ganglion.inference import Predictor

KnownShape = tuple[int, ...]
Recipe = tuple[Callable[..., Any], tuple[Any, ...]]


class ShapedPredictor(Predictor):
    """A predictor whose inputs or outputs have positions: it reads and gives them in their shapes.

    From Cython it reads and writes rows, as any other.

    Args:
        recipe: As for a `Predictor`, and so are `dtype`, `weights`, `rescale` and `columns`.
        input_shape: Of a sample.
        output_shape: Of what comes out for it.
    """

    __slots__ = ("_input_shape", "_output_shape")

    _input_shape: KnownShape
    _output_shape: KnownShape

    def __new__(
        cls,
        recipe: Recipe,
        dtype: str,
        weights: ArrayLike,
        rescale: float,
        columns: ArrayLike | None,
        input_shape: KnownShape,
        output_shape: KnownShape,
    ) -> Self:
        """Make the predictor, and note the shapes."""
        made = super().__new__(cls, recipe, dtype, weights, rescale, columns, input_shape[-1])
        made._input_shape, made._output_shape = input_shape, output_shape
        return made

    @property
    def input_shape(self) -> KnownShape:
        """What a sample is."""
        return self._input_shape

    @property
    def output_shape(self) -> KnownShape:
        """What comes out for it."""
        return self._output_shape

    def __call__(self, x: ArrayLike, *, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Predict.

        Args:
            x: Inputs, shape `(rows, *input_shape)`, or `input_shape` for one row. A row's numbers
                may lie in a line, and an only channel may be left out, as for `predict`.
            out: Where to write the outputs, shape `(rows, *output_shape)` or `output_shape`, of the
                predictor's type, with contiguous rows. A new array if None. It may overlap x,
                which is copied then.

        Returns:
            The output layer's values: `out`, or the new array.

        Raises:
            TypeError: When x does not hold numbers.
            ValueError: When a shape or type does not fit, or x holds NaN or infinity.
        """
        array = as_array("predictor", "x", x)
        if len(self._input_shape) == 1 and array.ndim > 2:  # images and the like
            array = array.reshape(len(array), math.prod(array.shape[1:]))
        rows = self._rows(array)
        # Of a table that lies in rows its own columns are told, by their names.
        given = x if rows and array.ndim == 2 else array.reshape(*rows, self.inputs)
        found = super().__call__(given, out=None if out is None else self._flat(out, rows))
        return found.reshape(*rows, *self._output_shape) if out is None else out

    def _rows(self, array: Array) -> tuple[int, ...]:
        """Return how many rows there are, `()` of one that stands alone."""
        if self._takes(array.shape):
            return ()
        if array.ndim and self._takes(array.shape[1:]):
            return array.shape[:1]
        one = ", ".join(map(str, self._input_shape))
        comma = "," if len(self._input_shape) == 1 else ""
        raise ValueError(
            f"predictor: x has shape {array.shape}, must be (rows, {one}) or ({one}{comma})"
        )

    def _takes(self, shape: KnownShape) -> bool:
        """Tell whether a sample may have a shape."""
        wanted = self._input_shape
        return takes(wanted, shape) or takes(wanted, (*shape, 1)) or shape == (self.inputs,)

    def _flat(self, out: Any, rows: tuple[int, ...]) -> Array:
        """Return where outputs are to be written with those of a row in a line."""
        shape = (*rows, *self._output_shape)
        check_out("predictor", out, shape, self.dtype)
        flat: Array = out.reshape(*rows, self.outputs)
        if not np.may_share_memory(flat, out):
            raise ValueError("predictor: out must have contiguous rows")
        return flat

    def __reduce__(self) -> tuple[Any, ...]:
        made_of: Any = super().__reduce__()[1]
        return ShapedPredictor, (*made_of[:-1], self._input_shape, self._output_shape)


def predictor_of(
    network: Network,
    recipe: Recipe,
    dtype: str,
    weights: ArrayLike,
    rescale: float,
    columns: ArrayLike | None,
) -> Predictor:
    """Return a predictor of a network of one input and one output; for the rest see `Predictor`."""
    shapes = network.inputs[0].known_shape, network.outputs[0].known_shape
    if all(len(shape) == 1 for shape in shapes):
        return Predictor(recipe, dtype, weights, rescale, columns)
    return ShapedPredictor(recipe, dtype, weights, rescale, columns, *shapes)
