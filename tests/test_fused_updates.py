"""Large weights step in the product that makes their gradient: the same bits as a sweep gives."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.optimizers import OPTIMIZERS, Optimizer

WIDE = 300  # 300 x 300 weights are large enough to step on the way


def train(optimizer: Optimizer, dtype: str, rows: int, batch: int, threads: int) -> NDArray[Any]:
    """Return the parameters after three epochs, and whether dW reached the gradient block."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, WIDE)), rng.integers(0, 4, rows)
    net = gn.MLP([WIDE, WIDE, WIDE, 4], activation="tanh", dtype=dtype)
    net.compile(optimizer=optimizer, loss="cross_entropy")
    net.gradient_vector[:] = 7
    gn.set_num_threads(threads)
    try:
        net.fit(x, y, batch_size=batch, epochs=3, verbose=0)
    finally:
        gn.set_num_threads(None)
    return np.append(net.parameter_vector, (net.gradient_vector == 7).sum())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fused_step_gives_the_bits_of_a_sweep(name: str, dtype: str) -> None:
    record = OPTIMIZERS[name]
    fused = train(record(learning_rate=1e-3, weight_decay=0.01), dtype, 70, 32, 1)
    # A clipping that never clips needs the whole gradient, and so a sweep.
    swept = train(
        record(learning_rate=1e-3, weight_decay=0.01, global_clipnorm=1e30), dtype, 70, 32, 1
    )
    assert fused[-1] == 2 * WIDE * WIDE  # the gradient of the two large weights was never written
    assert swept[-1] == 0
    np.testing.assert_array_equal(fused[:-1], swept[:-1])


@pytest.mark.parametrize("batch", [1, 5, 64, 600])
def test_fused_step_gives_the_same_bits_on_any_team(batch: int) -> None:
    optimizer = gn.optimizers.Adam(clipvalue=1e-3)
    alone = train(optimizer, "float32", 700, batch, 1)
    for threads in (2, 4):
        np.testing.assert_array_equal(train(optimizer, "float32", 700, batch, threads), alone)


def test_update_that_is_not_finite_is_undone() -> None:
    x, y = np.ones((40, WIDE)), np.ones((40, WIDE))
    net = gn.MLP([WIDE, WIDE, WIDE], activation="relu")
    net.compile(optimizer=gn.optimizers.SGD(learning_rate=1e30), loss="squared_error")
    before = net.parameter_vector.copy()
    with pytest.raises(gn.LossNotFiniteError, match="the weights are those before the epoch"):
        net.fit(x, y, batch_size=20, epochs=2, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)
