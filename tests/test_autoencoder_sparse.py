"""Autoencoders of sparse matrices: rows are in an array some at a time, and no bit is another."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone

from ganglion._base import arrays
from ganglion.autoencoder import (
    Autoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)

Array = NDArray[Any]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = sparse.random_array((130, 12), density=0.2, format="csr", rng=np.random.default_rng(0))
X = ROWS.toarray()
SMALL: dict[str, Any] = {"batch_size": 32, "max_iter": 3, "random_state": 0}
NETS = [
    Autoencoder(2, (8,), **SMALL),
    Autoencoder(2, (8,), loss="binary_cross_entropy", shuffle=False, **SMALL),
    DenoisingAutoencoder(2, (8,), noise="masking", early_stopping=True, **SMALL),
    SparseAutoencoder(4, (8,), sparsity="k_sparse", **SMALL),
    VariationalAutoencoder(2, (8,), **SMALL),
    VariationalAutoencoder(2, (8,), likelihood="bernoulli", early_stopping=True, **SMALL),
]


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 40 rows of `X` be in an array at a time; while training a batch."""
    monkeypatch.setattr(arrays, "_UNFOLDED", 40 * 12)


def answers(net: Any, rows: Any) -> list[Array]:
    asked = [net.transform(rows), net.reconstruct(rows), net.score_samples(rows)]
    if isinstance(net, VariationalAutoencoder):
        asked.append(net.score_samples(rows, n_samples=3))
    return asked


@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
def test_fits_and_answers_are_those_of_the_array(net: Any, dtype: str) -> None:
    x, rows = X.astype(dtype), ROWS.astype(dtype)
    dense, thin = clone(net).fit(x), clone(net).fit(rows)
    assert thin.loss_curve_ == dense.loss_curve_
    assert thin.validation_loss_curve_ == dense.validation_loss_curve_
    for given in (rows, sparse.csc_matrix(rows)):
        for found, expected in zip(answers(thin, given), answers(dense, x), strict=True):
            np.testing.assert_array_equal(found, expected)
    if not net.early_stopping:
        parts = clone(net).partial_fit(rows).partial_fit(rows).partial_fit(x)
        np.testing.assert_array_equal(parts.transform(x), dense.transform(x))


@pytest.mark.usefixtures("few_at_once")
def test_samples_count_as_those_of_the_array() -> None:
    weight = np.linspace(0, 1, len(X))
    dense, thin = (clone(NETS[0]).fit(x, sample_weight=weight) for x in (X, ROWS))
    np.testing.assert_array_equal(thin.transform(X), dense.transform(X))


@pytest.mark.parametrize(
    "net", [NETS[0], NETS[2], NETS[4]], ids=["plain", "held out", "variational"]
)
def test_no_array_of_all_rows_is_held(net: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    rows = sparse.random_array((3000, 400), density=0.01, format="csr", rng=rng)
    monkeypatch.setattr(arrays, "_UNFOLDED", 100 * 400)
    net = clone(net).set_params(max_iter=2)
    whole, stretch = 3000 * 400 * 8, 100 * 400 * 8
    held = {}
    for call in ("fit", "partial_fit", "transform", "score_samples"):
        if call == "partial_fit" and net.early_stopping:
            continue
        tracemalloc.start()
        getattr(net, call)(rows)
        held[call] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert max(held.values()) < 5 * stretch < whole / 5, held


@pytest.mark.parametrize("x", [X * 3, (ROWS * 3).tocsr()], ids=["array", "matrix"])
def test_numbers_that_the_loss_does_not_take_are_told(x: Any) -> None:
    row, column = np.argwhere(X * 3 > 1)[0]
    said = (
        rf"fit, whose target is X: y is {(X * 3)[row, column]} at row {row}, column {column}, must"
        " be from 0 to 1 for the loss binary_cross_entropy"
    )
    with pytest.raises(ValueError, match=said):
        Autoencoder(loss="binary_cross_entropy", **SMALL).fit(x)


def test_numbers_that_a_matrix_has_in_parts_are_added_up() -> None:
    parts = sparse.csr_matrix(([0.25, 0.75, 0.5, 0.75], [1, 1, 0, 0], [0, 2, 4]), shape=(2, 3))
    net = Autoencoder(1, (), loss="binary_cross_entropy", max_iter=1)
    with pytest.raises(ValueError, match=r"y is 1\.25 at row 1, column 0, must be from 0 to 1"):
        net.fit(parts)
    assert parts.nnz == 4
