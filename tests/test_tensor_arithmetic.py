"""Operators on tensors: those that there are layers for, and what the others are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ganglion as gn

A: Any = gn.Input(3)
B: Any = gn.Input(3)
ARRAY: Any = np.ones(3)
ROWS = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)


@pytest.mark.parametrize(
    "operate", [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a * a + b]
)
def test_sums_and_products_are_numpys(operate: Callable[[Any, Any], Any]) -> None:
    model = gn.Model([A, B], operate(A, B))
    np.testing.assert_array_equal(model.predict(list(ROWS)), operate(*ROWS))


@pytest.mark.parametrize(
    ("operate", "message"),
    [
        (lambda: A + 1, r"^a \+ b: Add takes tensors alone, Add\(\)\(\[a, b\]\), b is 1: a Dense"),
        (lambda: 1 + A, r"^b \+ a: Add takes tensors alone, .* b is 1: a Dense layer around it"),
        (lambda: sum([A, B]), r"^b \+ a: Add takes tensors alone, Add\(\)\(\[a, b\]\), b is 0"),
        (lambda: A * 2, r"^a \* b: Multiply takes tensors alone, .* b is 2: a Dense layer around"),
        (lambda: 2 * A, r"^b \* a: Multiply takes tensors alone"),
        (lambda: ARRAY * A, r"^b \* a: Multiply takes tensors alone, .* b is array\("),
        (lambda: A * ARRAY, r"^a \* b: Multiply takes tensors alone, .* b is array\("),
        (lambda: np.float32(2) * A, r"^b \* a: Multiply takes tensors alone"),
        (
            lambda: A - B,
            r"^a - b: there is no such layer of tensors: a Dense layer around it learn",
        ),
        (lambda: 1 - A, r"^a - b: there is no such layer"),
        (
            lambda: -A,
            r"^-a: there is no such layer of tensors: a Dense layer around it learns sign",
        ),
        (
            lambda: A / 2,
            r"^a / b: there is no such layer of tensors: a Dense layer around it learn",
        ),
        (lambda: A**2, r"^a \*\* b: there is no such layer of tensors: a square is a \* a"),
        (
            lambda: A @ np.eye(3),
            r"^a @ b: .*: Dense\(units, use_bias=False\)\(a\) is a times a matrix",
        ),
        (lambda: np.eye(3) @ A, r"^a @ b: there is no such layer"),
    ],
)
def test_other_operators_say_the_way_out(operate: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        operate()


def test_what_is_refused_does_not_pass_the_type_checker_either() -> None:
    """That is seen by mypy, to which an ignored error that there is not is an error."""
    x = gn.Input(3)
    refused: list[Callable[[], object]] = [
        lambda: x - x,  # type: ignore[operator]
        lambda: -x,  # type: ignore[operator]
        lambda: x / x,  # type: ignore[operator]
        lambda: x**2,  # type: ignore[operator]
        lambda: x @ x,  # type: ignore[operator]
        lambda: list(x),  # type: ignore[call-overload]
    ]
    for operate in refused:
        with pytest.raises(TypeError):
            operate()
