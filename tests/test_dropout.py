"""Dropout: the mask of the NumPy Philox, and what becomes of the rest."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from reference import assert_close, dropout_mask

import ganglion as gn
from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

DTYPES = [np.float32, np.float64]
COLS = [1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 200]  # around words of 16 and groups of 64
SOURCE = {"seed": 0xFEDCBA9876543210, "stream": 0x80000003, "step": 0x5_0000_0007}
SIGMAS = 5  # the sources are fixed, so that a test that passes goes on passing


def kept(rows: int, cols: int, dtype: Any = np.float32, **source: Any) -> NDArray[np.bool_]:
    return np.asarray(_core.dropout(np.ones((rows, cols), dtype), **source) != 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", COLS)
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_mask_is_that_of_philox(isa: str, rate: float, cols: int, dtype: Any) -> None:
    mask = dropout_mask(9, cols, rate=rate, **SOURCE)
    np.testing.assert_array_equal(kept(9, cols, dtype, rate=rate, **SOURCE), mask)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    rows=st.integers(0, 5),
    cols=st.integers(0, 150),
    rate=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 2**64 - 1),
    stream=st.integers(0, 2**32 - 1),
    step=st.integers(0, 2**64 - 1),
    first_row=st.integers(0, 2**32 - 10),
)
def test_mask_of_any_source_is_that_of_philox(rows: int, cols: int, **source: Any) -> None:
    np.testing.assert_array_equal(kept(rows, cols, **source), dropout_mask(rows, cols, **source))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.25, 0.5, 0.9, 1 - 2.0**-20])
def test_what_is_kept_is_scaled_up(isa: str, rate: float, dtype: Any, rng: Any) -> None:
    x = rng.normal(size=(20, 100)).astype(dtype)
    expected = np.where(dropout_mask(20, 100, rate=rate, **SOURCE), x.astype(float) / (1 - rate), 0)
    assert_close(_core.dropout(x, rate=rate, **SOURCE), expected, family="elementwise")


@pytest.mark.parametrize("dtype", DTYPES)
def test_rate_zero_changes_nothing(isa: str, dtype: Any, rng: Any) -> None:
    x = rng.normal(size=(20, 100)).astype(dtype)
    assert_close(_core.dropout(x, rate=0.0, **SOURCE), x, family="exact")


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.75, 0.99])
def test_rate_is_the_share_that_is_dropped(isa: str, rate: float) -> None:
    mask = kept(1000, 200, rate=rate, **SOURCE)
    assert abs(1 - mask.mean() - rate) < SIGMAS * np.sqrt(rate * (1 - rate) / mask.size)


@pytest.mark.parametrize("axis", [0, 1])
def test_rate_holds_in_each_row_and_column(isa: str, axis: int) -> None:
    mask = kept(1000, 200, rate=0.4, **SOURCE)
    deviation = np.abs(0.6 - mask.mean(axis=axis)).max()
    assert deviation < SIGMAS * np.sqrt(0.4 * 0.6 / mask.shape[axis])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", [1, 64, 100])
def test_mask_of_a_row_does_not_depend_on_where_it_is_worked_on(
    isa: str, cols: int, dtype: Any, rng: Any
) -> None:
    x = rng.normal(size=(30, cols)).astype(dtype)
    together = _core.dropout(x, rate=0.4, **SOURCE)
    for first, last in [(0, 1), (7, 8), (29, 30), (3, 20)]:
        part = _core.dropout(x[first:last], rate=0.4, first_row=first, **SOURCE)
        assert_close(part, together[first:last], family="exact")


def test_mask_of_a_column_does_not_depend_on_the_width(isa: str) -> None:
    wide = kept(10, 200, rate=0.4, **SOURCE)
    for cols in COLS:
        np.testing.assert_array_equal(kept(10, cols, rate=0.4, **SOURCE), wide[:, :cols])


def test_mask_does_not_depend_on_the_type(isa: str) -> None:
    single, double = (kept(10, 200, dtype, rate=0.4, **SOURCE) for dtype in DTYPES)
    np.testing.assert_array_equal(single, double)


def test_lower_rate_drops_a_part_of_what_a_higher_one_does(isa: str) -> None:
    low, high = (kept(10, 200, rate=rate, **SOURCE) for rate in (0.3, 0.6))
    assert not (high & ~low).any()


@pytest.mark.parametrize(
    "other",
    [
        {"seed": SOURCE["seed"] + 1},
        {"seed": SOURCE["seed"] ^ 1 << 63},
        {"stream": SOURCE["stream"] + 1},
        {"step": SOURCE["step"] + 1},
        {"step": SOURCE["step"] + 2**32},
        {"first_row": 500},
    ],
)
def test_masks_of_other_sources_are_independent(isa: str, other: dict[str, int]) -> None:
    one, two = kept(500, 200, rate=0.5, **SOURCE), kept(500, 200, rate=0.5, **SOURCE | other)
    agreement = (one == two).mean()
    assert abs(agreement - 0.5) < SIGMAS * np.sqrt(0.25 / one.size)


def test_neighbours_are_independent(isa: str) -> None:
    mask = kept(500, 200, rate=0.5, **SOURCE)
    for distance in (1, 2, 16, 64):
        for one, two in [
            (mask[:, :-distance], mask[:, distance:]),
            (mask[:-distance], mask[distance:]),
        ]:
            assert abs((one == two).mean() - 0.5) < SIGMAS * np.sqrt(0.25 / one.size)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_may_lie_apart(isa: str, dtype: Any, rng: Any) -> None:
    x = rng.normal(size=(20, 100)).astype(dtype)
    apart = _core.dropout(x[::2, 10:90], rate=0.4, **SOURCE)
    together = _core.dropout(x[::2, 10:90].copy(), rate=0.4, **SOURCE)
    assert_close(apart, together, family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
def test_columns_that_lie_apart_are_read_right_or_refused(isa: str, dtype: Any, rng: Any) -> None:
    x = rng.normal(size=(6, 40)).astype(dtype)
    together = _core.dropout(x[:, ::2].copy(), rate=0.4, **SOURCE)
    try:
        apart = _core.dropout(x[:, ::2], rate=0.4, **SOURCE)
    except ValueError as error:
        assert "contiguous" in str(error)  # noqa: PT017  (either will do)
    else:
        assert_close(apart, together, family="exact")


def test_an_op_before_it_changes_no_mask() -> None:
    x = np.ones((20, 30))
    kept = []
    for before in ([], [gn.Activation("tanh")], [gn.Dense(30), gn.Activation("sigmoid")]):
        net = gn.Sequential([*before, gn.Dropout(0.4), gn.Dropout(0.3)], input_size=30, seed=3)
        kept.append(net.forward(x) != 0)
    np.testing.assert_array_equal(kept[0], kept[1])
    np.testing.assert_array_equal(kept[0], kept[2])
    assert 0.3 < kept[0].mean() < 0.55
