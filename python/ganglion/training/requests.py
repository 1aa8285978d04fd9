"""Fitting: the arguments of a fit, checked, and what the loop makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ganglion._base import checks
from ganglion._base.frames import is_sparse
from ganglion._base.structures import Structure
from ganglion.callbacks import BackupAndRestore, Callback, bars
from ganglion.callbacks import Model as CallbackModel
from ganglion.callbacks.bars import Verbosity
from ganglion.callbacks.hook_names import check_hooks
from ganglion.training.checking import Subject, weighted_by_class
from ganglion.training.class_weights import ClassWeight, refuse_balanced
from ganglion.training.data import Arrays, Dataset
from ganglion.training.fit_warnings import warn_of_far_scales, warn_of_other_classes
from ganglion.training.model_fits import ModelFit
from ganglion.training.objectives import Objective
from ganglion.training.sources import ArraySource, IterableSource, Source, shuffled

_FIT_BATCH = 32  # as in Keras
_EVALUATION_BATCH = 256  # a row's figures do not depend on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What `Model.fit` is given beside the data; see there.

    `call` is the function that was called, for messages.
    """

    call: str
    batch_size: int | None
    epochs: int
    initial_epoch: int
    verbose: Verbosity
    callbacks: Sequence[Callback]
    validation_split: float
    validation_data: Sequence[Any] | Arrays | None
    shuffle: bool
    class_weight: ClassWeight | None
    sample_weight: Any
    steps_per_epoch: int | None

    def __post_init__(self) -> None:
        checks.positive_count("epochs", self.epochs)
        checks.count("initial_epoch", self.initial_epoch)
        checks.fraction("validation_split", self.validation_split)
        checks.flag("shuffle", self.shuffle)
        for name in ("batch_size", "steps_per_epoch"):
            if getattr(self, name) is not None:
                checks.positive_count(name, getattr(self, name))
        if self.initial_epoch >= self.epochs:
            raise ValueError(
                f"initial_epoch is {self.initial_epoch}, must be less than epochs, {self.epochs}"
            )
        checks.listed("callbacks", self.callbacks, "callbacks")
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"callbacks must be instances of Callback, got {callback!r}")
            check_hooks(callback)
        if self.validation_split and self.validation_data is not None:
            raise ValueError("validation_split and validation_data cannot both be given")


def prepare(
    host: CallbackModel,
    subject: Subject,
    objective: Objective,
    x: Any,
    y: Any,
    arguments: Arguments,
) -> ModelFit:
    """Check data and arguments, and return what the loop works with."""
    makes_batches = y is None and not hasattr(x, "__array__")
    if makes_batches and not isinstance(x, Iterable):
        raise TypeError(
            f"{arguments.call}: x must be an array, with y, or an iterable of batches, got"
            f" {checks.shown(x)}"
        )
    if makes_batches and _holds_inputs(x, subject.inputs):
        if objective.heads:
            raise ValueError(f"{arguments.call}: y is missing")
        makes_batches = False
    if makes_batches:
        source, held_out = _iterable_source(subject, objective, x, arguments), None
    else:
        source, held_out = _array_source(subject, objective, x, y, arguments)
    if arguments.validation_data is not None:
        held_out = _validation(subject, objective, arguments.validation_data)
    validation = None if held_out is None else evaluation_source(held_out, None)
    # What is restored, and written, is what no other callback has touched for the next epoch.
    given = sorted(arguments.callbacks, key=lambda one: not isinstance(one, BackupAndRestore))
    shown = bars.get(arguments.verbose)
    return ModelFit(
        objective=objective,
        source=source,
        validation=validation,
        verbose=bool(arguments.verbose),
        host=host,
        callbacks=[*given, shown],
        watcher=shown,
        epochs=range(arguments.initial_epoch, arguments.epochs),
    )


def training_batch(
    call: str,
    subject: Subject,
    objective: Objective,
    batch: tuple[Any, Any, Any],
    class_weight: ClassWeight | None,
) -> Dataset:
    """Check a batch `(x, y, sample_weight)` to train on, and return it as a dataset."""
    refuse_balanced(call, class_weight)
    data = subject.dataset(call, objective, *batch).unfolded()
    return weighted_by_class(call, data, class_weight, objective)


def evaluation_source(data: Dataset, batch_size: int | None) -> ArraySource:
    """Return the batches to evaluate a dataset by."""
    if batch_size is not None:
        checks.positive_count("batch_size", batch_size)
    return ArraySource(data, min(batch_size or _EVALUATION_BATCH, len(data)))


def _validation(subject: Subject, objective: Objective, validation_data: Any) -> Dataset:
    if not objective.heads and not isinstance(validation_data, tuple):
        return subject.dataset("validation_data", objective, validation_data)
    if not isinstance(validation_data, tuple | list) or len(validation_data) not in (2, 3):
        parts = f" of {len(validation_data)}" if isinstance(validation_data, tuple | list) else ""
        raise TypeError(
            "validation_data must be (x, y) or (x, y, sample_weight), got a"
            f" {type(validation_data).__name__}{parts}"
        )
    return subject.dataset("validation_data", objective, *validation_data)


def _holds_inputs(x: Any, inputs: Structure) -> bool:
    """Tell whether what is no array holds samples, or arrays of them, and not batches."""
    if isinstance(x, Mapping) or is_sparse(x):
        return True
    item, depth = x, 0
    while isinstance(item, list | tuple) and item:
        item, depth = item[0], depth + 1
    if isinstance(item, Real):  # of the inputs of a batch: those lie in a list of rows
        return 0 < depth < 4
    of_each = depth == 1 and inputs.kind != "one" and len(x) == len(inputs)
    return of_each and (hasattr(item, "__array__") or is_sparse(item))


def _array_source(
    subject: Subject, objective: Objective, x: Any, y: Any, arguments: Arguments
) -> tuple[Source, Dataset | None]:
    call = arguments.call
    if arguments.steps_per_epoch is not None:
        raise ValueError(f"{call}: steps_per_epoch goes with an iterable of batches, x is an array")
    data = subject.dataset(call, objective, x, y, arguments.sample_weight)
    held_out = None
    if arguments.validation_split:
        count = len(data) - int(len(data) * arguments.validation_split)
        if count in (0, len(data)):
            raise ValueError(
                f"{call}: validation_split is {arguments.validation_split}, must leave rows on both"
                f" sides of {len(data)}"
            )
        data, held_out = data.rows(slice(None, count)), data.rows(slice(count, None))
        warn_of_other_classes(call, data, held_out, objective)
    if arguments.initial_epoch == 0 and objective.state.batches == 0:
        warn_of_far_scales(subject.model, objective, data)
    data = weighted_by_class(call, data, arguments.class_weight, objective)
    batch_size = min(arguments.batch_size or _FIT_BATCH, len(data))
    order = shuffled(subject.model.seed, len(data)) if arguments.shuffle else None
    return ArraySource(data, batch_size, order), held_out


def _iterable_source(
    subject: Subject, objective: Objective, x: Any, arguments: Arguments
) -> Source:
    call = arguments.call
    for name in ("batch_size", "sample_weight"):
        if getattr(arguments, name) is not None:
            raise ValueError(f"{call}: {name} goes with arrays, x is an iterable of batches")
    if arguments.validation_split:
        raise ValueError(f"{call}: validation_split goes with arrays, x is an iterable of batches")

    def as_batch(batch: Any) -> Dataset:
        if not objective.heads and not isinstance(batch, tuple):
            batch = (batch, None)
        if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
            raise TypeError(
                f"{call}: a batch must be (x, y) or (x, y, sample_weight), got"
                f" {type(batch).__name__}"
            )
        weight = batch[2] if len(batch) == 3 else None
        x, y = batch[:2]
        return training_batch(call, subject, objective, (x, y, weight), arguments.class_weight)

    return IterableSource(call, x, arguments.steps_per_epoch or 0, as_batch)
