"""Predictors as models give them: those of samples with positions keep their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base.arrays import Array, as_array
from ganglion._base.outputs import check_out, check_written
from ganglion._base.shapes import takes
from ganglion._base.structures import Structure
from ganglion.graphs.networks import Network
from ganglion.inference import Predictor

KnownShape = tuple[int, ...]
Recipe = tuple[Callable[..., Any], tuple[Any, ...]]
MadeOf = tuple[Recipe, str, Array, float, Any]


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
        given, rows = self._given(x)
        found = super().__call__(given, out=None if out is None else self._flat(out, rows))
        return found.reshape(*rows, *self._output_shape) if out is None else out

    def _given(self, x: Any) -> tuple[Any, tuple[int, ...]]:
        """Return samples with the numbers of each in a line, and how many they are, as `_rows`."""
        array = as_array("predictor", "x", x)
        if len(self._input_shape) == 1 and array.ndim > 2:  # images and the like
            array = array.reshape(len(array), math.prod(array.shape[1:]))
        rows = self._rows(array)
        # Of a table that lies in rows its own columns are told, by their names.
        return x if rows and array.ndim == 2 else array.reshape(*rows, self.inputs), rows

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
        return _in_lines("predictor", out, rows, self._output_shape, self.dtype)

    def __reduce__(self) -> tuple[Any, ...]:
        made_of: Any = super().__reduce__()[1]
        return ShapedPredictor, (*made_of[:-1], self._input_shape, self._output_shape)


class SeveralOutputsPredictor(ShapedPredictor):
    """A predictor that gives several outputs, put together as `predict` puts them.

    From Cython the outputs of a row lie beside each other, in their order.

    Args:
        recipe: As for a `Predictor`, and so are `dtype`, `weights`, `rescale` and `columns`.
        input_shape: Of a sample.
        structure: What the outputs are put together as.
        output_shapes: Of what comes out for a sample, for each.

    Raises:
        ValueError: When they are too many.
    """

    __slots__ = ("_output_shapes", "_structure")

    _structure: Structure
    _output_shapes: Sequence[KnownShape]

    def __new__(
        cls,
        recipe: Recipe,
        dtype: str,
        weights: ArrayLike,
        rescale: float,
        columns: ArrayLike | None,
        input_shape: KnownShape,
        structure: Structure,
        output_shapes: Sequence[KnownShape],
    ) -> Self:
        """Make the predictor, and note structure and shapes."""
        made_of = recipe, dtype, weights, rescale, columns
        made = super().__new__(cls, *made_of, input_shape, ())
        made._structure, made._output_shapes = structure, output_shapes
        return made

    @property
    def outputs(self) -> Any:
        """The numbers that come out for a sample, of each."""
        return self._structure.gathered([math.prod(shape) for shape in self._output_shapes])

    @property
    def output_shape(self) -> Any:
        """What comes out for it, of each."""
        return self._structure.gathered(self._output_shapes)

    def __call__(self, x: ArrayLike, *, out: Any = None) -> Any:
        """Predict.

        Args:
            x: Inputs, shape `(rows, *input_shape)`, or `input_shape` for one row.
            out: Where to write the outputs, in a list or a dictionary as `predict` gives them,
                none over another: shape `(rows, *output_shape)` or `output_shape`, of
                the predictor's type, with contiguous rows. New arrays if None. They may overlap x,
                which is copied then.

        Returns:
            The outputs' values: `out`, or the new arrays in a list or a dictionary.

        Raises:
            TypeError: When x does not hold numbers, or `out` no arrays.
            ValueError: When a shape or type does not fit, two of `out` share memory, or x holds NaN
                or infinity.
        """
        given, rows = self._given(x)
        shapes = self._output_shapes
        if out is None:
            made = [np.empty((*rows, *shape), self.dtype) for shape in shapes]
            flat = [
                part.reshape(*rows, math.prod(shape))
                for part, shape in zip(made, shapes, strict=True)
            ]
        else:
            made = self._structure.parts("predictor: out", out)
            flat = [
                _in_lines(f"predictor: {name}", part, rows, shape, self.dtype)
                for name, part, shape in zip(self._structure.names, made, shapes, strict=True)
            ]
            _check_apart(self._structure.names, flat)
        self._into(given, flat)
        return self._structure.gathered(made) if out is None else out

    def __reduce__(self) -> tuple[Any, ...]:
        made_of: Any = Predictor.__reduce__(self)[1]
        own = self._input_shape, self._structure, self._output_shapes
        return SeveralOutputsPredictor, (*made_of[:-1], *own)


def _in_lines(
    call: str, out: Any, rows: tuple[int, ...], shape: KnownShape, dtype: np.dtype[Any]
) -> Array:
    """Return where outputs are to be written with those of a row in a line."""
    check_out(call, out, (*rows, *shape), dtype)
    flat: Array = out.reshape(*rows, math.prod(shape))
    if flat.size and not np.may_share_memory(flat, out):
        raise ValueError(f"{call}: out must have contiguous rows")
    check_written(call, flat, flat.shape, dtype)
    return flat


def _check_apart(names: Sequence[str], outs: Sequence[Array]) -> None:
    """Refuse arrays of which one would be written over another.

    Args:
        names: Of the outputs, for messages.
        outs: Where each is written.

    Raises:
        ValueError: When two share memory.
    """
    for (name, one), (other, two) in combinations(zip(names, outs, strict=True), 2):
        if np.may_share_memory(one, two) and np.shares_memory(one, two):
            raise ValueError(f"predictor: out: {name} and {other} share memory, must not")


def predictor_of(network: Network, outputs: Structure, made_of: MadeOf) -> Predictor:
    """Return a predictor of a network of one input.

    Args:
        network: Whose shapes it has.
        outputs: What these are put together as.
        made_of: The first arguments of a `Predictor`.
    """
    (port,), shapes = network.inputs, [port.known_shape for port in network.outputs]
    if len(shapes) > 1:
        return SeveralOutputsPredictor(*made_of, port.known_shape, outputs, shapes)
    if all(len(shape) == 1 for shape in (port.known_shape, *shapes)):
        return Predictor(*made_of)
    return ShapedPredictor(*made_of, port.known_shape, *shapes)
