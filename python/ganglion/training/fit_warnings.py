"""Warnings of data that a fit would learn badly, or tell little about."""

from __future__ import annotations

import numpy as np

from ganglion._base import messages
from ganglion.losses import CustomLoss, Loss
from ganglion.training.data import Dataset, Targets
from ganglion.training.far_scales import warn_of_inputs, warn_of_targets
from ganglion.training.objectives import Objective
from ganglion.training.parametrized import Parametrized
from ganglion.training.supervision import classes_of, takes_any_number


def warn_of_other_classes(
    call: str, data: Dataset, held_out: Dataset, objective: Objective
) -> None:
    """Warn where the last rows tell little of those before: where rows are sorted by class."""
    for head, before, after in zip(objective.heads, data.targets, held_out.targets, strict=True):
        trained, last = (_classes_in(part, head.loss) for part in (before, after))
        unseen = sorted(last - trained)
        if unseen:
            said = f"class {unseen[0]} is in none of the rows trained on"
        elif len(last) == 1 < len(trained):
            said = f"all of them are of class {last.pop()}"
        else:
            continue
        messages.warn(
            [
                f"{before.of_call(call)}: validation_split takes the last {len(held_out)} of"
                f" {len(data) + len(held_out)} rows, {said}: shuffle the rows before, or give"
                " validation_data"
            ]
        )


def _classes_in(targets: Targets, loss: Loss | CustomLoss) -> set[int]:
    """Return the numbers of the classes that samples are of; none where the loss has none."""
    labels = classes_of(targets, loss)
    if labels is None:
        return set()
    return set(np.unique(np.rint(labels).astype(np.int64)).tolist())


def warn_of_far_scales(model: Parametrized, objective: Objective, data: Dataset) -> None:
    """Warn of inputs and targets that a network which begins learns badly as they are."""
    weight = data.targets[0].row_weight if len(data.targets) == 1 else None
    for number, (inputs, scale) in enumerate(zip(data.inputs, model.scales, strict=True)):
        port = model.network.inputs[number]
        if scale.columns is None and not port.index_count:
            warn_of_inputs(
                inputs.table,
                weight,
                inputs.labels,
                "begin the network with gn.Normalization, or scale X",
                name=model.name_of_input(number),
                rescale=scale.factor,
                channels=port.channels,
            )
    for head, targets in zip(objective.heads, data.targets, strict=True):
        if takes_any_number(head.loss):
            rows = targets.by_position()
            name = f"y of {targets.name}" if targets.name else "y"
            warn_of_targets(rows.y, rows.weight, "scale y, and predictions back", name=name)
