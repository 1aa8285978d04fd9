"""Names of columns in messages: how many are listed, and which one is meant by a wrong one."""

from collections.abc import Sequence
from itertools import pairwise

_MOST = 8  # that are listed
_LETTERS = 4  # of which one may be wrong, in a name that is near another
_SHORTEST = 3  # letters of a name that may have a wrong one


def listed(names: Sequence[str]) -> str:
    """Write names; of many the first ones and the last, for there the target often is."""
    if len(names) <= _MOST:
        return ", ".join(map(repr, names))
    first = names[: _MOST - 1]
    more = len(names) - len(first)
    return f"{', '.join(map(repr, first))} and {more} more, the last {names[-1]!r}"


def nearest(name: str, names: Sequence[str]) -> str | None:
    """Return the one that differs in capitals or a few letters, or alone begins so; or None."""
    wanted = name.casefold()
    allowed = max(1, len(name) // _LETTERS) if len(name) >= _SHORTEST else 0
    distances = [_distance(wanted, one.casefold()) for one in names]
    if distances and min(distances) <= allowed:
        return names[distances.index(min(distances))]
    begun = [one for one in names if len(name) >= _LETTERS and one.casefold().startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def _distance(left: str, right: str) -> int:
    """Count the letters to insert, leave out or change (Levenshtein, 1966)."""
    row = list(range(len(right) + 1))
    for place, letter in enumerate(left, start=1):
        above, row = row, [place]
        for other, (corner, over) in enumerate(pairwise(above)):
            row.append(min(over + 1, row[-1] + 1, corner + (letter != right[other])))
    return row[-1]
