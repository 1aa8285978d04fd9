"""Networks with their parameters: what runs them, and what data must be for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import shapes
from ganglion._base.arrays import check_finite
from ganglion._base.inputs import check_inputs, refuse_changed, refuse_read
from ganglion._base.precision import Precision
from ganglion._base.scaling import InputScale
from ganglion._base.shapes import Shape
from ganglion.graphs.networks import Network
from ganglion.training.data import Dataset
from ganglion.training.supervision import check_classes

KEPT = 16  # of what there is one for each number of steps: the latest

Sized = tuple[Network, tuple[InputScale, ...]]


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a pass through a graph begins and ends: values, by their numbers."""

    graph: _core.Graph
    inputs: Sequence[int]
    outputs: Sequence[int]


@dataclass(frozen=True, slots=True)
class Parametrized:
    """A network with its parameters, and how it reads its inputs.

    Args:
        network: As a rule it runs. One with inputs of any number of steps has one, in its place.
        store: The parameters.
        precision: What is computed in.
        scales: How each input is read.
        seed: Of everything random.
        of_shapes: Gives the same network, and how it reads them, for inputs whose numbers of steps
            are known; None where they all are.
    """

    network: Network
    store: _core.ParameterStore
    precision: Precision
    scales: tuple[InputScale, ...]
    seed: int
    of_shapes: Callable[[tuple[Shape, ...]], Sized] | None = None

    def of_columns(self, columns: Sequence[int]) -> Self:
        """Return it for inputs of so many columns: itself, unless steps may be of any number.

        Raises:
            ValueError: When tensors of several inputs meet, and have different numbers of steps.
        """
        if self.of_shapes is None:
            return self
        ports = zip(self.network.inputs, columns, strict=True)
        network, scales = self.of_shapes(
            tuple(shapes.with_columns(port.shape, count) for port, count in ports)
        )
        return replace(self, network=network, scales=scales, of_shapes=None)

    def of_one_step(self) -> Self:
        """Return it for inputs of one step, where they may have any number."""
        return self.of_columns([port.least_columns for port in self.network.inputs])

    @property
    def ends(self) -> Ends:
        """Those of the network."""
        network = self.network
        inputs, outputs = (
            [port.number for port in ports] for ports in (network.inputs, network.outputs)
        )
        return Ends(network.graph, inputs, outputs)

    def tape(
        self,
        max_batch: int,
        ends: Ends | None = None,
        *,
        input_gradient: bool = False,
        row_gradients: bool = False,
    ) -> _core.Tape:
        """Return what runs the network, or more than it, forward and backward by hand.

        Args:
            max_batch: Rows, at most.
            ends: Of the graph that is run; None: the network's.
            input_gradient: Whether backward gives the gradients of the inputs.
            row_gradients: Whether those of tables may be of a batch's rows alone, and not seen.
        """
        of = self.ends if ends is None else ends
        return self.precision.tape(
            graph=of.graph,
            inputs=of.inputs,
            outputs=of.outputs,
            input_gradients=input_gradient,
            store=self.store,
            max_batch=max_batch,
            seed=self.seed,
            groups=self.network.trained_groups,
            row_gradients=row_gradients,
        )

    def predictor(self, max_batch: int, ends: Ends | None = None) -> _core.Predictor:
        """Return what runs it forward, as for `tape`, with the parameters of the moment."""
        of = self.ends if ends is None else ends
        return self.precision.predictor(
            graph=of.graph,
            inputs=of.inputs,
            outputs=of.outputs,
            store=self.store,
            max_batch=max_batch,
        )

    def feeds(self, data: Dataset) -> list[Any]:
        """Return the tables of the inputs, none of them sparse, as the core is fed them."""
        return [
            (inputs.table, scale.factor, scale.columns)
            for inputs, scale in zip(data.inputs, self.scales, strict=True)
        ]

    def new_outputs(self, rows: int) -> list[NDArray[Any]]:
        """Return room for so many rows of each output."""
        dtype = self.precision.dtype
        return [np.empty((rows, port.columns), dtype) for port in self.network.outputs]

    def name_of_input(self, number: int) -> str:
        """Return what messages call the table of an input."""
        inputs = self.network.inputs
        return "X" if len(inputs) == 1 else f"X of {inputs[number].name}"

    def step_culprit(self, state: _core.OptimizerState | None) -> str:
        """Return what is not finite after a step whose loss was, for messages.

        Args:
            state: Of the optimizer that has made it, or has added a gradient to those before.
        """
        if not np.isfinite(self.store.values).all():
            return "a parameter"
        if state is not None and state.summed:
            return "the sum of gradients that the optimizer remembers"
        return "a square of gradients that the optimizer remembers"

    def check_finite(self, call: str, data: Dataset) -> None:
        """Refuse inputs, targets and weights that are not finite in this precision.

        Inputs that are no index where they should be one are refused too.
        """
        for number, (inputs, scale) in enumerate(zip(data.inputs, self.scales, strict=True)):
            port = self.network.inputs[number]
            check_inputs(
                call,
                self.name_of_input(number),
                inputs.table,
                self.precision,
                scale,
                inputs.labels,
                port.channels,
                port.index_count,
            )
        for targets in data.targets:
            check = partial(check_finite, targets.of_call(call), precision=self.precision)
            check("y", targets.y, channels=targets.width)
            if targets.weight is not None:
                check("sample_weight", targets.weight, channels=1)

    def is_finite(self, data: Dataset) -> bool:
        """Tell whether `check_finite` lets data pass: some rows, whose numbers are not told."""
        try:
            self.check_finite("", data)
        except ValueError:
            return False
        return True

    def refuse_inputs(self, call: str, data: Dataset, ending: str) -> NoReturn:
        """Refuse inputs that the core has found to be wrong, as `check_finite` does.

        Args:
            call: The function that was called, for messages.
            data: The inputs.
            ending: What the core has found, by its name.
        """
        self.check_finite(call, data)
        refuse_read(call, "X", ending)

    def refuse(self, call: str, data: Dataset, classes: Sequence[int], ending: str) -> NoReturn:
        """Refuse data over which a run of the core came to such an end, with what is wrong.

        They have changed since they were checked, and may have again: then nobody can say any more
        where it was.
        """
        what = "X, y or sample_weight was not finite"
        self.check_finite(call, data)
        if ending == "no_index":
            what = "what X or y numbers was not there"
            for targets, count in zip(data.targets, classes, strict=True):
                if count and targets.width == 1:
                    check_classes(targets.of_call(call), targets.y, count)
        refuse_changed(call, what)
