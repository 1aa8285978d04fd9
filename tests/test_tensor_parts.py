"""Parts of tensors: as NumPy takes them of one sample, and what would mean something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganglion as gn

STEPS = gn.Input((6, 3))
COLUMNS = gn.Input(5)
X = np.random.default_rng(0).normal(size=(4, 6, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("take", "same"),
    [
        (lambda x: x[-1, :], lambda x: x[:, -1]),
        (lambda x: x[2, :], lambda x: x[:, 2]),
        (lambda x: x[np.int64(2), 1:], lambda x: x[:, 2, 1:]),
        (lambda x: x[5:6, :], lambda x: x[:, 5:6]),
        (lambda x: x[-2:-1, :2], lambda x: x[:, 4:5, :2]),
        (lambda x: x[1:3, 2:], lambda x: x[:, 1:3, 2:]),
        (lambda x: x[:, -2:], lambda x: x[:, :, -2:]),
        (lambda x: x[..., 1], lambda x: x[:, :, 1:2]),
        (lambda x: x[..., -1], lambda x: x[:, :, 2:]),
    ],
)
def test_a_part_is_what_numpy_takes_of_a_sample(
    take: Callable[[Any], Any], same: Callable[[Any], Any], tmp_path: Path
) -> None:
    part = take(STEPS)
    expected = same(X)
    assert part.shape == expected.shape[1:]
    model = gn.Model(STEPS, part)
    np.testing.assert_array_equal(model.predict(X), expected)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(gn.load(tmp_path / "model").predict(X), expected)


@pytest.mark.parametrize("key", [0, 2, -1, slice(1, 3), (slice(None), -1), (slice(None), 2), (1,)])
def test_what_could_be_a_step_or_a_channel_is_refused(key: Any) -> None:
    with pytest.raises(TypeError, match=r"x\[-1, :\], one; samples are not counted; got"):
        STEPS[key]


def test_columns_have_no_positions() -> None:
    assert COLUMNS[1:3].shape == COLUMNS[:, 1:3].shape == COLUMNS[..., 1:3].shape == (2,)
    assert COLUMNS[-1].shape == (1,)
    with pytest.raises(TypeError, match=r"shape \(5,\) is x\[2:5\], some channels; samples"):
        COLUMNS[0, :]


@pytest.mark.parametrize("key", [(6, slice(None)), (-7, slice(None)), (slice(4, 4), slice(None))])
def test_positions_that_are_not_there_are_refused(key: Any) -> None:
    with pytest.raises(ValueError, match=r"positions"):
        STEPS[key]


def test_steps_of_any_number_are_not_taken_by_theirs() -> None:
    with pytest.raises(ValueError, match="any number of steps, of which none can be taken"):
        gn.Input((None, 3))[-1, :]
