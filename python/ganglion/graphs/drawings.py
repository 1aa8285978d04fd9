"""Drawings: a network as SVG, its boxes in ranks, with an arrow for each tensor between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from ganglion.graphs.layouts import Layout, Point, Size, laid_out
from ganglion.graphs.sketches import Box

Direction = Literal["TB", "BT", "LR", "RL"]
DIRECTIONS = ("TB", "BT", "LR", "RL")

_FONT, _CHARACTER, _LINE = 12, 7.3, 16.0  # a letter's size, and what it takes across and down
_PADDING, _MARGIN = 10.0, 12.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing, which a notebook shows by itself.

    Attributes:
        svg: The drawing as text.
    """

    svg: str

    def _repr_svg_(self) -> str:
        """Return what a notebook shows."""
        return self.svg

    def __repr__(self) -> str:
        return f"<Drawing, {len(self.svg):,} characters of SVG>"


def drawn(boxes: Sequence[Box], texts: Sequence[Sequence[str]], direction: Direction) -> Drawing:
    """Return a drawing of boxes.

    Args:
        boxes: They.
        texts: The lines of each.
        direction: Where the ranks go: from top to bottom, "TB", and so on.
    """
    sizes = [_size_of(lines) for lines in texts]
    lies = direction in ("LR", "RL")
    layout = laid_out(boxes, [size[::-1] if lies else size for size in sizes])
    width, height = layout.size[::-1] if lies else layout.size
    size = (width + 2 * _MARGIN, height + 2 * _MARGIN)
    parts = [*_arrows(layout, direction), *_boxes(layout, sizes, texts, direction)]
    frame = f'width="{size[0]:.1f}" height="{size[1]:.1f}"'
    view = f'viewBox="0 0 {size[0]:.1f} {size[1]:.1f}"'
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" {frame} {view}'
    head = f'font-family="monospace" font-size="{_FONT}" text-anchor="middle">'
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7"'
        ' markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>'
    )
    ground = '<rect class="ground" width="100%" height="100%" fill="white"/>'
    return Drawing("\n".join([f"{begin} {head}", tip, ground, *parts, "</svg>\n"]))


def _size_of(lines: Sequence[str]) -> Size:
    longest = max(len(line) for line in lines)
    return longest * _CHARACTER + 2 * _PADDING, len(lines) * _LINE + _PADDING


def _turned(point: Point, layout: Layout, direction: Direction) -> Point:
    """Return where a point of a layout is in the drawing."""
    across, along = point
    if direction in ("BT", "RL"):
        along = layout.size[1] - along
    x, y = (along, across) if direction in ("LR", "RL") else (across, along)
    return x + _MARGIN, y + _MARGIN


def _arrows(layout: Layout, direction: Direction) -> list[str]:
    arrows = []
    for (source, target), way in layout.ways.items():
        turned = [_turned(point, layout, direction) for point in way]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in turned)
        ends = f'data-from="{source}" data-to="{target}"'
        line = 'fill="none" stroke="#555" marker-end="url(#tip)"'
        arrows.append(f'<path class="arrow" {ends} d="M{path}" {line}/>')
    return arrows


def _boxes(
    layout: Layout, sizes: Sequence[Size], texts: Sequence[Sequence[str]], direction: Direction
) -> list[str]:
    boxes = []
    for (across, along), size, lines in zip(layout.corners, sizes, texts, strict=True):
        width, height = size
        extent = size[::-1] if direction in ("LR", "RL") else size
        opposite = (across + extent[0], along + extent[1])
        turned = [_turned(one, layout, direction) for one in ((across, along), opposite)]
        x, y = (min(values) for values in zip(*turned, strict=True))
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        boxes.append(f'<rect class="box" {place} rx="4" fill="#eef3fa" stroke="#456"/>')
        for number, line in enumerate(lines, 1):
            down = y + number * _LINE
            weight = ' font-weight="bold"' if number == 1 else ""
            where = f'x="{x + width / 2:.1f}" y="{down:.1f}"'
            boxes.append(f"<text {where}{weight}>{escape(line)}</text>")
    return boxes
