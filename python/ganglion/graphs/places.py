"""Places: where the layers of a network in the making are, and which of them a tie is to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ganglion.layers import Layer


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a layer is: its name there, and the places that it is within, outermost first."""

    layer: Layer  # held, for places go by its identity
    name: str
    within: tuple[str, ...]


class Places:
    """The places of the layers that have been added so far.

    One layer may have several: twice in a chain, or in two models that are layers.
    """

    def __init__(self) -> None:
        self.ties: dict[str, str] = {}  # from what is tied to the place it is tied to
        self._of: dict[int, dict[str, _Place]] = {}  # by the layer's identity, then by name
        self._within: list[str] = []

    @contextmanager
    def at(self, layer: Layer, name: str) -> Iterator[None]:
        """Within it the layer is added that has a place of this name."""
        place = _Place(layer, name, tuple(self._within))
        self._of.setdefault(id(layer), {}).setdefault(name, place)
        self._within.append(name)
        try:
            yield
        finally:
            self._within.pop()

    def tied(self, name: str, layer: Layer) -> str:
        """Return which of a layer's places the one of this name is tied to: the nearest.

        That is one in the same chain or model, or else in what is within that, or else in what
        that is within. What is called again is tied as it was.

        Raises:
            ValueError: When the layer is not there, or in two places that are as near.
        """
        if name in self.ties:
            return self.ties[name]
        places = list(self._of.get(id(layer), {}).values())
        if not places:
            raise ValueError(
                f"the layer it is tied to, {layer!r}, is not before it: what it is applied to must"
                " come from there, from the same object, of which an equal one is another layer"
            )
        nearest = self._nearest(places)
        if len(nearest) > 1:
            named = ", ".join(place.name for place in nearest)
            raise ValueError(
                f"the layer it is tied to, {layer!r}, is in {len(nearest)} places before it,"
                f" {named}: tie it to a layer that is in one"
            )
        self.ties[name] = nearest[0].name
        return nearest[0].name

    def _nearest(self, places: list[_Place]) -> list[_Place]:
        """Return those of the places that are nearest to where a layer is added now."""
        depths = [_shared(place.within, self._within) for place in places]
        near = [place for place, depth in zip(places, depths, strict=True) if depth == max(depths)]
        return [place for place in near if len(place.within) == max(depths)] or near


def _shared(within: tuple[str, ...], other: list[str]) -> int:
    """Return how many places, from the outermost on, are the same."""
    return next(
        (depth for depth, (a, b) in enumerate(zip(within, other, strict=False)) if a != b),
        min(len(within), len(other)),
    )
