"""What a model tells of itself: what it is made of, its sizes, and the names of its ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from ganglion._base import shapes
from ganglion._base.arguments import explained
from ganglion._base.attributes import UnavailableError
from ganglion._base.messages import say
from ganglion._base.shapes import Shape
from ganglion.graphs import summary
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import End
from ganglion.graphs.summary import Counted
from ganglion.layers import Layer
from ganglion.training.parametrized import Parametrized


class Facts:
    """A model's architecture, as users see it."""

    _architecture: Architecture
    _model: Parametrized

    @property
    def architecture(self) -> Architecture:
        """All that the model is but its parameters."""
        return self._architecture

    @property
    def layers(self) -> Sequence[Layer]:
        """What the network is made of, first layer first."""
        return self.architecture.layers

    @property
    def input_size(self) -> Any:
        """Columns of the inputs, or the shape of a sample, of a model that has one."""
        return _size("input_size", "inputs", self._model.network.inputs)

    @property
    def output_size(self) -> Any:
        """Columns of the outputs, or the shape of one, of a model that has one."""
        return _size("output_size", "outputs", self._model.network.outputs)

    @property
    def input_names(self) -> list[str]:
        """What `fit` and `predict` call the inputs."""
        return list(self.architecture.inputs.names)

    @property
    def output_names(self) -> list[str]:
        """What `compile` and the history call the outputs."""
        return list(self.architecture.outputs.names)

    @property
    def dtype(self) -> str:
        """What the network computes in."""
        return self._model.precision.dtype.name

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        return self._model.seed

    @property
    def rescale(self) -> float:
        """What every input is multiplied by."""
        return self.architecture.rescale

    @explained
    def summary(self) -> None:
        """Write a table of the layers, their outputs and numbers of parameters to stdout.

        Below it are totals, and what training makes small: the network's own losses, and, of a
        compiled model, those of its outputs.
        """
        say(summary.describe(self.architecture, self._losses_of_outputs()))

    def _losses_of_outputs(self) -> list[Counted]:
        """Return the losses of outputs, with what each counts: here it has none."""
        return []


AnyEnd = TypeVar("AnyEnd", bound=End)


def only(call: str, what: str, ends: Sequence[AnyEnd], way: str = "") -> AnyEnd:
    """Return the only one of a model's inputs or outputs.

    Args:
        call: What needs there to be one, for the message.
        what: "inputs" or "outputs".
        ends: They.
        way: What to do where there are several, for the message.

    Raises:
        ValueError: When there are several.
    """
    if len(ends) > 1:
        names = ", ".join(end.name for end in ends)
        raise ValueError(f"{call}: the model has several {what}: {names}{way}")
    return ends[0]


def _size(name: str, what: str, ends: Sequence[End]) -> int | Shape:
    try:
        return shapes.as_size(only(name, what, ends).shape)
    except ValueError as error:
        raise UnavailableError(str(error)) from None
