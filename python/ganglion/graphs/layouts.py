"""Layouts: where boxes stand in a drawing, in ranks, and the ways that arrows go between them.

As Sugiyama, Tagawa and Toda (1981) lay out graphs: a box is a rank behind the last that it takes
something from; an arrow over several ranks has a place of its own in each, so that it goes through
no box; and within a rank all stand in the order of the means of where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ganglion.graphs.sketches import Box

GAP = 24.0  # between boxes of a rank
RANK_GAP = 36.0  # between ranks

Point = tuple[float, float]
Size = tuple[float, float]  # across the ranks' direction, and along it


@dataclass(frozen=True, slots=True)
class Layout:
    """Where all stands, in units of the sizes given: across ranks first, and along them.

    Args:
        size: Of the whole.
        corners: Of each box, the one that is nearest to (0, 0).
        ways: Of each arrow, by the numbers of its boxes, the points it goes through.
    """

    size: Size
    corners: list[Point]
    ways: dict[tuple[int, int], list[Point]]


@dataclass(slots=True)
class _Slot:
    """A box, or a place that an arrow has in a rank that it passes."""

    rank: int
    size: Size
    before: list[int] = field(default_factory=list)  # slots of the rank before
    across: float = 0.0  # where its middle is


def laid_out(boxes: Sequence[Box], sizes: Sequence[Size]) -> Layout:
    """Return where boxes of such sizes stand."""
    slots, arrows = _slots(boxes, sizes)
    ranks: list[list[int]] = [[] for _ in range(max(slot.rank for slot in slots) + 1)]
    for number, slot in enumerate(slots):
        ranks[slot.rank].append(number)
    for rank in ranks:
        _place(rank, slots)
    left = min(slot.across - slot.size[0] / 2 for slot in slots)
    right = max(slot.across + slot.size[0] / 2 for slot in slots)
    depths = [max(slots[number].size[1] for number in rank) for rank in ranks]
    tops = [sum(depths[:rank]) + rank * RANK_GAP for rank in range(len(ranks))]

    def middle(number: int) -> float:
        return slots[number].across - left

    def way(slots_passed: list[int]) -> list[Point]:
        first, *passed, last = slots_passed
        top = tops[slots[first].rank]
        points = [(middle(first), top + slots[first].size[1])]
        if slots[first].size[1] < depths[slots[first].rank]:  # past what is larger beside it
            points.append((middle(first), top + depths[slots[first].rank]))
        for one in passed:
            top = tops[slots[one].rank]
            points += [(middle(one), top), (middle(one), top + depths[slots[one].rank])]
        return [*points, (middle(last), tops[slots[last].rank])]

    return Layout(
        (right - left, tops[-1] + depths[-1]),
        [
            (middle(number) - slot.size[0] / 2, tops[slot.rank])
            for number, slot in enumerate(slots[: len(boxes)])
        ],
        {ends: way(passed) for ends, passed in arrows.items()},
    )


def _slots(
    boxes: Sequence[Box], sizes: Sequence[Size]
) -> tuple[list[_Slot], dict[tuple[int, int], list[int]]]:
    """Return the slots, those of boxes first, and of each arrow those that it goes through."""
    slots: list[_Slot] = []
    for box, size in zip(boxes, sizes, strict=True):
        rank = max((slots[source].rank + 1 for source in box.sources), default=0)
        slots.append(_Slot(rank, size))
    arrows = {}
    for number, box in enumerate(boxes):
        for source in box.sources:
            passed = [source]
            for rank in range(slots[source].rank + 1, slots[number].rank):
                slots.append(_Slot(rank, (0.0, 0.0), [passed[-1]]))
                passed.append(len(slots) - 1)
            slots[number].before.append(passed[-1])
            arrows[source, number] = [*passed, number]
    return slots, arrows


def _place(rank: Sequence[int], slots: Sequence[_Slot]) -> None:
    """Put a rank's slots beside each other, as near as may be to where they come from."""

    def wanted(number: int) -> float:
        before = slots[number].before
        return sum(slots[one].across for one in before) / len(before) if before else 0.0

    order = sorted(rank, key=wanted)  # the sort is stable: else as they were made
    edge = 0.0
    for number in order:
        slots[number].across = edge + slots[number].size[0] / 2
        edge += slots[number].size[0] + GAP
    shift = sum(wanted(number) - slots[number].across for number in order) / len(order)
    for number in order:
        slots[number].across += shift
