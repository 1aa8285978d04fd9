"""The picture of a comparison: a panel a task, a group of bars a workload."""

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ganglion._base import writing
from ganglion.bench.peers import OURS
from ganglion.bench.results import Row, short

TITLES = {"train": "A training step", "row": "Predicting one row", "batch": "Predicting a batch"}
COLOURS = {
    OURS: "#d1495b",
    "numpy": "#30638e",
    "sklearn": "#edae49",
    "torch": "#00798c",
    "torch_compiled": "#7fb8a4",
    "jax": "#8d6a9f",
    "onnxruntime": "#9aa5b1",
}
INK = "#444444"


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write a picture of the least times; rows whose checks disagree are left out."""
    agreeing = [row for row in rows if not row.refused]
    panels = [list(group) for _, group in groupby(agreeing, lambda row: row.task)]
    if not panels:
        raise ValueError("there is nothing to draw: the checks of every row disagree")
    bars = max(sum(len(row.measured) + 1 for row in panel) for panel in panels)
    figure = Figure((5.2 * len(panels), 1.6 + 0.16 * bars), layout="constrained")
    grid = figure.subplots(1, len(panels), squeeze=False)
    for axes, panel in zip(grid[0], panels, strict=True):
        draw_panel(axes, panel)
    shown = {name for row in agreeing for name in row.measured}
    handles = [Patch(color=colour, label=name) for name, colour in COLOURS.items() if name in shown]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write a picture in the format that the file's name ends in, or else as PNG."""
    content = BytesIO()
    figure.savefig(content, format=path.suffix.removeprefix(".") or "png", dpi=160)
    writing.write(path, content.getvalue())


def draw_panel(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw a task: workloads from top to bottom, the frameworks of each in the same order."""
    middles = []
    position = 0
    for row in rows:
        middles.append(position + (len(row.measured) - 1) / 2)
        for name, one in row.measured.items():
            bold = "bold" if name == OURS else "normal"
            bar = axes.barh(position, one.least, height=0.85, color=COLOURS[name])
            axes.bar_label(
                bar, [short(one.least)], padding=3, fontsize=7, color=INK, fontweight=bold
            )
            position += 1
        position += 1  # a gap between workloads
    axes.set_xscale("log")
    axes.margins(x=0.15, y=0.02)
    axes.invert_yaxis()
    axes.set_yticks(middles, [row.workload.name for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_title(TITLES[rows[0].task], loc="left", color=INK)
    axes.set_xlabel("microseconds, less is better", color=INK)
