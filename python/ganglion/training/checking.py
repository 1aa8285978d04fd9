"""Checking: arrays as users give them for a model's inputs and outputs, made a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ganglion._base.arrays import Array, as_shaped
from ganglion._base.frames import labels_of
from ganglion._base.structures import Structure
from ganglion.training.class_weights import ClassWeight, by_output, times_class_weight
from ganglion.training.data import Dataset, Inputs, Targets, check_lengths
from ganglion.training.heads import Head
from ganglion.training.objectives import Objective
from ganglion.training.parametrized import Parametrized
from ganglion.training.supervision import as_targets, as_weights
from ganglion.training.tallies import check_targets


@dataclass(frozen=True, slots=True)
class Subject:
    """A model that is trained: what computes, and how users group its inputs and outputs."""

    model: Parametrized
    inputs: Structure
    outputs: Structure

    def tables(self, call: str, x: Any) -> list[Inputs]:
        """Return the table of each input, checked but for its numbers.

        Raises:
            TypeError: When something does not hold numbers.
            ValueError: When a shape does not fit.
        """
        ports = self.model.network.inputs
        parts = self.inputs.parts(f"{call}: x", x)
        try:
            return [
                Inputs(as_shaped(_of(call, port.name, ports), one, port.shape), labels_of(one))
                for port, one in zip(ports, parts, strict=True)
            ]
        except ValueError as error:
            if self.inputs.kind == "one" and _is_table_in_a_list(x):
                raise ValueError(
                    f"{error}. x is a list of one array, which is read as one sample: give the"
                    " array itself"
                ) from None
            raise

    def unlabelled(self, call: str, x: Any) -> Dataset:
        """Return samples without targets, checked but for their numbers."""
        data = Dataset(tuple(self.tables(call, x)), ())
        check_lengths(call, lambda: self._names(()), data)
        return data

    def of_steps(self, call: str, inputs: Sequence[Inputs]) -> Subject:
        """Return it for the numbers of steps that inputs have.

        Raises:
            ValueError: When tensors of several inputs meet, and do not have the same.
        """
        columns = tuple(int(one.table.shape[1]) for one in inputs)
        try:
            model = self.model.of_columns(columns)
        except ValueError as error:
            raise ValueError(f"{call}: {error}") from None
        return self if model is self.model else replace(self, model=model)

    def shaped_outputs(self, outputs: Sequence[Array]) -> list[Array]:
        """Return outputs, `(rows, columns)` each, in the shapes that users see."""
        ports = self.model.network.outputs
        return [
            one if len(port.shape) == 1 else one.reshape(len(one), *port.shape)
            for one, port in zip(outputs, ports, strict=True)
        ]

    def shown_outputs(self, outputs: Sequence[Array]) -> Any:
        """Return outputs, `(rows, columns)` each, as users see them."""
        return self.outputs.gathered(self.shaped_outputs(outputs))

    def dataset(
        self,
        call: str,
        objective: Objective,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
    ) -> Dataset:
        """Check arrays, to the last number unless they lie on disk, and return them as a dataset.

        Raises:
            TypeError: When something does not hold numbers.
            ValueError: When a shape or a value does not fit.
        """
        inputs = self.tables(call, x)
        heads = objective.heads
        _check_given(call, heads, y, sample_weight)
        model = self.of_steps(call, inputs).model
        given = self._of_heads(call, "y", heads, y) if heads else []
        for head, one in zip(heads, given, strict=True):
            if one is None:
                raise ValueError(f"{call}: y of {head.name} is missing")
        weights = self._weights(call, heads, sample_weight)
        calls = [_of(call, head.name, self.outputs.names) for head in heads]
        ports = [model.network.outputs[head.number] for head in heads]
        targets = [
            as_targets(name, one, head.loss, port)
            for name, head, port, one in zip(calls, heads, ports, given, strict=True)
        ]
        data = Dataset(tuple(inputs), tuple(targets))
        check_lengths(call, lambda: self._names(heads), data)
        counted = []
        for name, head, port, one, weight in zip(
            calls, heads, ports, targets, weights, strict=True
        ):
            counts = as_weights(name, len(data), port, weight)
            check_targets(name, head.figures, head.loss, one)
            told = head.name if len(self.outputs) > 1 else ""
            counted.append(Targets(one.y, counts, counts, one.positions, told))
        data = Dataset(data.inputs, tuple(counted))
        if not any(isinstance(one, np.memmap) for one in self.inputs.parts(call, x)):
            model.check_finite(call, data)  # batches of others are looked at as they are read
        return data

    def _of_heads(self, call: str, name: str, heads: tuple[Head, ...], given: Any) -> list[Any]:
        """Return what is given for each head; outputs without a loss may be left out."""
        if isinstance(given, Mapping) and len(heads) < len(self.outputs):
            parts = self.outputs.named_parts(f"{call}: {name}", given)
        else:
            parts = self.outputs.parts(f"{call}: {name}", given)
        return [parts[head.number] for head in heads]

    def _weights(self, call: str, heads: tuple[Head, ...], given: Any) -> list[Any]:
        """Return the sample weights of each head: one array is for all."""
        if isinstance(given, Mapping):
            parts = self.outputs.named_parts(f"{call}: sample_weight", given)
            return [parts[head.number] for head in heads]
        if isinstance(given, list | tuple) and len(self.outputs) > 1:
            return self._of_heads(call, "sample_weight", heads, given)
        return [given] * len(heads)

    def _names(self, heads: tuple[Head, ...]) -> list[str]:
        inputs = [self.model.name_of_input(number) for number in range(len(self.inputs))]
        return inputs + ["y" if len(self.outputs) == 1 else f"y of {head.name}" for head in heads]


def _check_given(call: str, heads: tuple[Head, ...], y: Any, sample_weight: Any) -> None:
    """Refuse targets that are missing, and what there is no loss for."""
    if heads and y is None:
        raise ValueError(f"{call}: y is missing")
    for name, given in (("y", y), ("sample_weight", sample_weight)):
        if not heads and given is not None:
            raise ValueError(f"{call}: {name} is given, and no output has a loss: leave it out")


def weighted_by_class(
    call: str, data: Dataset, class_weight: ClassWeight | None, objective: Objective
) -> Dataset:
    """Return samples whose classes count in the loss, and there alone, what `class_weight` says.

    Raises:
        TypeError: When it holds no numbers.
        ValueError: When the loss has no classes, or a value does not fit.
    """
    if class_weight is None:
        return data
    names = [head.name for head in objective.heads]
    if not names:
        raise ValueError(f"{call}: class_weight is given, and no output has a loss: leave it out")
    given = by_output(call, class_weight, names)
    targets = [
        one
        if head.name not in given
        else replace(
            one,
            weight=times_class_weight(
                _of(call, head.name, names), one, given[head.name], head.loss, head.port.channels
            ),
        )
        for head, one in zip(objective.heads, data.targets, strict=True)
    ]
    return replace(data, targets=tuple(targets))


def _of(call: str, name: str, all_of_them: Any) -> str:
    """Return the call for messages, with a name where there are several."""
    return call if len(all_of_them) == 1 else f"{call}: {name}"


def _is_table_in_a_list(x: Any) -> bool:
    return isinstance(x, list | tuple) and len(x) == 1 and getattr(x[0], "ndim", 0) > 1
