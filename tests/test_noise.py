"""Noise: normal numbers of the NumPy Philox, what replaces numbers, and what gradients pass."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close, dropout_mask, noise_words, normals

from ganglion import _core

pytestmark = pytest.mark.kernel

Array = NDArray[Any]

DTYPES = [np.float32, np.float64]
COLS = [1, 2, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 127, 129]  # around words, pairs and groups
SOURCE = {"seed": 0xFEDCBA9876543210, "stream": 0x80000003, "step": 0x5_0000_0007}
RATES = [0.0, 0.1, 0.5, 0.9, 1 - 2.0**-20]
SIGMAS = 5  # the sources are fixed, so that a test that passes goes on passing


def drawn(rows: int, cols: int, dtype: Any = np.float64, **source: int) -> Array:
    return _core.add_noise(np.zeros((rows, cols), dtype), deviation=1.0, **(SOURCE | source))


@pytest.fixture(scope="module")
def numbers() -> Array:
    """Two million numbers."""
    return drawn(2000, 1000)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", COLS)
def test_normal_numbers_are_those_of_philox(isa: str, cols: int, dtype: Any) -> None:
    expected, radius = normals(70, cols, **SOURCE)
    assert_close(drawn(70, cols, dtype), expected, family="elementwise", scale=radius)


def test_small_numbers_are_as_precise_as_large_ones(isa: str) -> None:
    """Those of float32, against float64: neither radius nor angle loses digits near 0."""
    expected, _ = normals(2000, 1000, **SOURCE)
    assert np.abs(expected).min() < 1e-5
    assert_close(drawn(2000, 1000, np.float32), expected, family="elementwise")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("deviation", [0.0, 1e-3, 2.5])
def test_noise_is_added(isa: str, deviation: float, dtype: Any, rng: Any) -> None:
    x = rng.normal(size=(20, 100)).astype(dtype)
    n, radius = normals(20, 100, **SOURCE)
    scale = np.abs(x) + deviation * radius
    y = _core.add_noise(x, deviation=deviation, **SOURCE)
    assert_close(y, x + deviation * n, family="elementwise", scale=scale)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_moments_of_normal_numbers(isa: str, numbers: Array, power: int) -> None:
    moment, variance = {1: (0, 1), 2: (1, 2), 3: (0, 15), 4: (3, 96)}[power]
    assert abs((numbers**power).mean() - moment) < SIGMAS * np.sqrt(variance / numbers.size)


def test_normal_numbers_are_normal(isa: str, numbers: Array) -> None:
    """Kolmogorov and Smirnov."""
    special = pytest.importorskip("scipy.special")
    distribution = special.ndtr(np.sort(numbers.ravel()))
    steps = np.arange(numbers.size + 1) / numbers.size
    furthest = np.maximum(distribution - steps[:-1], steps[1:] - distribution).max()
    assert furthest * np.sqrt(numbers.size) < 1.95  # one sample in a thousand is further


@pytest.mark.parametrize(("beyond", "share"), [(3, 2.6998e-3), (4, 6.3342e-5), (5, 5.7330e-7)])
def test_tails_are_those_of_a_normal(isa: str, numbers: Array, beyond: int, share: float) -> None:
    expected = share * numbers.size
    assert abs((np.abs(numbers) > beyond).sum() - expected) < SIGMAS * np.sqrt(expected)


def test_neighbours_are_independent(isa: str, numbers: Array) -> None:
    for distance in (1, 16, 32, 64):
        for one, two in [
            (numbers[:, :-distance], numbers[:, distance:]),
            (numbers[:-distance], numbers[distance:]),
        ]:
            for change in (np.asarray, np.abs):
                correlation = np.corrcoef(change(one).ravel(), change(two).ravel())[0, 1]
                assert abs(correlation) < SIGMAS / np.sqrt(one.size)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": SOURCE["seed"] + 1},
        {"stream": SOURCE["stream"] + 1},
        {"step": SOURCE["step"] + 1},
        {"step": SOURCE["step"] + 2**32},
        {"first_row": 500},
    ],
)
def test_numbers_of_other_sources_are_independent(isa: str, other: dict[str, int]) -> None:
    one, two = drawn(500, 200), drawn(500, 200, **other)
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < SIGMAS / np.sqrt(one.size)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", [1, 33, 64, 100])
def test_noise_of_a_row_does_not_depend_on_where_it_is_worked_on(
    isa: str, cols: int, dtype: Any
) -> None:
    together = drawn(30, cols, dtype)
    for first, last in [(0, 1), (7, 8), (29, 30), (3, 20)]:
        part = drawn(last - first, cols, dtype, first_row=first)
        assert_close(part, together[first:last], family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
def test_noise_of_a_column_does_not_depend_on_the_width(isa: str, dtype: Any) -> None:
    wide = drawn(10, 200, dtype)
    for cols in COLS:
        assert_close(drawn(10, cols, dtype), wide[:, :cols], family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", COLS)
@pytest.mark.parametrize("rate", RATES)
def test_what_is_masked_is_what_dropout_would_zero(
    isa: str, rate: float, cols: int, dtype: Any, rng: Any
) -> None:
    x = rng.normal(size=(9, cols)).astype(dtype)
    masked = _core.corrupt(x, rate=rate, scale=1.0, low=0.0, high=0.0, **SOURCE)
    kept = dropout_mask(9, cols, rate=rate, **SOURCE)
    assert_close(masked, np.where(kept, x, 0), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", COLS)
@pytest.mark.parametrize("rate", RATES)
def test_salt_and_pepper_are_in_place_of_the_same(
    isa: str, rate: float, cols: int, dtype: Any, rng: Any
) -> None:
    x = rng.normal(size=(9, cols)).astype(dtype)
    corrupted = _core.corrupt(x, rate=rate, scale=1.0, low=-0.5, high=2.0, **SOURCE)
    words, kept = noise_words(9, cols, **SOURCE), dropout_mask(9, cols, rate=rate, **SOURCE)
    replaced = np.where(words < int(rate * 2**32) // 2, -0.5, 2.0)
    assert_close(corrupted, np.where(kept, x, replaced), family="exact")


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.99])
def test_salt_is_as_frequent_as_pepper(isa: str, rate: float) -> None:
    ones = np.ones((1000, 200), np.float32)
    corrupted = _core.corrupt(ones, rate=rate, scale=1.0, low=-3.0, high=5.0, **SOURCE)
    for value in (-3, 5):
        deviation = np.sqrt(rate / 2 * (1 - rate / 2) / ones.size)
        assert abs((corrupted == value).mean() - rate / 2) < SIGMAS * deviation


def taped(
    dtype: Any, inputs: list[Array], add: Callable[..., int], dy: Array
) -> tuple[Array, list[Array]]:
    """Return what an op makes of inputs in training, and the gradients that it gives them."""
    graph = _core.Graph()
    x = [graph.input(f"x{i}", one.shape[1]) for i, one in enumerate(inputs)]
    core = getattr(_core, np.dtype(dtype).name)
    tape = core.Tape(
        graph=graph,
        store=core.ParameterStore(graph),
        inputs=x,
        outputs=[add(graph, *x)],
        input_gradients=True,
        max_batch=len(dy),
        seed=SOURCE["seed"],
    )
    y, dx = np.full_like(dy, np.nan), [np.full_like(one, np.nan) for one in inputs]
    tape.forward(inputs, [y], SOURCE["step"])
    tape.backward([dy], dx)
    return y, dx


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cols", COLS)
def test_a_sample_is_the_mean_and_so_many_deviations(
    isa: str, cols: int, dtype: Any, rng: Any
) -> None:
    mean, log_variance, dy = (rng.normal(size=(50, cols)).astype(dtype) for _ in range(3))
    y, (d_mean, d_log_variance) = taped(
        dtype, [mean, log_variance], lambda graph, *x: graph.sampling(*x, 3), dy
    )
    n, radius = normals(50, cols, **SOURCE)
    deviation = np.exp(log_variance.astype(float) / 2)
    scale = np.abs(mean) + deviation * radius
    assert_close(y, mean + deviation * n, family="elementwise", scale=scale)
    assert_close(d_mean, dy, family="exact")
    expected = dy.astype(float) * n * deviation / 2
    size = np.abs(dy) * radius * deviation
    assert_close(d_log_variance, expected, family="elementwise", scale=size)


@pytest.mark.parametrize("dtype", DTYPES)
def test_gradients_pass_where_numbers_are_kept(isa: str, dtype: Any, rng: Any) -> None:
    x, dy = (rng.normal(size=(50, 70)).astype(dtype) for _ in range(2))
    kept = dropout_mask(50, 70, rate=0.4, **SOURCE)
    ops: dict[str, Callable[..., int]] = {
        "all": lambda graph, one: graph.gaussian_noise(one, 0.5, 3),
        "masked": lambda graph, one: graph.masking_noise(one, 0.4, 3),
        "replaced": lambda graph, one: graph.salt_and_pepper_noise(one, 0.4, -1.0, 2.0, 3),
    }
    for name, add in ops.items():
        _, [dx] = taped(dtype, [x], add, dy)
        assert_close(dx, dy if name == "all" else np.where(kept, dy, 0), family="exact")
