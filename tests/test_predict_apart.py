"""Many rows through a small network: each member of a team has batches of its own."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

import ganglion as gn
from ganglion import _core

pytestmark = pytest.mark.threads

ROWS = [100_000, 100_001, 100_257]  # so many that waking a team is worth it


@pytest.fixture(autouse=True)
def threads_restored() -> Iterator[None]:
    yield
    gn.set_num_threads(None)


@pytest.fixture
def both_threads() -> Iterator[None]:
    """Two, whatever the clock says of small work."""
    gn.set_num_threads(2)
    _core.set_full_teams(full=True)
    yield
    _core.set_full_teams(full=False)


@pytest.fixture(scope="module")
def net() -> gn.Sequential:
    return gn.MLP([6, 16, 16, 3], activation="tanh")


def table(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 6)).astype(np.float32)


@pytest.mark.parametrize("count", ROWS)
def test_the_bits_are_those_of_one_thread(net: gn.Sequential, count: int) -> None:
    x = table(count)
    gn.set_num_threads(1)
    expected = net.predict(x)
    for threads in (2, 3, 4, 16):
        gn.set_num_threads(threads)
        out = np.full(expected.shape, np.nan, np.float32)
        net.predictor()(x, out=out)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal(net.predict(x), expected)


@pytest.mark.usefixtures("both_threads")
def test_the_outputs_may_lie_where_another_member_has_yet_to_read() -> None:
    """What fits one batch is all read before any of it is written."""
    predictor = gn.MLP([4, 16, 4]).predictor()
    numbers = np.random.default_rng(0).normal(size=(375, 4)).astype(np.float32)
    expected = predictor(numbers[:250].copy())
    for _ in range(20):
        memory = numbers.copy()
        time.sleep(0.002)  # the other member sleeps, and comes late
        predictor(memory[:250], out=memory[125:])
        np.testing.assert_array_equal(memory[125:], expected)


@pytest.mark.parametrize("row", [0, 55_555, 100_000])
def test_a_number_that_is_not_finite_is_found_in_any_members_rows(
    net: gn.Sequential, row: int
) -> None:
    x = table(100_001)
    x[row, 3] = np.nan
    gn.set_num_threads(2)
    with pytest.raises(ValueError, match=rf"X .*row {row}"):
        net.predict(x)
