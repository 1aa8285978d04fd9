"""The losses that are no output's, and what holds weights, of a graph in the making."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ganglion import _core
from ganglion.constraints import MaxNorm
from ganglion.graphs.networks import HiddenTerm
from ganglion.graphs.parameters import Parameters
from ganglion.layers import Value
from ganglion.layers.layer import REGULARIZATION
from ganglion.losses import HiddenLoss, Loss


class TermBuilder(ABC):
    """A graph with its parameters, and the losses that have been added to it."""

    def __init__(self) -> None:
        self.graph = _core.Graph()
        self.parameters = Parameters(self.graph)
        self.terms: list[HiddenTerm] = []
        self._regularized: set[str] = set()  # parameters

    @abstractmethod
    def _number(self, x: Value) -> int:
        """Return the core's number of a value that is read."""

    def compared(
        self, output: Value, target: Value, loss: str, parameters: Sequence[float]
    ) -> Value:
        """Add a loss of an output and a target, at each position of each row."""
        numbers = self._number(output), self._number(target)
        y = self.graph.loss(loss, *numbers, None, parameters)
        return Value((*output.shape[:-1], 1), y)

    def l1_l2(self, x: Value, l1: float, l2: float) -> Value:
        """Add, of each row, l1 times the sizes and l2 times the squares of its numbers."""
        return Value((1,), self.graph.l1_l2(self._number(x), l1, l2))

    def normal_kl(self, mean: Value, log_variance: Value) -> Value:
        """Add, of each row, the divergence of its normal distribution from the standard one."""
        check_same("compared", mean, log_variance)
        numbers = self._number(mean), self._number(log_variance)
        return Value((1,), self.graph.normal_kl(*numbers))

    def sparsity_kl(self, x: Value, target: float) -> Value:
        """Add, of a batch, the divergence of how often units are active from a target."""
        return Value((1,), self.graph.sparsity_kl(self._number(x), target))

    def term(
        self, name: str, loss: Loss | HiddenLoss, values: Sequence[Value], factor: float = 1.0
    ) -> None:
        """Add a loss that is reported by this name, and counts so much in what is trained on."""
        self.graph.set_layer("")
        counts = factor * loss.factor if isinstance(loss, HiddenLoss) else factor
        self.terms.append(HiddenTerm(name, loss.build(self, values)._number, counts))

    def regularize(self, parameter: str, regularizer: HiddenLoss) -> None:
        """Add what keeps the parameter of this name small, once."""
        if parameter in self._regularized:
            return
        self._regularized.add(parameter)
        number, _ = self.parameters.known(parameter)
        value = Value((self.graph.cols(number),), number)
        self.term(REGULARIZATION, regularizer, [value])

    def limit_norm(self, parameter: str, constraint: MaxNorm) -> None:
        """Hold the parameter of this name to a norm, after each step that moves it."""
        number, _ = self.parameters.known(parameter)
        self.graph.limit_norm(number, float(constraint.max_value), int(constraint.axis))


def check_same(done: str, a: Value, b: Value) -> None:
    """Refuse values of two shapes."""
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} cannot be {done}: they must be the same")
