"""Tensors: what layers are called on to say how a network is put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from numpy.typing import NDArray

from ganglion._base import checks, shapes
from ganglion._base.arguments import explained
from ganglion._base.shapes import Shape
from ganglion.graphs.arithmetic import Arithmetic
from ganglion.graphs.builders import Builder
from ganglion.graphs.terms import Term
from ganglion.graphs.wirings import Nested, Step, add_steps, blaming
from ganglion.layers import Layer, Reshape, Slice, Value
from ganglion.losses import HiddenLoss, Loss

Weights = Callable[[], list[NDArray[Any]]]


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """A layer that was called on tensors.

    Args:
        layer: Which, by identity.
        tensors: What on.
        count: How many tensors come out.
        weights: Gives the values its parameters begin with; None: the layer's initializers do.
    """

    layer: Layer
    tensors: tuple[Tensor, ...]
    count: int
    weights: Weights | None = None


@explained
@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Tensor(Arithmetic):
    """A place for numbers in a network in the making: an input, or what comes out of a layer.

    Tensors of one shape may be added and multiplied, `a + b` and `a * b`; `x[..., 2:5]` takes some
    channels, `x[1:3, 2:5]` some positions too, `x[-1, :]` the last. `gn.Model` makes a network of
    them.

    Args:
        shape: Of each sample: `(channels,)`, `(steps, channels)`, whose steps may be None, any
            number, or `(height, width, channels)`.
        call: What it comes out of; None: it is an input.
        index: Which output of that it is.
        name: An input's name; "": it has none.
    """

    shape: Shape
    call: Call | None = None
    index: int = 0
    name: str = ""

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        source = "an input" if self.call is None else f"out of {self.call.layer!r}"
        return f"<Tensor {self.shape}{name}, {source}>"

    def through(self, layer: Layer, tensors: Sequence[Any]) -> Tensor:
        """Return what comes out of the layer, applied to tensors, of which this is the first."""
        (y,) = called(layer, tensors)
        return y

    def judged(self, loss: Loss | HiddenLoss, tensors: Sequence[Any]) -> Term:
        """Return the term that a loss makes of tensors, of which this is the first."""
        builder, _, values = _put_together(type(loss).__name__, tensors)
        loss.build(builder, values)
        return Term(loss, tuple(tensors))

    def __getitem__(self, key: Any) -> Tensor:
        """Return some channels, `x[..., 2:5]`, some positions, `x[1:3, :]`, or one, `x[-1, :]`.

        Samples are not counted. What is taken of one position has no positions.
        """
        positions, channels = _keys(self.shape, key)
        count = shapes.positions_of(self.shape)
        if positions is not None and count is None:
            raise ValueError(
                f"a tensor of shape {self.shape} has any number of steps, of which none can be"
                f" taken by its number, got {key!r}"
            )
        try:
            taken = None if positions is None else _span(positions, count or 0)
            part = Slice(_span(channels, shapes.channels_of(self.shape)), taken)
        except ValueError as error:
            raise ValueError(
                f"a tensor of shape {self.shape} has no part {key!r}: {error}"
            ) from None
        y = part(self)
        is_range_of_one = isinstance(positions, slice) and len(y.shape) == 1
        return Reshape((1, shapes.channels_of(y.shape)))(y) if is_range_of_one else y

    if not TYPE_CHECKING:  # else a tensor that is gone through would pass the type checker

        def __iter__(self) -> NoReturn:
            raise TypeError("a tensor is no sequence: x[..., 2:5] takes some of its channels")


def _keys(shape: Shape, key: Any) -> tuple[Any, Any]:
    """Return which positions of a tensor a key means, None for all, and which channels."""
    has_positions = len(shape) > 1
    keys = key if isinstance(key, tuple) else (key,)
    if len(keys) == 1 and not has_positions:
        return None, keys[0]
    if len(keys) == 2:
        first, last = keys
        of_all = isinstance(first, slice) and first == slice(None)
        if first is ... or (of_all and (isinstance(last, slice) or not has_positions)):
            return None, last
        if has_positions and not of_all:
            return first, last
    ways = (
        "x[..., 2:5], some channels, x[1:3, :], some positions, or x[-1, :], one"
        if has_positions
        else "x[2:5], some channels"
    )
    raise TypeError(
        f"a part of a tensor of shape {shape} is {ways}; samples are not counted; got"
        f" {checks.shown(key)}"
    )


def _span(key: Any, count: int) -> tuple[int, int]:
    """Return the first and the last but one of what a slice, or a number, takes of so many."""
    if isinstance(key, slice) and key.step in (None, 1):
        first, end, _ = key.indices(count)
        return first, end
    checks.whole("a tensor's part", key)
    number = int(key) + (count if key < 0 else 0)
    return number, number + 1


def called(layer: Layer, tensors: Sequence[Any], weights: Weights | None = None) -> list[Tensor]:
    """Return the tensors that come out of a layer.

    All that comes before them is put together for it, so that what does not fit is told here.

    Raises:
        TypeError: When something is no tensor.
        ValueError: When the shapes do not fit, with the layer.
    """
    kind = "a model" if isinstance(layer, Nested) else type(layer).__name__
    builder, trace, given = _put_together(kind, tensors)
    with blaming(layer):
        outputs = builder.applied(layer, given, f"layers.{trace.place(layer)}")
    call = Call(layer, tuple(tensors), len(outputs), weights)
    return [Tensor(value.shape, call, index) for index, value in enumerate(outputs)]


def _put_together(kind: str, tensors: Sequence[Any]) -> tuple[Builder, Trace, list[Value]]:
    """Return a graph of all that comes before tensors, how it was traced, and their values.

    Args:
        kind: What takes them, for messages.
        tensors: Which.
    """
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{kind} takes tensors, got {checks.shown(tensor)}")
    trace = Trace(tensors)
    builder = Builder()
    inputs = [builder.input("x", tensor.shape) for tensor in trace.inputs]
    values = add_steps(builder, trace.layers, trace.steps, inputs)
    return builder, trace, [values[trace.number(tensor)] for tensor in tensors]


class Trace:
    """All that tensors come from, back to the inputs.

    Args:
        tensors: What it is of.
        inputs: In this order; others that are met come after them.
    """

    def __init__(self, tensors: Sequence[Tensor], inputs: Sequence[Tensor] = ()) -> None:
        self.inputs = list(inputs)
        self.used: list[Tensor] = []  # of the inputs
        self.calls: list[Call] = []
        self.layers: list[Layer] = []  # each once, though it is called often
        self._seen: set[int] = set()
        for tensor in tensors:
            self._visit(tensor)
        self._first = {id(tensor): number for number, tensor in enumerate(self.inputs)}
        number = len(self.inputs)
        for call in self.calls:
            self._first[id(call)] = number
            number += call.count
        self.steps = [
            Step(self.place(call.layer), [self.number(tensor) for tensor in call.tensors])
            for call in self.calls
        ]

    def number(self, tensor: Tensor) -> int:
        """Return the number of a tensor's value, as steps have it."""
        if tensor.call is None:
            return self._first[id(tensor)]
        return self._first[id(tensor.call)] + tensor.index

    def place(self, layer: Layer) -> int:
        """Return a layer's number; that of one more for a layer that is not there."""
        same = (number for number, known in enumerate(self.layers) if known is layer)
        return next(same, len(self.layers))

    def _visit(self, tensor: Tensor) -> None:
        """Note what a tensor comes from, and it, in an order in which they can be computed."""
        waiting = [tensor]
        while waiting:
            one = waiting[-1]
            key = id(one if one.call is None else one.call)
            before = [] if one.call is None else [x for x in one.call.tensors if not self._has(x)]
            if key in self._seen or not before:
                waiting.pop()
                if key not in self._seen:
                    self._seen.add(key)
                    self._note(one)
            else:
                waiting += reversed(before)

    def _has(self, tensor: Tensor) -> bool:
        return id(tensor if tensor.call is None else tensor.call) in self._seen

    def _note(self, tensor: Tensor) -> None:
        if tensor.call is None:
            self.used.append(tensor)
            if not any(tensor is known for known in self.inputs):
                self.inputs.append(tensor)
            return
        self.calls.append(tensor.call)
        if self.place(tensor.call.layer) == len(self.layers):
            self.layers.append(tensor.call.layer)
