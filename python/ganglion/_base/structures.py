"""Structures: how users put several things together, one alone, in a list, or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ganglion._base.checks import is_text, listed, shown


@dataclass(frozen=True, slots=True)
class Structure:
    """What a model's inputs, or its outputs, are put together as.

    Args:
        kind: "one", alone; "list"; or "dict", by name.
        names: Of each, in order.
    """

    kind: Literal["one", "list", "dict"]
    names: Sequence[str]

    def __post_init__(self) -> None:
        if self.kind not in ("one", "list", "dict"):
            raise ValueError(f"kind must be one, list or dict, got {shown(self.kind)}")
        listed("names", self.names, "texts")
        object.__setattr__(self, "names", tuple(self.names))  # a record cannot change
        for name in self.names:
            if not is_text(name):
                raise TypeError(f"a name must be a text, got {shown(name)}")
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"a name is there twice: {', '.join(self.names)}")

    @classmethod
    def of(cls, given: Any, default: str) -> tuple[Structure, list[Any]]:
        """Return the structure of something given, and its parts; those without names get one."""
        if isinstance(given, Mapping):
            return cls("dict", tuple(given)), list(given.values())
        if isinstance(given, list | tuple):
            names = tuple(f"{default}_{number}" for number in range(len(given)))
            return cls("list", names), list(given)
        return cls("one", (default,)), [given]

    def __len__(self) -> int:
        return len(self.names)

    def gathered(self, parts: Sequence[Any]) -> Any:
        """Return parts, in order, as users see them."""
        if self.kind == "one":
            return parts[0]
        return list(parts) if self.kind == "list" else dict(zip(self.names, parts, strict=True))

    def parts(self, what: str, given: Any) -> list[Any]:
        """Return the parts, in order, of what is given alone, in a list or by name.

        Args:
            what: What it is, for the message: "fit: x".
            given: That of the only one, which may stand alone, or one for each.

        Raises:
            TypeError: When several are needed and there is neither a list nor a dictionary.
            ValueError: When there are not as many, or not of these names.
        """
        if self.kind == "one" and not (
            isinstance(given, Mapping) and set(given) == set(self.names)
        ):
            return [given]
        if isinstance(given, Mapping):
            return self._named(what, given)
        if not isinstance(given, list | tuple):
            if len(self) == 1:
                return [given]
            raise TypeError(
                f"{what} must be a list or a dictionary, one for each of {', '.join(self.names)},"
                f" got {type(given).__name__}"
            )
        if len(given) != len(self):
            raise ValueError(
                f"{what} has {len(given)} parts, must have {len(self)}: {', '.join(self.names)}"
            )
        return list(given)

    def named_parts(self, what: str, given: Mapping[Any, Any]) -> list[Any]:
        """Return the parts that a dictionary names, in order, None for those it does not name."""
        self._refuse_unknown(what, given)
        return [given.get(name) for name in self.names]

    def _named(self, what: str, given: Mapping[Any, Any]) -> list[Any]:
        self._refuse_unknown(what, given)
        missing = [name for name in self.names if name not in given]
        if missing:
            raise ValueError(f"{what} has no {shown(missing[0])}, must have {self._known()}")
        return [given[name] for name in self.names]

    def _refuse_unknown(self, what: str, given: Mapping[Any, Any]) -> None:
        unknown = [name for name in given if name not in self.names]
        if unknown:
            raise ValueError(f"{what} names {shown(unknown[0])}, there is only {self._known()}")

    def _known(self) -> str:
        return ", ".join(self.names)
