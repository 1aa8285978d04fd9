"""Finding a learning rate: by a few steps in which it rises, and which are undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.models.model import Model
from ganglion.training import requests
from ganglion.training.class_weights import ClassWeight
from ganglion.training.data import Arrays
from ganglion.training.rate_trials import LearningRateCurve, tried
from ganglion.training.requests import Arguments

_CALL = "find_learning_rate"


@explained
def find_learning_rate(
    model: Model,
    x: Arrays | Iterable[Any],
    y: Arrays | None = None,
    batch_size: int | None = None,
    *,
    min_lr: float = 1e-6,
    max_lr: float = 10.0,
    steps: int = 100,
    early_stop_threshold: float = 4.0,
    class_weight: ClassWeight | None = None,
    sample_weight: Arrays | None = None,
) -> LearningRateCurve:
    """Try learning rates that rise from step to step, and tell the loss of each (Smith, 2015).

    A good rate lies where the loss falls most steeply, below the one from which it grows. The model
    is left with the same bits, what its optimizer remembers and its random numbers too. Whatever
    rate or schedule it was compiled with stays; `model.learning_rate = curve.suggestion` sets
    another.

    Args:
        model: A compiled model.
        x: Inputs, or an iterable of batches; with `y`, `batch_size`, `class_weight` and
            `sample_weight` as `Model.fit` takes them. All are gone over as often as the steps need;
            an iterator, which can be gone over only once, is refused.
        y: Targets.
        batch_size: Samples a step: the best rate depends on it.
        min_lr: The first rate, positive.
        max_lr: The last, higher. In between they rise by the same factor.
        steps: How many rates are tried, at least 2.
        early_stop_threshold: How many times as large as its least the smoothed loss may be; what
            is larger ends the trial, as does a loss that is not finite.
        class_weight: What the samples of a class count.
        sample_weight: What each sample counts.

    Returns:
        The record of `learning_rates` and `losses`, with a `suggestion` and `plot()`.

    Raises:
        TypeError: When `model` is none, or `x` is an iterator.
        ValueError: When an argument is out of its range, or the model is not compiled.
        LossNotFiniteError: When the first loss is not finite.
        RuntimeError: While another call uses the model; nothing has been touched.
    """
    if not isinstance(model, Model):
        raise TypeError(f"{_CALL}: model must be a model, got {checks.shown(model)}")
    checks.positive("min_lr", min_lr)
    checks.positive("max_lr", max_lr)
    checks.positive_count("steps", steps)
    checks.positive("early_stop_threshold", early_stop_threshold)
    if max_lr <= min_lr:
        raise ValueError(f"max_lr is {max_lr}, must be higher than min_lr, {min_lr}")
    if early_stop_threshold <= 1:
        raise ValueError(f"early_stop_threshold must be more than 1, got {early_stop_threshold}")
    if steps < 2:
        raise ValueError(f"steps must be at least 2, got {steps}")
    if y is None and isinstance(x, Iterator):
        raise TypeError(
            f"{_CALL}: x is an iterator, whose batches would be used up and missing in a fit: give"
            " what can be gone over again, such as a list of batches"
        )
    arguments = Arguments(
        call=_CALL,
        batch_size=batch_size,
        epochs=1,
        initial_epoch=0,
        verbose=0,
        callbacks=(),
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=class_weight,
        sample_weight=sample_weight,
        steps_per_epoch=None,
    )
    objective = model._objective(_CALL)
    source = requests.prepare(model, model._subject, objective, x, y, arguments).source
    model._tapes.drop_gradient()
    rates = np.geomspace(min_lr, max_lr, int(steps))
    return tried(_CALL, objective, source, rates, early_stop_threshold)
