"""Tallies of all heads of a network, and of its hidden terms, as they are reported together."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion import _core
from ganglion.graphs.networks import HiddenTerm
from ganglion.training.tallies import Tally


def check_names(
    names: Sequence[str], of_heads: Sequence[Sequence[str]], of_terms: Sequence[str]
) -> None:
    """Refuse figures that a history could not tell apart.

    Args:
        names: Of the heads.
        of_heads: Those of their figures.
        of_terms: Of the hidden terms; those of one name are told together.

    Raises:
        ValueError: With the name that two would have.
    """
    told = ["loss", *_names_of_losses(names, of_terms), *dict.fromkeys(of_terms)]
    for prefix, figures in zip(_prefixes(names), of_heads, strict=True):
        told += [f"{prefix}{figure}" for figure in figures if figure != "loss"]
    told += [f"val_{figure}" for figure in told]
    for name in told:
        if told.count(name) > 1:
            raise ValueError(
                f"compile: two figures would be called {name!r}, after outputs, metrics and the"
                " val_ of validation: give an output or a metric another name"
            )


def _prefixes(names: Sequence[str]) -> list[str]:
    """Return what goes before the names of each head's figures."""
    return [f"{name}_" for name in names] if len(names) > 1 else [""] * len(names)


def _names_of_losses(names: Sequence[str], of_terms: Sequence[str]) -> list[str]:
    """Return what the losses of the heads are called beside their sum; where it is one, nothing."""
    return [f"{name}_loss" for name in names] if len(names) > 1 or of_terms else []


class Tallies:
    """The figures of several heads, of hidden terms, and the sum of all losses.

    Those of one head are shown as they are; of several, behind the heads' names.

    Args:
        names: Of the heads.
        of_heads: Their figures.
        factors: What each loss counts in the sum.
        terms: The hidden terms; those of one name are added up.
    """

    def __init__(
        self,
        names: Sequence[str],
        of_heads: Sequence[Tally],
        factors: Sequence[float],
        terms: Sequence[HiddenTerm] = (),
    ) -> None:
        self._prefixes = _prefixes(names)
        self._names_of_losses = _names_of_losses(names, [term.name for term in terms])
        self.of_heads = of_heads
        self._factors = factors
        self._terms = terms
        self._is_plain = list(factors) == [1] and not terms
        self.of_terms = [_core.Figures([], 1) for _ in terms]
        self.names = list(self._joined([dict.fromkeys(one.names, 0.0) for one in of_heads]))

    def reset(self) -> None:
        """Forget the batches so far."""
        for tally in self.of_heads:
            tally.reset()
        for figures in self.of_terms:
            figures.reset()

    def so_far(self) -> dict[str, float]:
        """Return the losses and those metrics that are added up batch by batch."""
        return self._joined([tally.so_far() for tally in self.of_heads])

    def values(self) -> dict[str, float]:
        """Return the losses and all metrics."""
        return self._joined([tally.values() for tally in self.of_heads])

    def _joined(self, parts: Sequence[dict[str, float]]) -> dict[str, float]:
        """Return all figures, the sum of the losses first, and then the losses it is made of."""
        if self._is_plain:
            return parts[0]
        losses = [part["loss"] for part in parts]
        total = sum(
            factor * loss if factor != 1 else loss
            for factor, loss in zip(self._factors, losses, strict=True)
        )
        of_terms: dict[str, float] = {}
        for term, figures in zip(self._terms, self.of_terms, strict=True):
            (mean,) = figures.results()
            total += term.factor * mean
            of_terms[term.name] = of_terms.get(term.name, 0.0) + mean
        joined = {"loss": total}
        if self._names_of_losses:
            joined |= dict(zip(self._names_of_losses, losses, strict=True))
        joined |= of_terms
        for prefix, part in zip(self._prefixes, parts, strict=True):
            joined |= {f"{prefix}{name}": part[name] for name in part if name != "loss"}
        return joined
