"""Descriptions of models: what `ganglion info` prints, and a line or two."""

from __future__ import annotations

from collections import Counter

import ganglion as gn
from ganglion.graphs import summary
from ganglion.tables.names import listed
from ganglion.tables.parts import Model
from ganglion.tables.wording import plain


def of_model(model: Model, *, columns: bool = False) -> str:
    """Tell layers, target, columns and versions of a model of tables.

    Args:
        model: The model.
        columns: Whether to give a line for each column, and not only their number.
    """
    target, used = model.preparation.target, model.preparation.columns
    lines = [_layers(model.net), "", f"{target.task}: {target.describe()}", ""]
    if columns:
        lines += ["columns:", *(f"  {column.name}: {column.describe()}" for column in used)]
    else:
        kinds = Counter(column.kind for column in used)
        told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        lines += [f"columns: {told}; --columns (columns=True) lists them"]
    lines += ["", "trained with:"]
    lines += [f"  {name} {number}" for name, number in model.versions.items()]
    return "\n".join(lines)


def of_network(net: gn.Model) -> str:
    """Tell the layers of a network that knows no table."""
    return f"{_layers(net)}\nno table: not written by `ganglion train`"


def brief(model: Model) -> str:
    """Tell in a line what a model predicts from what, and in another how well."""
    line = f"{model.task} of {model.target!r} from {listed(model.preparation.names)}"
    if model.figures is None:
        return f"<TableModel: {line}>"
    figures = ", ".join(f"{name} {plain(value)}" for name, value in model.figures.named().items())
    return f"<TableModel: {line}\n on test rows: {figures}>"


def _layers(net: gn.Model) -> str:
    return summary.describe(net.architecture)
