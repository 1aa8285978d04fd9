"""Groups of an optimizer: the parameters of a network that each of them is of."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from ganglion._base.checks import shown
from ganglion.graphs.networks import Network
from ganglion.optimizers import Group, Optimizer

CoreGroup = tuple[list[tuple[int, int]], float, float]
"""Where its parameters are among all, the factor of their rate, and their weight decay."""


def core_groups(
    optimizer: Optimizer, network: Network, trained: Sequence[int] | None
) -> list[CoreGroup]:
    """Return the groups of an optimizer as the core takes them.

    Args:
        optimizer: The record.
        network: Whose parameters it moves.
        trained: Which groups of these it moves, by their numbers; None: all that training moves.

    Raises:
        ValueError: When a pattern matches no parameter that is moved, or two match the same.
    """
    moved = [
        one.name
        for one in network.parameters
        if one.is_trained and (trained is None or one.group in trained)
    ]
    for group in optimizer.groups:
        _check_matches(group, moved)
    for name in moved:
        _check_in_one(name, optimizer.groups)
    ranges = network.ranges()
    return [
        (
            [ranges[name] for name in moved if _matches(group, name)],
            float(group.learning_rate_factor),
            float(optimizer.weight_decay if group.weight_decay is None else group.weight_decay),
        )
        for group in optimizer.groups
    ]


def _matches(group: Group, name: str) -> bool:
    return fnmatchcase(name, group.pattern)


def _check_matches(group: Group, moved: Sequence[str]) -> None:
    if not any(_matches(group, name) for name in moved):
        raise ValueError(
            f"compile: groups: the pattern {group.pattern!r} matches none of the parameters that"
            f" the optimizer moves: {shown(moved)}"
        )


def _check_in_one(name: str, groups: Sequence[Group]) -> None:
    patterns = [group.pattern for group in groups if _matches(group, name)]
    if len(patterns) > 1:
        raise ValueError(
            f"compile: groups: {name} must be in one group at most, and the patterns"
            f" {' and '.join(map(repr, patterns))} match it"
        )
