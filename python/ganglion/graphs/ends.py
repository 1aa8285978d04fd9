"""Ends: the inputs of a network in the making, and how it lies between them and its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ganglion._base import checks, shapes
from ganglion._base.arguments import explained
from ganglion._base.structures import Structure
from ganglion.graphs.chains import Size
from ganglion.graphs.tensors import Tensor, Trace
from ganglion.graphs.terms import named
from ganglion.graphs.wirings import TermStep, Wiring
from ganglion.layers import StopGradient


@explained
def Input(size: Size, name: str | None = None) -> Tensor:
    """Return a tensor that data are given for.

    Args:
        size: Columns; or `(steps, features)`, with None for any number of steps, which is known
            with the data; or `(height, width, channels)`, whose positions lie row by row.
        name: What `fit` and `predict` may call it.

    Raises:
        ValueError: When a size is out of its range.
    """
    shape = shapes.checked("size", size)
    if name is not None and not checks.is_text(name):
        raise TypeError(f"name must be a text, got {checks.shown(name)}")
    return Tensor(shape, name=name or "")


@explained
def stop_gradient(x: Tensor) -> Tensor:
    """Return a tensor of the same numbers, through which no gradient goes back."""
    return StopGradient()(x)


def wired(
    inputs: Any, outputs: Any, losses: Any, dtype: str, seed: int, rescale: float
) -> tuple[Trace, Wiring]:
    """Return how outputs come from inputs, each a tensor, a list of them or a dictionary.

    Losses on tensors are a term, a list of them, a dictionary by name, or None.

    Raises:
        TypeError: When something is no tensor, or no term.
        ValueError: When outputs and losses do not come from the inputs, and from all of them.
    """
    given, first = Structure.of(inputs, "input")
    found, last = Structure.of(outputs, "output")
    _check_tensors("inputs", first)
    _check_tensors("outputs", last)
    if any(tensor.call is not None for tensor in first) or len(set(map(id, first))) < len(first):
        raise ValueError("inputs must be tensors of gn.Input, each once")
    if any(tensor.call is None for tensor in last):
        raise ValueError("outputs must come out of layers, got an input")
    if given.kind != "dict":
        names = (tensor.name or name for tensor, name in zip(first, given.names, strict=True))
        given = Structure(given.kind, tuple(names))
    terms = named(losses)
    judged = [tensor for term in terms.values() for tensor in term.tensors]
    trace = Trace([*last, *judged], first)
    what = "outputs and losses" if terms else "outputs"
    if len(trace.inputs) > len(first):
        raise ValueError(f"{what} come from {trace.inputs[-1]!r}, which is not in inputs")
    unused = [tensor for tensor in first if not any(tensor is one for one in trace.used)]
    if unused:
        raise ValueError(f"inputs hold {unused[0]!r}, from which no output comes")
    return trace, Wiring(
        trace.layers,
        trace.steps,
        given,
        [tensor.shape for tensor in first],
        found,
        [trace.number(tensor) for tensor in last],
        dtype,
        seed,
        rescale,
        terms=[
            TermStep(name, term.loss, [trace.number(one) for one in term.tensors], term.factor)
            for name, term in terms.items()
        ],
    )


def _check_tensors(what: str, tensors: Sequence[Any]) -> None:
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{what} must be tensors, got {checks.shown(tensor)}")
    if not tensors:
        raise ValueError(f"{what} must hold at least one tensor, got none")
