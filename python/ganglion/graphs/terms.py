"""Terms: losses on tensors, and what a model is told to make small beside those of its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn

from ganglion._base import checks
from ganglion.losses import HiddenLoss, Loss


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """A loss on tensors: a part of what a model makes small, `gn.Model(..., losses=[term])`.

    A number times a term counts so much in the sum; what is reported is the term itself.

    Args:
        loss: A loss of a target and an output, or one of values within a network.
        tensors: What it is of.
        factor: What it counts.
    """

    __array_ufunc__: ClassVar[None] = None  # NumPy's numbers leave the operators to the term

    loss: Loss | HiddenLoss
    tensors: Sequence[Any]
    factor: float = 1.0

    def __mul__(self, number: Any) -> Term:
        checks.finite("what a loss is multiplied by", number)
        return replace(self, factor=self.factor * float(number))

    __rmul__ = __mul__

    def __add__(self, other: Any) -> NoReturn:
        raise TypeError("a + b: losses on tensors stand in a list, losses=[a, b]")

    __radd__ = __add__


def named(given: Any) -> dict[str, Term]:
    """Return terms by name: those without one have the name of their loss, and a number if needed.

    Args:
        given: A term, a list of them, or a dictionary by name; None: there are none.

    Raises:
        TypeError: When something is no term, or a name no text.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        terms = dict(given)
    else:
        listed = list(given) if isinstance(given, list | tuple) else [given]
        terms = dict(zip(_names(listed), listed, strict=True))
    for name, term in terms.items():
        if not checks.is_text(name):
            raise TypeError(f"losses: a name must be a text, got {checks.shown(name)}")
        if not isinstance(term, Term):
            raise TypeError(
                "losses must be losses called on tensors, such as gn.losses.L2(0.01)(h), got"
                f" {checks.shown(term)}"
            )
    return terms


def _names(terms: Sequence[Any]) -> list[str]:
    """Return the name of each one's loss, those after the first of a name with a number."""
    names: list[str] = []
    for number, term in enumerate(terms):
        name = term.loss.name if isinstance(term, Term) else str(number)
        names.append(name if name not in names else f"{name}_{number}")
    return names
