"""The ring of eight Gaussians, as Lin et al. (2018) judge adversarial networks by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganglion.adversarial import GenerativeAdversarialNetwork

Array = NDArray[Any]

DEVIATION, SAMPLES = 0.01, 2500
TURN = 2 * np.pi * np.arange(8) / 8
MODES = np.column_stack([np.cos(TURN), np.sin(TURN)])


def ring(seed: int) -> Array:
    rng = np.random.default_rng(seed)
    x: Array = MODES[rng.integers(8, size=SAMPLES)] + DEVIATION * rng.normal(size=(SAMPLES, 2))
    return x.astype(np.float32)


def quality(seed: int, epochs: int, packing: int) -> tuple[int, float]:
    """Return how many modes are found, and the part of the samples within 3 deviations of one."""
    net = GenerativeAdversarialNetwork(
        2,
        (128, 128),
        (128, 128),
        packing=packing,
        batch_size=100,
        learning_rate_init=2e-3,
        lr_schedule="cosine",
        max_iter=epochs,
        random_state=seed,
    )
    samples = net.fit(ring(seed)).sample(SAMPLES, random_state=seed)
    distances = np.linalg.norm(samples[:, None] - MODES, axis=2)
    near = distances.min(axis=1) < 3 * DEVIATION
    return len(np.unique(distances.argmin(axis=1)[near])), float(near.mean())


def test_most_modes_are_found_soon_where_samples_are_judged_in_packs() -> None:
    modes, near = quality(0, 100, packing=2)
    assert modes > 6
    assert near > 0.3


@pytest.mark.slow
@pytest.mark.parametrize(("packing", "least_modes", "least_near"), [(1, 6, 0.95), (2, 7.5, 0.93)])
def test_modes_are_found_and_samples_are_near_them(
    packing: int, least_modes: float, least_near: float
) -> None:
    found = [quality(seed, 800, packing) for seed in range(5)]
    modes, near = np.median(found, axis=0)
    assert modes >= least_modes, found
    assert near >= least_near, found
