"""Heads: outputs of a network with what they are compared by, and how much that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ganglion import _core, losses
from ganglion._base import checks, functions
from ganglion._base.structures import Structure
from ganglion.graphs.networks import Network, OutputPort
from ganglion.losses import CustomLoss, Loss
from ganglion.training.endings import check_ending
from ganglion.training.head_tallies import check_names
from ganglion.training.tallies import Figure, Reading, Wanted, figures_of

Losses = str | Loss | CustomLoss | Sequence[Any] | Mapping[str, Any] | None
"""One loss for all outputs, or one for each, in a list or by name; None trains no such output."""

_OF_LOSS = ("targets", "predictions", "row_weights")  # what a loss of the caller's is called with


@dataclass(frozen=True, slots=True)
class LossValue:
    """Where a loss is in a graph, as values: a number at each position."""

    target: int
    weight: int
    value: int


@dataclass(frozen=True, slots=True)
class Head:
    """An output with its loss.

    Args:
        name: The output's.
        number: Its place among the network's outputs.
        port: Where it is.
        loss: What it is compared by.
        factor: What the loss counts in the sum of all.
        figures: What is reported beside it.
    """

    name: str
    number: int
    port: OutputPort
    loss: Loss | CustomLoss
    factor: float
    figures: Sequence[Figure]

    @classmethod
    def of(cls, network: Network, loss: Loss) -> Self:
        """Return the only output with a loss, and nothing that is reported beside it."""
        (port,) = network.outputs
        return cls(port.name, 0, port, loss, 1.0, ())

    def add_loss(self, graph: _core.Graph, output: OutputPort, width: int) -> LossValue:
        """Add the loss, which the core knows, to a graph, and return where it is.

        Args:
            graph: The network's, or a copy.
            output: The head's, as the data's sizes have it.
            width: Columns of the targets at each position.
        """
        assert isinstance(self.loss, Loss)
        target = graph.input("y", width, output.positions)
        weight = graph.input("sample_weight", 1, output.positions)
        graph.set_layer("")
        value = graph.loss(self.loss.name, output.number, target, weight, self.loss.parameters)
        return LossValue(target, weight, value)

    @property
    def reading(self) -> Reading:
        """How metrics read the output."""
        return Reading(self.loss, self.port.is_probability)

    @property
    def target_columns(self) -> int:
        """Columns of the targets at each position, where there is a choice the most."""
        channels = self.port.channels
        return self.loss.target_columns(channels)[0] if isinstance(self.loss, Loss) else channels

    @property
    def class_count(self) -> int:
        """How many classes the loss tells apart by their numbers; 0: it has none."""
        numbered = isinstance(self.loss, Loss) and self.loss.numbers_classes
        return self.port.channels if numbered else 0


@dataclass(frozen=True, slots=True)
class Goals:
    """What `compile` is given for the outputs; see there."""

    loss: Losses
    loss_weights: Any = None
    metrics: Any = None
    weighted_metrics: Any = None


def name_of_loss(network: Network, port: OutputPort, loss: Loss | CustomLoss) -> str:
    """Return what messages call the loss of an output; one of the caller's has a name."""
    own = "" if isinstance(loss, Loss) else f" {functions.name_of(loss)}"
    of_output = "" if len(network.outputs) == 1 else f" of {port.name}"
    return f"the loss{own}{of_output}"


def heads_of(network: Network, outputs: Structure, goals: Goals) -> tuple[Head, ...]:
    """Return the heads of a network.

    Raises:
        TypeError: When something is of another type.
        ValueError: For an unknown name, when a loss or a metric does not fit its output, or when
            two figures would have one name.
    """
    if goals.loss is None and not network.terms:
        raise ValueError(f"compile: loss must be given, one of {', '.join(losses.LOSSES)}")
    given = _each(outputs, "loss", goals.loss)
    weights = _each(outputs, "loss_weights", goals.loss_weights)
    wanted = _metrics(outputs, "metrics", goals.metrics, given)
    weighted = _metrics(outputs, "weighted_metrics", goals.weighted_metrics, given)
    heads = [
        _head(network, number, given[number], weights[number], wanted[number], weighted[number])
        for number in range(len(outputs))
        if given[number] is not None
    ]
    if not heads and not network.terms:
        raise ValueError("compile: loss is None for every output")
    if not network.terms and not any(head.factor for head in heads):
        raise ValueError("compile: loss_weights is 0 for every loss, there is nothing to train")
    check_names(
        [head.name for head in heads],
        [["loss", *(figure.name for figure in head.figures)] for head in heads],
        [term.name for term in network.terms],
    )
    return tuple(heads)


def _head(
    network: Network, number: int, given: Any, weight: Any, wanted: Wanted, weighted: Wanted
) -> Head:
    port = network.outputs[number]
    loss = losses.get(given)
    if weight is not None:
        checks.non_negative("loss_weights", weight)
    if isinstance(loss, Loss):
        loss.check_outputs(port.channels)
    else:
        functions.check_takes(f"compile: {name_of_loss(network, port, loss)}", loss, _OF_LOSS)
    check_ending(loss, port)
    figures = figures_of(wanted, weighted, loss, port.channels)
    factor = 1.0 if weight is None else float(weight)
    return Head(port.name, number, port, loss, factor, figures)


def _each(outputs: Structure, name: str, given: Any) -> list[Any]:
    """Return what is given for each output: one for all, or one for each, in a list or by name."""
    if isinstance(given, Mapping):
        return outputs.named_parts(f"compile: {name}", given)
    if not _is_list(given):
        return [given] * len(outputs)
    if len(given) != len(outputs):
        raise ValueError(
            f"compile: {name} has {len(given)} parts, must have {len(outputs)}, one for each of"
            f" {', '.join(outputs.names)}"
        )
    return list(given)


def _metrics(outputs: Structure, name: str, given: Any, of_losses: Sequence[Any]) -> list[Wanted]:
    """Return the metrics of each output, given as `_each` says; an output's may be a list.

    That of an only output stands for itself, without another list around it.

    Raises:
        ValueError: When an output has some of its own and no loss: it has no targets.
    """
    if _is_list(given) and not given:
        given = None
    elif _is_list(given) and len(outputs) == 1 and not (len(given) == 1 and _is_list(given[0])):
        given = [given]
    is_for_all = not (isinstance(given, Mapping) or _is_list(given))
    lists = [_as_list(part) for part in _each(outputs, name, given)]
    for output, wanted, loss in zip(outputs.names, lists, of_losses, strict=True):
        if wanted and loss is None and not is_for_all:
            raise ValueError(
                f"compile: {name} has one of {output}, which has no loss, and so no targets: leave"
                " it out, or give None"
            )
    return lists


def _as_list(wanted: Any) -> Wanted:
    if wanted is None:
        return []
    return wanted if _is_list(wanted) else [wanted]


def _is_list(given: Any) -> bool:
    return isinstance(given, list | tuple)
