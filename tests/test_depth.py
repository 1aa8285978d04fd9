"""Sums over all rows and positions of a batch, which are cut where there are many.

`csrc/program/depth.h` says how. The core's tests play teams over such plans, and `graph_cases.py`
has one for all other tests.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import reference
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core

Array = NDArray[Any]

CHAIN = 2048
POSITIONS, CHANNELS, UNITS = 64, 5, 3
PART = CHAIN // POSITIONS  # rows
ROWS = 3 * PART + 7


class Layer:
    """An affine layer over positions on a tape.

    Args:
        dtype: "float32" or "float64".
        kind: "left": its weight is `(inputs, units)`; "right": the other way round, so that the
            sums of its bias are made by themselves; "bias": the weight is not trained.
        rows: How many there are.
        max_batch: And how many the plan has room for.
        uses: How often a weight is used, one after the other: its gradients add up.
    """

    def __init__(
        self,
        dtype: str,
        kind: str = "left",
        rows: int = ROWS,
        max_batch: int = ROWS,
        uses: int = 1,
    ) -> None:
        core, graph, rng = getattr(_core, dtype), _core.Graph(), np.random.default_rng(3)
        self._inputs = CHANNELS if uses == 1 else UNITS
        x = y = graph.input("x", self._inputs, POSITIONS)
        shape = (UNITS, self._inputs) if kind == "right" else (self._inputs, UNITS)
        weight, bias = graph.parameter("w", *shape, 0), graph.parameter("b", 1, UNITS, 1)
        for _ in range(uses):
            y = graph.affine(y, weight, bias, transposed=kind == "right")
        self._store = core.ParameterStore(graph)
        self._store.values[:] = 0.5 * rng.normal(size=self._store.values.size)
        self._tape = core.Tape(
            graph=graph,
            inputs=[x],
            outputs=[y],
            input_gradients=False,
            store=self._store,
            max_batch=max_batch,
            seed=0,
            groups=[1] if kind == "bias" else None,
        )
        drawn = rng.normal(size=(2, rows, POSITIONS * max(self._inputs, UNITS)))
        self.x = drawn[0, :, : POSITIONS * self._inputs].astype(self._store.values.dtype)
        self.dy = drawn[1, :, : POSITIONS * UNITS].astype(self.x.dtype)

    def gradient(self, rows: slice = slice(None)) -> Array:
        """Return that of weight and bias for some of the rows."""
        x, dy = np.ascontiguousarray(self.x[rows]), np.ascontiguousarray(self.dy[rows])
        self._store.gradients[:] = np.nan
        self._tape.forward([x], [np.empty_like(dy)], 0)
        self._tape.backward([dy], [])
        return np.array(self._store.gradients)


def added(parts: Sequence[Array]) -> Array:
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


@pytest.mark.parametrize("kind", ["left", "right", "bias"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_whole_is_its_parts_added_in_order(kind: str, dtype: str) -> None:
    layer = Layer(dtype, kind)
    parts = [layer.gradient(slice(begin, begin + PART)) for begin in range(0, ROWS, PART)]
    assert len(parts) == 4
    np.testing.assert_array_equal(layer.gradient(), added(parts))
    two = slice(0, PART + 1)  # of a batch that is smaller than the plan
    np.testing.assert_array_equal(
        layer.gradient(two), parts[0] + layer.gradient(slice(PART, PART + 1))
    )


@pytest.mark.parametrize("rows", [1, PART, PART + 1])
@pytest.mark.parametrize("uses", [1, 2])
@pytest.mark.parametrize("kind", ["left", "right"])
def test_bits_go_by_the_rows_that_there_are_and_not_by_the_room_for_them(
    kind: str, uses: int, rows: int
) -> None:
    some = slice(0, rows)
    tight, roomy = (Layer("float32", kind, max_batch=room, uses=uses) for room in (rows, ROWS))
    np.testing.assert_array_equal(tight.gradient(some), roomy.gradient(some))


@pytest.mark.threads
@pytest.mark.parametrize("uses", [1, 2])
@pytest.mark.parametrize("kind", ["left", "right", "bias"])
def test_bits_are_the_same_on_any_number_of_threads(kind: str, uses: int) -> None:
    layer = Layer("float32", kind, uses=uses)
    found = []
    _core.set_full_teams(True)
    try:
        for threads in (1, 2, 4, 16):
            gn.set_num_threads(threads)
            found.append(layer.gradient().tobytes())
    finally:
        gn.set_num_threads(None)
        _core.set_full_teams(False)
    assert len(set(found)) == 1


def test_the_error_is_that_of_a_part_and_not_of_all_positions() -> None:
    layer = Layer("float32", rows=3125, max_batch=3125)
    layer.x[:], layer.dy[:] = 0.1, 1.0
    each = layer.x.reshape(-1, CHANNELS)[:, 0]
    wanted, count = each.astype(np.float64).sum(), float(len(each))
    tolerance: dict[str, Any] = {"family": "reduction", "depth": CHAIN}
    with pytest.raises(AssertionError):  # one chain
        reference.assert_close(np.cumsum(each)[-1], wanted, **tolerance)
    of_all = np.repeat([wanted, count], [CHANNELS * UNITS, UNITS])
    reference.assert_close(layer.gradient(), of_all, **tolerance)
