"""What a perceptron's fit draws at random, in scikit-learn's order."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.utils import check_random_state

from ganglion._base.arrays import Array
from ganglion.estimators.perceptron.arguments import PerceptronArguments

_LARGEST_SEED = np.iinfo(np.int32).max


def draw(
    settings: PerceptronArguments, y: Array, weight: Array | None, classes: int
) -> tuple[Array | None, list[int]]:
    """Return which samples are held out, None for none, and the seed of each unit's order.

    Raises:
        ValueError: When the samples held out all count nothing.
    """
    if classes == 2:
        random_state = check_random_state(settings.random_state)
        _draw_seed(random_state, least=1)
        held_out = _hold_out(settings, y, weight)
        return held_out, [_draw_seed(random_state)]
    held_out = _hold_out(settings, y, weight)
    first = check_random_state(settings.random_state).randint(_LARGEST_SEED, size=classes)
    states = [np.random.RandomState(seed) for seed in first]
    for state in states:
        _draw_seed(state, least=1)
    return held_out, [_draw_seed(state) for state in states]


def _hold_out(settings: PerceptronArguments, y: Array, weight: Array | None) -> Array | None:
    if not settings.early_stopping:
        return None
    splitter = StratifiedShuffleSplit(
        test_size=settings.validation_fraction, random_state=settings.random_state
    )
    _, scored = next(splitter.split(np.zeros((len(y), 1)), y))
    if weight is not None and not weight[scored].any():
        raise ValueError(
            "The sample weights for validation set are all zero, consider using a different"
            " random state."
        )
    held_out = np.zeros(len(y), bool)
    held_out[scored] = True
    return held_out


def _draw_seed(random_state: np.random.RandomState, least: int = 0) -> int:
    return int(random_state.randint(least, _LARGEST_SEED))
