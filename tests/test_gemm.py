"""The matrix product against the oracle.

Most operands are whole numbers, or eighths: their products and sums are exact in both types, in any
order, so that nothing has to be forgiven and a wrong or missing term cannot hide in a tolerance.
"""

import itertools
from typing import Any

import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from products import DTYPES, Array, gemm, whole
from reference import ACTIVATIONS, DERIVATIVES, assert_close

from ganglion import _core

pytestmark = pytest.mark.kernel

ROWS = [0, 1, 5, 6, 7, 8, 9, 13, 14, 15, 29]  # around tiles of 6, 8 and 14
COLS = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    32,
    33,
    65,
]  # around vectors and tiles of 4 to 32
DEPTHS = [0, 1, 255, 256, 257, 513]  # around blocks of 256
BLOCKS = [(1, 600), (85, 513), (113, 512), (225, 511), (240, 9), (97, 1025), (15, 700), (29, 1300)]
LAYOUTS = ["rows", "columns", "strided", "reversed"]
ALPHA = {"leaky_relu": 0.125, "elu": 1.5}
FROM_INPUT = ["gelu", "silu", "mish"]  # the derivative is made from z; else from phi(z)


def eighths(rng: np.random.Generator, dtype: Any, *shape: int) -> Array:
    return (rng.integers(-8, 9, shape) / 8).astype(dtype)


def laid_out(x: Array, layout: str) -> Array:
    """Return the same matrix with other strides, among NaN."""
    if layout == "columns":
        return np.asfortranarray(x)
    if layout == "strided":
        around = np.full((2 * x.shape[0], 3 * x.shape[1]), np.nan, x.dtype)
        around[::2, ::3] = x
        return around[::2, ::3]
    if layout == "reversed":
        return np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    return np.ascontiguousarray(x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n"), list(itertools.product(ROWS, COLS)))
def test_product_is_exact_at_the_edges_of_tiles(
    isa: str, m: int, n: int, dtype: Any, rng: np.random.Generator
) -> None:
    for k in DEPTHS:
        a, b = whole(rng, dtype, m, k), whole(rng, dtype, k, n)
        assert_close(gemm(a, b), reference.gemm(a, b), family="exact")
        assert_close(gemm(a.T.copy().T, b.T.copy().T), reference.gemm(a, b), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("layout_a", "layout_b"), list(itertools.product(LAYOUTS, LAYOUTS)))
@pytest.mark.parametrize(("m", "n", "k"), [(1, 1, 1), (7, 9, 20), (15, 33, 257), (29, 65, 3)])
def test_product_takes_any_strides(
    isa: str, m: int, n: int, k: int, layout_a: str, layout_b: str, dtype: Any, rng: Any
) -> None:
    a, b = whole(rng, dtype, m, k), whole(rng, dtype, k, n)
    c = gemm(laid_out(a, layout_a), laid_out(b, layout_b))
    assert_close(c, reference.gemm(a, b), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("layout_a", "layout_b"), list(itertools.product(LAYOUTS[:3], LAYOUTS[:3]))
)
@pytest.mark.parametrize(("m", "n"), BLOCKS)
def test_product_is_exact_at_the_edges_of_blocks(
    isa: str, m: int, n: int, layout_a: str, layout_b: str, dtype: Any, rng: Any
) -> None:
    for k in [1, 256, 513]:
        a, b, bias = whole(rng, dtype, m, k), whole(rng, dtype, k, n), whole(rng, dtype, n)
        sums = np.full(n, np.nan, dtype)
        c = gemm(laid_out(a, layout_a), laid_out(b, layout_b), bias=bias, column_sums=sums)
        assert_close(c, reference.gemm(a, b, bias), family="exact")
        assert_close(sums, b.sum(axis=0), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", DEPTHS)
def test_product_of_real_numbers_is_close(isa: str, k: int, dtype: Any, rng: Any) -> None:
    a, b = rng.uniform(-1, 1, (23, k)).astype(dtype), rng.uniform(-1, 1, (k, 75)).astype(dtype)
    assert_close(gemm(a, b), reference.gemm(a, b), family="reduction", depth=k)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", DEPTHS)
@pytest.mark.parametrize("n", COLS)
def test_bias_is_added_to_every_row(isa: str, n: int, k: int, dtype: Any, rng: Any) -> None:
    a, b, bias = whole(rng, dtype, 8, k), whole(rng, dtype, k, n), whole(rng, dtype, n)
    assert_close(gemm(a, b, bias=bias), reference.gemm(a, b, bias), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", DEPTHS)
@pytest.mark.parametrize("n", COLS)
def test_product_is_added_to_what_is_there(isa: str, n: int, k: int, dtype: Any, rng: Any) -> None:
    a, b, start = whole(rng, dtype, 15, k), whole(rng, dtype, k, n), whole(rng, dtype, 15, n)
    c = gemm(a, b, start=start, accumulate=True)
    assert_close(c, reference.gemm(a, b, start), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", [0, 1, 29])
@pytest.mark.parametrize("n", COLS)
def test_column_sums_are_those_of_b(isa: str, n: int, m: int, dtype: Any, rng: Any) -> None:
    for k in DEPTHS:
        a, b = whole(rng, dtype, m, k), whole(rng, dtype, k, n)
        sums = np.full(n, np.nan, dtype)
        gemm(a, b, column_sums=sums)
        assert_close(sums, b.sum(axis=0), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 9, 33, 600])
def test_column_sums_are_added_to_what_is_there(isa: str, n: int, dtype: Any, rng: Any) -> None:
    for k in DEPTHS:
        a, b, before = whole(rng, dtype, 7, k), whole(rng, dtype, k, n), whole(rng, dtype, n)
        sums = before.copy()
        gemm(a, b, start=0, accumulate=True, column_sums=sums)
        assert_close(sums, before + b.sum(axis=0), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize(("m", "n"), [(1, 1), (7, 9), (15, 33), (31, 75)])
def test_activation_is_applied_once(
    isa: str, m: int, n: int, name: str, dtype: Any, rng: Any
) -> None:
    alpha = ALPHA.get(name, 0.0)
    for k in DEPTHS:
        a, b = eighths(rng, dtype, m, k), eighths(rng, dtype, k, n)
        bias, start = eighths(rng, dtype, n), eighths(rng, dtype, m, n)
        z = reference.gemm(a, b)  # 1 + erf cancels in gelu: its error is to be measured against z
        scale = np.abs(z) + 1 if name == "gelu" else 0.0
        c = gemm(a, b, bias=bias, activation=name, alpha=alpha)
        expected = reference.gemm(a, b, bias, name, alpha)
        assert_close(c, expected, family="elementwise", scale=scale)
        c = gemm(a, b, start=start, accumulate=True, activation=name, alpha=alpha)
        expected = reference.gemm(a, b, start, name, alpha)
        assert_close(c, expected, family="elementwise", scale=scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", DERIVATIVES)
@pytest.mark.parametrize(("m", "n"), [(1, 1), (7, 9), (15, 33), (31, 75)])
def test_product_is_multiplied_by_the_derivative_once(
    isa: str, m: int, n: int, name: str, dtype: Any, rng: Any
) -> None:
    alpha = ALPHA.get(name, 0.0)
    u = rng.uniform(-3, 3, (m, n))
    saved = laid_out(
        (u if name in FROM_INPUT else ACTIVATIONS[name](u, alpha)).astype(dtype), "strided"
    )
    for k in DEPTHS:
        a, b = eighths(rng, dtype, m, k), eighths(rng, dtype, k, n)
        c = gemm(a, b, activation=name, alpha=alpha, saved=saved)
        z = reference.gemm(a, b)
        # The derivative is of the size of one, and made from a number rounded to the type.
        expected = z * DERIVATIVES[name](u, alpha)
        assert_close(c, expected, family="elementwise", scale=2 * np.abs(z))


@pytest.mark.parametrize("name", ["step", "unknown"])
def test_derivative_that_is_not_there_is_refused(isa: str, name: str) -> None:
    one = np.ones((1, 1), np.float32)
    with pytest.raises(ValueError, match=name):
        gemm(one, one, activation=name, saved=one)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 9, 33, 65, 600])
def test_nan_stays_in_its_row_and_column(isa: str, n: int, dtype: Any, rng: Any) -> None:
    a, b = whole(rng, dtype, 120, 257), whole(rng, dtype, 257, n)
    expected = reference.gemm(a, b)
    a[13, 256] = np.nan
    b[0, n - 1] = np.nan
    expected[13] = np.nan
    expected[:, n - 1] = np.nan
    assert_close(gemm(a, b), expected, family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("n", [1, 17, 70, 600])
def test_bits_of_a_row_do_not_depend_on_its_batch(
    isa: str, n: int, layout: str, dtype: Any, rng: Any
) -> None:
    a = laid_out(rng.normal(size=(230, 513)).astype(dtype), layout)
    b, bias = rng.normal(size=(513, n)).astype(dtype), rng.normal(size=n).astype(dtype)
    options = {"bias": bias, "activation": "tanh"}
    batch = gemm(a, b, **options)
    for first, last in [(0, 1), (1, 2), (229, 230), (3, 16), (5, 120), (90, 230)]:
        assert_close(gemm(a[first:last], b, **options), batch[first:last], family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", [1, 9, 130])
def test_bits_of_a_column_do_not_depend_on_its_place(
    isa: str, m: int, dtype: Any, rng: Any
) -> None:
    a, b = rng.normal(size=(m, 300)).astype(dtype), rng.normal(size=(300, 600)).astype(dtype)
    whole_product = gemm(a, b)
    for first, last in [(0, 1), (599, 600), (511, 513), (7, 40), (30, 500)]:
        part = gemm(a, np.ascontiguousarray(b[:, first:last]))
        assert_close(part, whole_product[:, first:last], family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n"), [(9, 17), (130, 600)])
def test_bits_do_not_depend_on_the_strides(isa: str, m: int, n: int, dtype: Any, rng: Any) -> None:
    a, b = rng.normal(size=(m, 300)).astype(dtype), rng.normal(size=(300, n)).astype(dtype)
    for layout_a, layout_b in itertools.product(LAYOUTS, LAYOUTS):
        c = gemm(laid_out(a, layout_a), laid_out(b, layout_b))
        assert_close(c, gemm(a, b), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("split", [1, 100, 255, 256, 257, 299])
def test_sum_is_one_chain_along_the_depth(isa: str, split: int, dtype: Any, rng: Any) -> None:
    a, b = rng.normal(size=(20, 300)).astype(dtype), rng.normal(size=(300, 50)).astype(dtype)
    bias = rng.normal(size=50).astype(dtype)
    first = gemm(a[:, :split], b[:split], bias=bias)
    both = gemm(a[:, split:], b[split:], start=first, accumulate=True)
    assert_close(both, gemm(a, b, bias=bias), family="exact")


@pytest.mark.parametrize(("m", "n", "k"), [(0, 5, 3), (3, 0, 2), (0, 0, 0), (3, 5, 0)])
def test_empty_arrays_are_taken(isa: str, m: int, n: int, k: int) -> None:
    c = np.full((m, n), np.nan, np.float32)  # contiguous, unlike the views that `gemm` above gives
    _core.gemm(np.ones((m, k), np.float32), np.ones((k, n), np.float32), c)
    assert_close(c, np.zeros((m, n)), family="exact")


@pytest.mark.parametrize("dtype", DTYPES)
def test_chain_begins_at_the_bias(isa: str, dtype: Any, rng: Any) -> None:
    a, b = rng.normal(size=(20, 300)).astype(dtype), rng.normal(size=(300, 50)).astype(dtype)
    bias = rng.normal(size=50).astype(dtype)
    added = gemm(a, b, start=bias, accumulate=True)
    assert_close(gemm(a, b, bias=bias), added, family="exact")


shapes = st.tuples(
    st.integers(0, 40), st.integers(0, 80), st.integers(0, 40) | st.integers(250, 262)
)
steps = st.tuples(st.sampled_from([-3, -1, 1, 2, 5]), st.sampled_from([-2, -1, 1, 3]))


def with_steps(x: Array, step: tuple[int, int], by_columns: bool) -> Array:
    """Return the same matrix, each row and column that many apart."""
    if by_columns:
        return with_steps(x.T, step, False).T
    around = np.full((x.shape[0] * abs(step[0]), x.shape[1] * abs(step[1])), np.nan, x.dtype)
    view = around[:: step[0], :: step[1]]
    view[:] = x
    return view


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(
    shape=shapes,
    steps_a=steps,
    steps_b=steps,
    by_columns=st.tuples(st.booleans(), st.booleans()),
    dtype=st.sampled_from(DTYPES),
    start=st.sampled_from(["nothing", "bias", "c"]),
    activation=st.sampled_from(["identity", "relu", "leaky_relu", "step"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_product_of_any_shape_and_strides_is_exact(
    shape: tuple[int, int, int],
    steps_a: tuple[int, int],
    steps_b: tuple[int, int],
    by_columns: tuple[bool, bool],
    dtype: Any,
    start: str,
    activation: str,
    seed: int,
) -> None:
    m, n, k = shape
    rng = np.random.default_rng(seed)
    a, b, sums = whole(rng, dtype, m, k), whole(rng, dtype, k, n), np.zeros(n, dtype)
    begin = whole(rng, dtype, m, n) if start == "c" else whole(rng, dtype, n)
    options: dict[str, Any] = {"activation": activation, "alpha": 0.125, "column_sums": sums}
    if start == "bias":
        options["bias"] = begin
    if start == "c":
        options |= {"start": begin, "accumulate": True}
    c = gemm(
        with_steps(a, steps_a, by_columns[0]), with_steps(b, steps_b, by_columns[1]), **options
    )
    expected = reference.gemm(a, b, 0.0 if start == "nothing" else begin, activation, 0.125)
    assert_close(c, expected, family="exact")
    assert_close(sums, b.sum(axis=0), family="exact")


SHAPE = {"a": (3, 4), "b": (4, 5), "c": (3, 5), "bias": (5,), "column_sums": (5,), "saved": (3, 5)}


@pytest.mark.parametrize(
    ("name", "shape", "rule"),
    [
        ("b", (3, 5), "the columns of a are not the rows of b"),
        ("c", (3, 4), "c does not have the product's shape"),
        ("c", (5, 3), "c does not have the product's shape"),
        ("bias", (4,), "bias does not have one value for each column of c"),
        ("column_sums", (6,), "column_sums does not have one value for each column of c"),
        ("saved", (5, 3), "saved does not have c's shape"),
        ("c", (1, 3, 5), "c: has 3 dimensions, must have 1 or 2"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(
    isa: str, name: str, shape: tuple[int, ...], rule: str
) -> None:
    arrays: dict[str, Any] = {
        key: np.zeros(given, np.float32) for key, given in (SHAPE | {name: shape}).items()
    }
    with pytest.raises(ValueError, match=rule):
        _core.gemm(**arrays)


@pytest.mark.parametrize("name", ["b", "c", "bias", "column_sums", "saved"])
def test_arrays_of_another_type_are_refused(isa: str, name: str) -> None:
    arrays: dict[str, Any] = {key: np.zeros(given, np.float32) for key, given in SHAPE.items()}
    arrays[name] = arrays[name].astype(np.float64)
    with pytest.raises(ValueError, match=f"{name}: has type float64, must be float32"):
        _core.gemm(**arrays)


def test_c_that_cannot_be_written_is_refused(isa: str) -> None:
    a, c = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32)
    with pytest.raises(ValueError, match="c: must have contiguous rows"):
        _core.gemm(a, a, c.T)
    c.flags.writeable = False
    with pytest.raises(ValueError, match="c: is read-only"):
        _core.gemm(a, a, c)
