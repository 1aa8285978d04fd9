"""matplotlib, which only those need who draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pyplot() -> Any:
    """Return matplotlib's module that draws.

    Raises:
        ImportError: When it is not installed.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("plot needs matplotlib: python -m pip install matplotlib") from error
    return pyplot


def check_axes(ax: Axes | None, written: str) -> None:
    """Refuse what is no axes.

    Args:
        ax: What was given; None is taken.
        written: How a file is written by what `plot` returns.

    Raises:
        TypeError: With what it is.
    """
    if ax is not None and not hasattr(ax, "plot"):
        raise TypeError(
            f"plot: ax must be axes of matplotlib's, got {ax!r}; a file is written by {written}"
        )
