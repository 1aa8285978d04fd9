"""Targets and weights: what a loss compares the outputs with, and what each sample counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion._base.arrays import Array, as_array
from ganglion._base.arrays import found_at as number_at
from ganglion._base.frames import Labels, is_sparse, labels_of
from ganglion._base.locations import at, first_of
from ganglion.graphs.networks import OutputPort
from ganglion.losses import BinaryCrossEntropy, CustomLoss, Loss, SquaredError
from ganglion.training.data import Targets

_LIGHTEST, _HEAVIEST = 1e-30, 1e30  # weights, so that float32 can hold a batch's sum of them

_SIDES = (lambda y: (y == 1) | (y == 0) | (y == -1), "1, or else 0 or -1")
_ALLOWED: Mapping[str, tuple[Callable[[Array], Any], str]] = {  # what targets are, and in words
    "cross_entropy": (lambda y: (y >= 0) & (y <= 1), "a probability from 0 to 1"),
    "binary_cross_entropy": (lambda y: (y >= 0) & (y <= 1), "from 0 to 1"),
    "poisson": (lambda y: y >= 0, "zero or positive"),
    "hinge": _SIDES,
    "squared_hinge": _SIDES,
    "gamma": (lambda y: y > 0, "positive"),
    "tweedie": (lambda y: y >= 0, "zero or positive"),
}


def as_targets(call: str, y: ArrayLike, loss: Loss | CustomLoss, output: OutputPort) -> Targets:
    """Return the targets: at each position of an output the columns that the loss compares.

    Raises:
        TypeError: When `y` holds neither numbers nor bools.
        ValueError: When its shape does not fit, or a value is not one the loss takes.
    """
    try:
        array = as_array(call, "y", y)
    except TypeError:
        _refuse_strings(call, y, loss)
        raise
    places, name = output.shape[:-1], _name(loss)
    widths = loss.target_columns(output.channels) if isinstance(loss, Loss) else (output.channels,)
    table = _in_rows(array, output, widths)
    if table is None:
        rows = len(array) if array.ndim else "samples"
        wanted = ", ".join(str(size) for size in (rows, *places, widths[0]))
        of = (
            f"outputs of shape {output.shape}"
            if places
            else f"a network with {output.channels} outputs"
        )
        numbers = ", ".join(str(size) for size in (rows, *places))
        comma = "" if places else ","
        classes = f", or ({numbers}{comma}) class numbers" if _numbers_classes(loss) else ""
        raise ValueError(
            f"{call}: y has shape {array.shape}, must be ({wanted}) for {of}{classes}"
            f"{_way_out(array, places, loss, widths[0])}"
        )
    targets = Targets(table, positions=output.positions)
    if _numbers_classes(loss) and targets.width == 1:
        check_classes(call, table, output.channels)
    else:
        _check_values(call, name, targets, labels_of(y))
    return targets


def own_targets(call: str, table: Any, loss: Loss) -> Targets:
    """Return inputs that are targets too: a column for each output that the loss compares.

    Args:
        call: The function that was called, for messages.
        table: Finite numbers of shape `(samples, columns)`, or a sparse matrix of rows of such.
        loss: Takes zero, as the numbers that a sparse matrix does not hold.

    Raises:
        ValueError: When a number is not one the loss takes.
    """
    targets = Targets(table)
    _check_values(call, loss.name, targets, None)
    return targets


def _way_out(
    array: Array, places: Sequence[int | None], loss: Loss | CustomLoss, width: int
) -> str:
    """Return what to do about targets of which there is one for each sample, for messages."""
    if array.shape[1:] not in ((), (1,)):
        return ""
    if places:
        return ". For one answer for each sample put gn.Flatten() before the last layer"
    if isinstance(loss, BinaryCrossEntropy | SquaredError) and array.dtype.kind in "iu":
        return f". For class numbers use the loss cross_entropy, or give np.eye({width})[y]"
    return ""


def _in_rows(array: Array, output: OutputPort, widths: Sequence[int]) -> Array | None:
    """Return targets with all numbers of a sample in a row; None where their shape does not fit."""
    places = output.shape[:-1]
    for width in widths:
        fitting = [(*places, width), (output.positions * width,), *([places] if width == 1 else [])]
        if array.ndim and array.shape[1:] in fitting:
            return array.reshape(len(array), output.positions * width)
    return None


def as_weights(
    call: str, rows: int, output: OutputPort, sample_weight: ArrayLike | None
) -> NDArray[np.float64] | None:
    """Return what each sample counts, shape `(samples, positions)`; None where all count the same.

    Args:
        call: The function that was called, for messages.
        rows: How many samples there are.
        output: What they are of.
        sample_weight: A number for each, or one for each of its positions.
    """
    if sample_weight is None:
        return None
    weight = as_array(call, "sample_weight", sample_weight).astype(np.float64)
    by_position = (rows, *output.shape[:-1])
    if weight.shape not in ((rows,), by_position):
        other = f", or {by_position}" if len(by_position) > 1 else ""
        way_out = ": sample_weight.ravel() is" if weight.shape == (rows, 1) else ""
        raise ValueError(
            f"{call}: sample_weight has shape {weight.shape}, must be ({rows},){other}{way_out}"
        )
    check_weights(call, "sample_weight", weight)
    return np.broadcast_to(weight.reshape(rows, -1), (rows, output.positions))


def check_weights(call: str, name: str, weight: NDArray[np.float64]) -> None:
    """Refuse weights, a row for each sample, that are out of range, or of which none counts."""
    table = weight.reshape(len(weight), -1)
    wrong = first_of(~((table == 0) | ((table >= _LIGHTEST) & (table <= _HEAVIEST))))
    if wrong is not None:
        raise ValueError(
            f"{call}: {name} is {found_at(table, wrong)}, must be 0 or from {_LIGHTEST} to"
            f" {_HEAVIEST}"
        )
    if not weight.any():
        raise ValueError(f"{call}: {name} is zero for every sample")


def takes_any_number(loss: Loss | CustomLoss) -> bool:
    """Tell whether a loss is known to compare outputs with numbers of any size."""
    return isinstance(loss, Loss) and loss.name not in _ALLOWED and not loss.numbers_classes


def has_classes(loss: Loss | CustomLoss) -> bool:
    """Tell whether a loss is known to tell classes apart, or yes and no by 1 and 0."""
    return isinstance(loss, BinaryCrossEntropy) or _numbers_classes(loss)


def _numbers_classes(loss: Loss | CustomLoss) -> bool:
    return isinstance(loss, Loss) and loss.numbers_classes


def classes_of(targets: Targets, loss: Loss | CustomLoss) -> Array | None:
    """Return each position's class, `(samples, positions)`; None where there is not just one."""
    if not has_classes(loss):
        return None
    if targets.width == 1:
        return targets.y
    if isinstance(loss, BinaryCrossEntropy):
        return None
    by_position = targets.y.reshape(len(targets.y), targets.positions, targets.width)
    classes: Array = by_position.argmax(axis=2)
    return classes


def _name(loss: Loss | CustomLoss) -> str:
    return loss.name if isinstance(loss, Loss) else "custom"


def _refuse_strings(call: str, y: ArrayLike, loss: Loss | CustomLoss) -> None:
    rule = f"must be numbers for the loss {_name(loss)}"
    if has_classes(loss):
        rule = "number the classes from 0 (numpy.unique(y, return_inverse=True))"
    for label in np.ravel(np.asarray(y, dtype=object)):
        if isinstance(label, str | bytes):
            raise TypeError(f"{call}: y holds strings, such as {label!r}: {rule}")


def check_classes(call: str, labels: Array, classes: int) -> None:
    """Refuse what is not the number of a class, with its row; `(samples, positions)`."""
    if labels.dtype.kind == "f":
        wrong = first_of(labels != np.floor(labels))  # NaN too
        if wrong is not None:
            raise ValueError(f"{call}: y is {found_at(labels, wrong)}, must be a class number")
    wrong = first_of((labels < 0) | (labels >= classes))
    if wrong is not None:
        raise ValueError(
            f"{call}: y is {found_at(labels, wrong)}, must be a class number from 0 to"
            f" {classes - 1}: the network has {classes} outputs"
        )


def found_at(labels: Array, place: Array) -> str:
    """Return one of numbers `(samples, positions)`, and where it is, for messages."""
    row, position = place
    where = f", position {position}" if labels.shape[1] > 1 else ""
    return f"{labels[row, position]} at row {row}{where}"


def _added_up(y: Any) -> Any:
    """Return targets; those of a sparse matrix with one entry for each number."""
    if is_sparse(y) and not y.has_canonical_format:
        y = y.copy()
        y.sum_duplicates()
    return y


def _check_values(call: str, loss: str, targets: Targets, labels: Labels | None) -> None:
    """Refuse targets that are not finite, or not in the range of the loss."""
    y = _added_up(targets.y)
    numbers = y.data.reshape(-1, 1) if is_sparse(y) else y
    allowed, rule = _ALLOWED.get(loss, (np.isfinite, "finite"))
    wrong = first_of(~(allowed(numbers) & np.isfinite(numbers)))
    if wrong is not None:
        value, place = number_at(y, tuple(wrong))
        where = at(*place, y.shape[1], targets.width, labels)
        raise ValueError(f"{call}: y is {value} at {where}, must be {rule} for the loss {loss}")
    if loss == "cross_entropy":
        sums = y.reshape(len(y), targets.positions, targets.width).sum(axis=2)
        far = first_of(np.abs(sums - 1) > 1e-3)
        if far is not None:
            raise ValueError(
                f"{call}: y's probabilities add up to {found_at(sums, far)}, must to 1"
            )
