"""Scales: numbers less a shift, in units of their own, and back."""

import numpy as np
import pytest

from ganglion._base.scaling import Scale


def test_a_measured_scale_gives_mean_0_and_deviation_1(rng: np.random.Generator) -> None:
    values = rng.normal(1e6, 3.0, 1000)
    scaled = Scale.measured(values).apply(values)
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-9)


@pytest.mark.parametrize("value", [0.1, -7.0, 1e300])
def test_what_does_not_vary_is_not_divided(value: float) -> None:
    assert Scale.measured(np.full(7, value)) == Scale(value, 1.0)


def test_what_is_scaled_comes_back_in_float64() -> None:
    scale = Scale(np.array([1e9, -2.0]), np.array([0.5, 4.0]))
    values = np.array([[1e9 + 1, 6.0], [1e9 - 2, -2.0]])
    scaled = scale.apply(values)
    np.testing.assert_array_equal(scaled, [[2, 2], [-4, 0]])
    np.testing.assert_array_equal(scale.undo(scaled.astype(np.float32)), values)
    np.testing.assert_array_equal(scale.undo_spread(np.array([[2, 1]], np.float32)), [[1, 4]])
