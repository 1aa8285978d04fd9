"""The figures of a fit, epoch by epoch."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganglion._base import pyplots

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(slots=True, repr=False)
class History:
    """What `fit` returns: the loss and the metrics of every epoch.

    Attributes:
        history: The values of each figure by name, one an epoch; validation figures are named
            `val_...`.
        epoch: The numbers of the epochs, from 0.
    """

    history: dict[str, list[float]] = field(default_factory=dict)
    epoch: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.epoch)

    def __repr__(self) -> str:
        """Return the number of epochs and the last figures: all of them are in `history`."""
        last = [f"{name} {values[-1]:.4g}" for name, values in self.history.items()]
        epochs = f"{len(self)} epoch{'' if len(self) == 1 else 's'}"
        return f"<History of {', '.join([epochs, *last])}>"

    def append(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Add the figures of an epoch."""
        lists: list[list[Any]] = [self.history.setdefault(name, []) for name in figures]
        lists.append(self.epoch)
        # In one call, so that Ctrl-C comes before all or after all.
        deque(map(list.append, lists, [*figures.values(), epoch]), maxlen=0)

    def plot(self, ax: Axes | None = None) -> list[Axes]:
        """Draw the figures over the epochs and return the axes.

        Args:
            ax: Where to draw all of them; None makes one axes a figure, in which its training and
                validation curves stand together.

        Raises:
            TypeError: When `ax` is no axes of matplotlib's.
            ValueError: When there are no figures.
        """
        pyplot = pyplots.pyplot()
        names = [name for name in self.history if not name.startswith("val_")]
        if not names:
            raise ValueError("plot: the history has no figures")
        pyplots.check_axes(ax, "plot()[0].figure.savefig(path)")
        if ax is None:
            size = (5.0 * len(names), 4.0)
            _, grid = pyplot.subplots(
                1, len(names), squeeze=False, layout="constrained", figsize=size
            )
            axes: list[Axes] = list(grid[0])
        else:
            axes = [ax] * len(names)
        for axis, name in zip(axes, names, strict=True):
            self._draw(axis, name)
        return axes  # not the drawing: a notebook shows it by itself, and would once more

    def _draw(self, ax: Axes, name: str) -> None:
        """Draw the training curve of a figure, and its validation curve where there is one."""
        for curve in (name, f"val_{name}"):
            if curve in self.history:
                marker = "o" if len(self) == 1 else None  # a line needs two points
                ax.plot(self.epoch, self.history[curve], label=curve, marker=marker)
        ax.set_xlabel("epoch")
        ax.legend()
