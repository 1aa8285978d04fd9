"""The random numbers: the published vectors, and the core's numbers made from them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close, philox

from ganglion import _core

Array = NDArray[Any]

# Random123's known answers for Philox 4x32-10: counter, key, result.
KNOWN = [
    (
        [0, 0, 0, 0],
        [0, 0],
        [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8],
    ),
    (
        [0xFFFFFFFF] * 4,
        [0xFFFFFFFF, 0xFFFFFFFF],
        [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD],
    ),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]
SOURCES = [(0, 0), (1, 0), (0, 1), (2**64 - 1, 2**32 - 1), (0x299F31D0A4093822, 0x40000007)]
COUNT = 100_000
SIGMAS = 5  # the sources below are fixed, so that a test that passes goes on passing


def pairs(seed: int, stream: int, indices: Array) -> Array:
    """Return two numbers in [0, 1) for each index, shape `(indices, 2)`: words 0 and 1, 2 and 3."""
    zero = np.zeros_like(indices)
    words = philox([indices, zero, zero, zero + stream], seed).astype(np.uint64)
    bits = words[0::2] << np.uint64(32) | words[1::2]
    return (bits >> np.uint64(11)).T * 2.0**-53


def uniform(seed: int, stream: int, count: int) -> Array:
    return pairs(seed, stream, np.arange((count + 1) // 2)).ravel()[:count]


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN)
def test_reference_gives_the_published_numbers(
    counter: list[int], key: list[int], block: list[int]
) -> None:
    assert philox(counter, key[1] << 32 | key[0]).tolist() == block


def test_core_gives_the_published_numbers() -> None:
    block = KNOWN[0][2]
    first, second = _core.random_uniform(0, 0, 2)
    assert first == ((block[0] << 32 | block[1]) >> 11) / 2**53
    assert second == ((block[2] << 32 | block[3]) >> 11) / 2**53


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize(("seed", "stream"), SOURCES)
def test_uniform_numbers_are_those_of_philox(seed: int, stream: int, count: int) -> None:
    numbers = _core.random_uniform(seed, stream, count)
    assert numbers.dtype == np.float64
    assert_close(numbers, uniform(seed, stream, count), family="exact")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize(("seed", "stream"), SOURCES)
def test_normal_numbers_are_made_of_uniform_pairs(seed: int, stream: int, count: int) -> None:
    u, v = pairs(seed, stream, np.arange((count + 1) // 2)).T
    radius, angle = np.sqrt(-2 * np.log1p(-u)), 2 * np.pi * v
    expected = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]).ravel()[:count]
    scale = np.repeat(radius, 2)[:count]  # next to a zero of the cosine the angle's rounding shows
    actual = _core.random_normal(seed, stream, count)
    assert_close(actual, expected, family="elementwise", scale=scale)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize(("seed", "stream"), SOURCES)
def test_permutation_is_fisher_and_yates(seed: int, stream: int, count: int) -> None:
    expected = np.arange(count)
    draws = pairs(seed, stream, np.arange(count + 1))[:, 0]
    for i in range(count, 1, -1):
        chosen = int(draws[i] * i)
        expected[[i - 1, chosen]] = expected[[chosen, i - 1]]
    order = _core.permutation(seed, stream, count)
    assert order.dtype == np.int64
    assert_close(order, expected, family="exact")


@pytest.mark.parametrize("name", ["random_uniform", "random_normal", "permutation"])
def test_negative_count_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="count is -1, must not be negative"):
        getattr(_core, name)(0, 0, -1)


@pytest.mark.parametrize("name", ["random_uniform", "random_normal"])
def test_numbers_do_not_depend_on_how_many_are_drawn(name: str) -> None:
    draw = getattr(_core, name)
    assert_close(draw(3, 4, 11), draw(3, 4, 1000)[:11], family="exact")


@pytest.mark.parametrize("name", ["random_uniform", "random_normal", "permutation"])
def test_sources_differ(name: str) -> None:
    draw = getattr(_core, name)
    samples = [draw(seed, stream, 1000) for seed, stream in SOURCES]
    for i, one in enumerate(samples):
        for other in samples[i + 1 :]:
            # Independent numbers correlate by 1 / sqrt(count), give or take.
            assert abs(np.corrcoef(one, other)[0, 1]) < SIGMAS / np.sqrt(1000)


def assert_distributed(numbers: Array, distribution: Array) -> None:
    """Kolmogorov and Smirnov: `distribution` is the distribution function at the sorted numbers."""
    steps = np.arange(len(numbers) + 1) / len(numbers)
    furthest = np.maximum(distribution - steps[:-1], steps[1:] - distribution).max()
    assert furthest * np.sqrt(len(numbers)) < 1.95  # one sample in a thousand is further


def test_uniform_numbers_are_uniform() -> None:
    numbers = np.sort(_core.random_uniform(5, 0, COUNT))
    assert numbers[0] >= 0
    assert numbers[-1] < 1
    assert_distributed(numbers, numbers)


def test_normal_numbers_are_normal() -> None:
    special = pytest.importorskip("scipy.special")
    numbers = np.sort(_core.random_normal(6, 0, COUNT))
    assert_distributed(numbers, special.ndtr(numbers))


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_moments_of_normal_numbers(power: int) -> None:
    moment, variance = {1: (0, 1), 2: (1, 2), 3: (0, 15), 4: (3, 96)}[power]
    mean = (_core.random_normal(7, 0, COUNT) ** power).mean()
    assert abs(mean - moment) < SIGMAS * np.sqrt(variance / COUNT)


@pytest.mark.parametrize("name", ["random_uniform", "random_normal"])
@pytest.mark.parametrize("lag", [1, 2, 3, 4])
def test_neighbours_do_not_correlate(name: str, lag: int) -> None:
    numbers = getattr(_core, name)(8, 0, COUNT)
    correlation = np.corrcoef(numbers[:-lag], numbers[lag:])[0, 1]
    assert abs(correlation) < SIGMAS / np.sqrt(COUNT)


def test_every_order_is_as_likely() -> None:
    draws = 24_000
    orders = [tuple(_core.permutation(9, stream, 4)) for stream in range(draws)]
    counts = np.unique(np.array(orders), axis=0, return_counts=True)[1]
    assert len(counts) == 24
    chi_square = (np.square(counts - draws / 24) / (draws / 24)).sum()
    assert chi_square < 23 + SIGMAS * np.sqrt(2 * 23)


def test_every_number_is_as_likely_in_every_place() -> None:
    size, draws = 50, 2000
    counts = np.zeros((size, size))
    for stream in range(draws):
        counts[np.arange(size), _core.permutation(10, stream, size)] += 1
    assert np.abs(counts - draws / size).max() < SIGMAS * np.sqrt(draws / size)
