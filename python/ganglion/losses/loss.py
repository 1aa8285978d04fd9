"""What a loss is: a frozen record. The arithmetic is in csrc/kernels/loss.inl.h and terms.inl.h."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from numpy.typing import NDArray

from ganglion._base.checks import shown

CustomLoss = Callable[[NDArray[Any], NDArray[Any], NDArray[Any] | None], tuple[float, NDArray[Any]]]
"""A loss of one's own: `f(targets, predictions, row_weights)` gives the loss and its gradient."""


class Builder(Protocol):
    """What a loss on tensors asks for; `ganglion.graphs.builders.Builder` is what answers."""

    def compared(self, output: Any, target: Any, loss: str, parameters: Sequence[float]) -> Any:
        """Add a loss of the core's, by its name."""

    def l1_l2(self, x: Any, l1: float, l2: float) -> Any:
        """Add, of each row, l1 times the sizes and l2 times the squares of its numbers."""

    def normal_kl(self, mean: Any, log_variance: Any) -> Any:
        """Add, of each row, the divergence of its normal distribution from the standard one."""

    def sparsity_kl(self, x: Any, target: float) -> Any:
        """Add, of a batch, the divergence of how often units are active from a target."""


@dataclass(frozen=True)
class Loss:
    """Base of the losses that compare outputs with targets."""

    name: ClassVar[str]
    reads: ClassVar[str] = "values"  # what it takes outputs for
    own_activation: ClassVar[str | None] = None  # of outputs, that it looks behind
    numbers_classes: ClassVar[bool] = False  # may targets be numbers of classes?
    is_of_yes_and_no: ClassVar[bool] = False  # is 0 where an output becomes yes?

    @property
    def parameters(self) -> tuple[float, ...]:
        """The numbers the loss is set by."""
        return ()

    def target_columns(self, outputs: int) -> tuple[int, ...]:
        """Return how many columns targets may have beside so many outputs."""
        return (outputs,)

    def check_outputs(self, outputs: int) -> None:
        """Refuse a number of outputs that the loss cannot read.

        Raises:
            ValueError: With what it needs.
        """

    def probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Return the probabilities that outputs of shape `(..., columns)` are the logits of.

        Raises:
            ValueError: When the loss has no classes.
        """
        raise ValueError(f"the loss {self.name} compares values: there are no probabilities")

    def __call__(self, target: Any, output: Any) -> Any:
        """Return the term that compares two tensors, of which the target may be an input.

        Each sample counts the same in it, whatever its `sample_weight`.

        Raises:
            TypeError: When something is no tensor.
            ValueError: When the shapes do not fit.
        """
        return _of_tensors(self, [target, output])

    def build(self, builder: Builder, values: Sequence[Any]) -> Any:
        """Add the loss of a target and an output to a graph."""
        target, output = values
        return builder.compared(output, target, self.name, self.parameters)


@dataclass(frozen=True)
class HiddenLoss(ABC):
    """Base of the losses without targets, of values within a network.

    Called on tensors they give terms; each sample counts the same in these, whatever its
    `sample_weight`.
    """

    name: ClassVar[str]

    @property
    def factor(self) -> float:
        """What it counts in the sum of all."""
        return 1.0

    def __call__(self, x: Any) -> Any:
        """Return the term of a tensor.

        Raises:
            TypeError: When it is none.
            ValueError: When its shape does not fit.
        """
        return self.of([x])

    def of(self, tensors: Sequence[Any]) -> Any:
        """Return the term of several tensors."""
        return _of_tensors(self, tensors)

    @abstractmethod
    def build(self, builder: Builder, values: Sequence[Any]) -> Any:
        """Add the loss to a graph."""


def _of_tensors(loss: Loss | HiddenLoss, tensors: Sequence[Any]) -> Any:
    for tensor in tensors:
        if not hasattr(tensor, "judged"):
            raise TypeError(
                f"{type(loss).__name__} must be called on tensors, such as gn.Input(3), got"
                f" {shown(tensor)}"
            )
    return tensors[0].judged(loss, tensors)
