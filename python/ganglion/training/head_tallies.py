"""Tallies of all heads of a network, as they are reported together."""

from __future__ import annotations

from collections.abc import Sequence

from ganglion.training.tallies import Tally


def check_names(names: Sequence[str], of_heads: Sequence[Sequence[str]]) -> None:
    """Refuse figures that a history could not tell apart.

    Args:
        names: Of the heads.
        of_heads: Those of their figures.

    Raises:
        ValueError: With the name that two would have.
    """
    told = [] if len(names) == 1 else ["loss"]
    for prefix, figures in zip(_prefixes(names), of_heads, strict=True):
        told += [f"{prefix}{figure}" for figure in figures]
    told += [f"val_{figure}" for figure in told]
    for name in told:
        if told.count(name) > 1:
            raise ValueError(
                f"compile: two figures would be called {name!r}, after outputs, metrics and the"
                " val_ of validation: give an output or a metric another name"
            )


def _prefixes(names: Sequence[str]) -> list[str]:
    """Return what goes before the names of each head's figures."""
    return [f"{name}_" for name in names] if len(names) > 1 else [""]


class Tallies:
    """The figures of several heads, and the sum of their losses.

    Those of one head are shown as they are; of several, behind the heads' names.

    Args:
        names: Of the heads.
        of_heads: Their figures.
        factors: What each loss counts in the sum.
    """

    def __init__(
        self, names: Sequence[str], of_heads: Sequence[Tally], factors: Sequence[float]
    ) -> None:
        self._prefixes = _prefixes(names)
        self.of_heads = of_heads
        self._factors = factors
        self.names = list(self._joined([dict.fromkeys(one.names, 0.0) for one in of_heads]))

    def reset(self) -> None:
        """Forget the batches so far."""
        for tally in self.of_heads:
            tally.reset()

    def so_far(self) -> dict[str, float]:
        """Return the losses and those metrics that are added up batch by batch."""
        return self._joined([tally.so_far() for tally in self.of_heads])

    def values(self) -> dict[str, float]:
        """Return the losses and all metrics."""
        return self._joined([tally.values() for tally in self.of_heads])

    def _joined(self, parts: Sequence[dict[str, float]]) -> dict[str, float]:
        """Return all figures, the sum of the losses first and then the losses of several heads."""
        losses = [part["loss"] for part in parts]
        total = sum(
            factor * loss if factor != 1 else loss
            for factor, loss in zip(self._factors, losses, strict=True)
        )
        joined = {"loss": total}
        if len(parts) > 1:
            joined |= {
                f"{prefix}loss": loss for prefix, loss in zip(self._prefixes, losses, strict=True)
            }
        for prefix, part in zip(self._prefixes, parts, strict=True):
            joined |= {f"{prefix}{name}": part[name] for name in part if name != "loss"}
        return joined
