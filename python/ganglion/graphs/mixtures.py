"""Mixtures: sums and products in a graph, and what all that they are made of comes out of."""

from __future__ import annotations

from collections.abc import Callable

from ganglion import _core
from ganglion.graphs.networks import PROBABILITIES


class Mixtures:
    """The sums and products of a graph, and views of values, by their numbers.

    Args:
        graph: Where they are.
    """

    def __init__(self, graph: _core.Graph) -> None:
        self._graph = graph
        self._made_of: dict[int, tuple[int, ...]] = {}

    def joined(self, op: Callable[[int, int], int], a: int, b: int) -> int:
        """Add a sum or a product of two values to the graph."""
        y = op(a, b)
        self._made_of[y] = (a, b)
        return y

    def view(self, y: int, x: int) -> int:
        """Note that one value is a view of another, and return it."""
        self._made_of[y] = (x,)
        return y

    def endings(self, number: int) -> tuple[str, bool, str]:
        """Return of a value the last three fields of an `OutputPort`."""
        ending, is_last = self._graph.ending(number)
        return ending, is_last, self._ending_of_parts(number)

    def _ending_of_parts(self, number: int) -> str:
        found, seen, left = "identity", set(), [number]
        while left:
            one = left.pop()
            if one in seen:
                continue
            seen.add(one)
            if one in self._made_of:
                left += self._made_of[one]
                continue
            ending = self._graph.ending(one)[0]
            if ending not in PROBABILITIES or found not in ("identity", ending):
                return "identity"
            found = ending
        return found
