"""Plotting: a model's network drawn, to a file and to what a notebook shows."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from ganglion._base import checks, naming, writing
from ganglion._base.arguments import explained
from ganglion.graphs.drawings import DIRECTIONS, Direction, Drawing, drawn
from ganglion.graphs.sketches import Box, sketched


@explained
def plot_model(
    model: Any,
    to_file: str | PathLike[str] | None = None,
    show_shapes: bool = True,
    show_layer_names: bool = False,
    rankdir: Direction = "TB",
    expand_nested: bool = False,
) -> Drawing:
    """Draw a network: its inputs and layers as boxes, with an arrow for each tensor between two.

    No other program is needed. The same network gives the same bytes.

    Args:
        model: A model, or a fitted multi-layer perceptron of `ganglion.neural_network`.
        to_file: An SVG file to write; None: none. Folders are made.
        show_shapes: Whether boxes tell the shapes of what comes out.
        show_layer_names: Whether boxes tell their places in the network, such as "layers.0", which
            parameters are named by; an input tells its name.
        rankdir: Where the arrows go: from top to bottom, "TB", "BT", "LR" or "RL".
        expand_nested: Whether the layers of models within it are drawn; else each model is a box.

    Returns:
        The drawing, with its text in `svg`.

    Raises:
        TypeError: When `model` is neither, or an argument of another type.
        ValueError: When `to_file` does not end in .svg, or `rankdir` is another.
    """
    if not hasattr(model, "architecture"):
        raise TypeError(f"model must be a model or a fitted estimator, got {checks.shown(model)}")
    for name, value in (
        ("show_shapes", show_shapes),
        ("show_layer_names", show_layer_names),
        ("expand_nested", expand_nested),
    ):
        checks.flag(name, value)
    naming.resolve("rankdir", rankdir, DIRECTIONS)
    path = None if to_file is None else Path(to_file)
    if path is not None and path.suffix.lower() != ".svg":
        raise ValueError(f"to_file must end in .svg, got {str(path)!r}")
    boxes = sketched(model.architecture, expand_nested=expand_nested)
    texts = [_lines(box, shapes=show_shapes, names=show_layer_names) for box in boxes]
    drawing = drawn(boxes, texts, rankdir)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        writing.write(path, drawing.svg.encode())
    return drawing


def _lines(box: Box, *, shapes: bool, names: bool) -> list[str]:
    return [box.text, *([box.place] if names else []), *(box.shapes if shapes else ())]
