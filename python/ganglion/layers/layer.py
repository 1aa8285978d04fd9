"""What a layer is: a frozen record that adds its ops to a graph, through what builds the graph."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Never, Protocol, Self, TypeVar

from ganglion._base import shapes
from ganglion._base.arguments import explained
from ganglion._base.checks import shown
from ganglion._base.plain_records import UNUSUAL, shown_record
from ganglion._base.shapes import Shape
from ganglion.activations import ActivationFunction
from ganglion.constraints import MaxNorm
from ganglion.initializers import Initializer
from ganglion.layers.learnt import Cell, Learnt
from ganglion.losses import HiddenLoss, Loss

REGULARIZATION = "regularization"  # what regularizers come to, all together, is reported as


@explained
@dataclass(frozen=True, slots=True)
class Value:
    """What flows through a graph in the making; only builders make them.

    Args:
        shape: What a row is: `(channels,)`, `(steps, channels)` or `(height, width, channels)`;
            None steps are any number.
    """

    shape: Shape
    _number: int  # the core's
    _is_raw: bool = False  # an input before it is normalized

    @property
    def positions(self) -> int | None:
        """Steps of a sequence, pixels of an image; 1 where there is no such order."""
        return shapes.positions_of(self.shape)

    @property
    def channels(self) -> int:
        """Numbers at each position."""
        return shapes.channels_of(self.shape)


class Builder(Protocol):
    """What a layer may ask for; `ganglion.graphs.builders.Builder` is what answers.

    Parameters go by name: who asks again for one of the same name gets the same one, which is how
    a layer that is called twice shares its weights.
    """

    def chain(self, layers: Sequence[Layer], x: Value, name: str) -> Value:
        """Add layers one after the other, named `name.0`, `name.1`, ..."""

    def applied(self, layer: Layer, values: Sequence[Value], name: str) -> list[Value]:
        """Add a layer that is applied to so many values, and return all that come out."""

    def affine(
        self,
        x: Value,
        units: int,
        name: str,
        kernel: Initializer,
        bias: Initializer | None,
        *,
        trainable: bool = True,
    ) -> Value:
        """Add `x @ W + b`, or `x @ W` without a bias, at each position."""

    def tied(
        self, x: Value, layer: Layer, name: str, bias: Initializer | None, *, trainable: bool = True
    ) -> Value:
        """Add `x @ W.T + b` with the W of a dense layer that is in the network."""

    def embedding(
        self,
        x: Value,
        rows: int,
        channels: int,
        name: str,
        initializer: Initializer,
        *,
        trainable: bool = True,
    ) -> Value:
        """Add the rows of a table whose numbers an input holds."""

    def normalize(
        self, x: Value, shift: Sequence[float], factor: Sequence[float], layer: str
    ) -> Value:
        """Have the inputs read less `shift` times `factor`."""

    def activation(self, x: Value, function: ActivationFunction) -> Value:
        """Add an activation."""

    def simple_rnn(self, x: Value, name: str, cell: Cell) -> Value:
        """Add the walk of a simple cell over the steps of a sequence."""

    def gru(self, x: Value, name: str, cell: Cell) -> Value:
        """Add that of a gated recurrent unit."""

    def lstm(self, x: Value, name: str, cell: Cell) -> Value:
        """Add that of a long short-term memory."""

    def last(self, x: Value) -> Value:
        """Take the last step, also where there may be any number of them."""

    def keep_largest(self, x: Value, count: int) -> Value:
        """Keep the largest channels of each position, and zero the others."""

    def dropout(self, x: Value, rate: float) -> Value:
        """Zero a random part while training, and scale up the rest."""

    def masking_noise(self, x: Value, rate: float) -> Value:
        """Zero a random part while training."""

    def normalize_batch(
        self, x: Value, name: str, learnt: Learnt, *, momentum: float, epsilon: float
    ) -> Value:
        """Normalize each channel over a batch, and remember its moments."""

    def normalize_positions(self, x: Value, name: str, learnt: Learnt, *, epsilon: float) -> Value:
        """Normalize the channels of each position."""

    def salt_and_pepper_noise(self, x: Value, rate: float, low: float, high: float) -> Value:
        """Put one of two values in the place of a random part while training."""

    def gaussian_noise(self, x: Value, deviation: float) -> Value:
        """Add normal numbers of mean 0 while training."""

    def sampling(self, mean: Value, log_variance: Value) -> Value:
        """Draw from a normal while training; else it is the mean."""

    def add(self, a: Value, b: Value) -> Value:
        """Add two values of one shape."""

    def multiply(self, a: Value, b: Value) -> Value:
        """Multiply two values of one shape, number by number."""

    def concatenate(self, parts: Sequence[Value]) -> Value:
        """Put the channels of values with the same positions beside each other."""

    def slice(
        self, x: Value, positions: tuple[int, int] | None, channels: tuple[int, int] | None
    ) -> Value:
        """Take positions and channels, each from a first one to before a last one; None: all."""

    def reshape(self, x: Value, shape: Sequence[int]) -> Value:
        """Read a row's numbers, which stay in their order, in another shape."""

    def stop_gradient(self, x: Value) -> Value:
        """Pass a value on, and no gradient back."""

    def term(
        self, name: str, loss: Loss | HiddenLoss, values: Sequence[Value], factor: float = 1.0
    ) -> None:
        """Add a loss that is reported by this name, and counts so much in what is trained on."""

    def regularize(self, parameter: str, regularizer: HiddenLoss) -> None:
        """Add what keeps the parameter of this name small, once."""

    def limit_norm(self, parameter: str, constraint: MaxNorm) -> None:
        """Hold the parameter of this name to a norm, after each step that moves it."""

    def trained_if(self, trainable: bool) -> AbstractContextManager[None]:
        """Within it nothing that is added is trained, unless `trainable`."""


class Symbolic(Protocol):
    """What a layer is called on: `ganglion.graphs.tensors.Tensor`."""

    def through(self, layer: Layer, tensors: Sequence[Any]) -> Self:
        """Return what comes out of the layer, applied to tensors, of which this is the first."""


Called = TypeVar("Called", bound=Symbolic)


class Layer(ABC):
    """What a network is made of.

    A layer of your own is a frozen dataclass that says in `build` what it does, in the words of
    `Builder`. Called on a tensor it gives a tensor; the same layer called twice shares its weights.
    """

    takes_several: ClassVar[bool] = False  # tensors, in a list

    @property
    def _is_one_to_one(self) -> bool:
        """Whether one tensor goes in and one comes out, as in a chain."""
        return not self.takes_several

    @property
    def _layer_count(self) -> int:
        """How many layers it counts as: a model as many as are applied in it."""
        return 1

    @abstractmethod
    def build(self, builder: Builder, x: Any, name: str) -> Any:
        """Add the layer's ops and parameters to a graph.

        Args:
            builder: What adds them.
            x: The value that the layer is applied to; a list of them if it takes several.
            name: The layer's place in the network, such as "layers.0": its parameters' names begin
                with it.

        Returns:
            The value that comes out.
        """

    def __call__(self, x: Called | Sequence[Called], *more: Never) -> Called:
        """Return the tensor that comes out where the layer is applied to one, or to a list.

        Raises:
            TypeError: When it is applied to something else.
            ValueError: When the shapes do not fit.
        """
        kind = type(self).__name__
        tensors: list[Any] = list(x) if isinstance(x, list | tuple) else [x]
        for tensor in tensors:
            if not hasattr(tensor, "through"):
                raise TypeError(
                    f"{kind} must be called on a tensor, such as gn.Input(3), got {shown(tensor)}"
                )
        if self.takes_several != isinstance(x, list | tuple) or not tensors or more:
            rule = "a list of tensors, [a, b]" if self.takes_several else "one tensor"
            given = f"{shown(x)} and {len(more)} more" if more else shown(x)
            raise TypeError(f"{kind} must be called on {rule}, got {given}")
        y: Called = tensors[0].through(self, tensors)
        return y

    def __repr__(self) -> str:
        return shown_record(self)


def trainable_field() -> Any:
    """Return the field `trainable` of a layer that has parameters."""
    return dataclasses.field(default=True, kw_only=True, metadata=UNUSUAL)
