"""Plots of a report, as SVG that a page can hold. No text of the user's is drawn."""

import base64
import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def require_matplotlib() -> None:
    """Refuse to go on without what draws."""
    if find_spec("matplotlib") is None:
        raise InputError("--report needs matplotlib: python -m pip install matplotlib")


def learning_curves(curves: Mapping[str, Sequence[float]], best_epoch: int) -> str:
    """Draw curves over the epochs, and mark the epoch whose weights were kept.

    Returns:
        An address that holds the picture.
    """
    figure = _figure(7.0, 3.5)
    ax = figure.subplots()
    for label, values in curves.items():
        epochs = range(1, len(values) + 1)
        ax.plot(epochs, values, label=label, marker="o" if len(values) == 1 else None)
    ax.axvline(best_epoch, color="0.6", linestyle=":", label="best epoch")
    ax.set_xlabel("epoch")
    ax.legend(frameon=False)
    return _address(figure)


def true_against_predicted(true: NDArray[np.float64], predicted: NDArray[np.float64]) -> str:
    """Draw a point for each row, and the line on which both are the same.

    Returns:
        An address that holds the picture.
    """
    figure = _figure(4.5, 4.5)
    ax = figure.subplots()
    ends = [min(true.min(), predicted.min()), max(true.max(), predicted.max())]
    ax.plot(ends, ends, color="0.6", linewidth=1, zorder=1)
    ax.scatter(predicted, true, s=9, alpha=0.5, linewidths=0, rasterized=True, zorder=2)
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    return _address(figure)


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _address(figure: "Figure") -> str:
    import matplotlib as mpl

    picture = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ganglion"}):  # the same again
        figure.savefig(picture, format="svg", dpi=150, metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode('ascii')}"
