"""A fit that is given no targets says so, whatever the inputs are; batches are told from those."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

import ganglion as gn

X = np.random.default_rng(0).normal(size=(20, 3))
Y = X[:, :2]
ROWS = sparse.csr_matrix(X)


def one_input() -> gn.Model:
    return gn.MLP([3, 2])


def two_inputs() -> gn.Model:
    a, b = gn.Input(3, name="a"), gn.Input(3, name="b")
    return gn.Model([a, b], gn.Dense(2)(a + b))


WITHOUT: dict[str, tuple[Any, Any]] = {
    "a dictionary": (two_inputs, {"a": X, "b": X}),
    "a list of arrays": (two_inputs, [X, X]),
    "a list of sparse matrices": (two_inputs, [ROWS, ROWS]),
    "a sparse matrix": (one_input, ROWS),
    "an array": (one_input, X),
    "a list of rows": (one_input, X.tolist()),
    "a tuple of rows": (one_input, tuple(map(tuple, X.tolist()))),
    "a list of two rows of two": (one_input, X[:2, :2].tolist()),
    "a list of sequences": (one_input, X[:, :, None].tolist()),
}
BATCHES: dict[str, Any] = {
    "arrays": [(X, Y)],
    "arrays in lists": [[X, Y], [X, Y]],
    "lists of rows": [(X.tolist(), Y.tolist())],
    "an iterator": iter([(X, Y)]),
}


@pytest.mark.parametrize("case", WITHOUT)
def test_targets_that_are_missing_are_told(case: str) -> None:
    make, x = WITHOUT[case]
    net = make()
    net.compile("sgd", loss="squared_error")
    with pytest.raises(ValueError, match=r"^fit: y is missing$"):
        net.fit(x, verbose=0)


@pytest.mark.parametrize("case", BATCHES)
def test_batches_need_no_targets_beside_them(case: str) -> None:
    net = one_input()
    net.compile("sgd", loss="squared_error")
    assert len(net.fit(BATCHES[case], verbose=0)) == 1


@pytest.mark.parametrize("x", [["a"], [X], [(X,)], [None]])
def test_what_is_neither_is_told(x: Any) -> None:
    net = one_input()
    net.compile("sgd", loss="squared_error")
    with pytest.raises(TypeError, match=r"fit: a batch must be \(x, y\) or"):
        net.fit(x, verbose=0)
