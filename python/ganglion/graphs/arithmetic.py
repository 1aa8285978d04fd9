"""Arithmetic of tensors: what there are layers for, and, of what there are not, the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar

from ganglion._base.checks import shown
from ganglion.layers import Add, Layer, Multiply

Operand = TypeVar("Operand")

_LEARNT = "a Dense layer around it learns signs, factors and constants, or the data have them"


def _no_layer(written: str, way: str) -> Callable[..., NoReturn]:
    """Return an operator that is refused."""

    def refuse(*_: object) -> NoReturn:
        raise TypeError(f"{written}: there is no such layer of tensors: {way}")

    return refuse


class Arithmetic:
    """What `+` and `*` are for tensors, and that other operators are not."""

    __slots__ = ()
    __array_ufunc__: ClassVar[None] = None  # NumPy's arrays leave the operators to the tensor

    def __add__(self, other: Self) -> Self:
        return _joined(Add(), "+", self, other)

    def __radd__(self, other: Self) -> Self:
        return _joined(Add(), "+", other, self)

    def __mul__(self, other: Self) -> Self:
        return _joined(Multiply(), "*", self, other)

    def __rmul__(self, other: Self) -> Self:
        return _joined(Multiply(), "*", other, self)

    if not TYPE_CHECKING:  # else what is refused would pass the type checker
        __sub__ = __rsub__ = _no_layer("a - b", _LEARNT)
        __neg__ = _no_layer("-a", _LEARNT)
        __truediv__ = __rtruediv__ = _no_layer("a / b", _LEARNT)
        __pow__ = __rpow__ = _no_layer("a ** b", "a square is a * a")
        __matmul__ = __rmatmul__ = _no_layer(
            "a @ b", "Dense(units, use_bias=False)(a) is a times a matrix that it learns"
        )


def _joined(layer: Layer, sign: str, *operands: Operand) -> Operand:
    """Return what comes out of a layer for two tensors."""
    given: Sequence[Any] = operands
    wrong = [one for one in given if not isinstance(one, Arithmetic)]
    if wrong:
        kind = type(layer).__name__
        written = f" {sign} ".join("a" if isinstance(one, Arithmetic) else "b" for one in given)
        raise TypeError(
            f"{written}: {kind} takes tensors alone, {kind}()([a, b]), b is {shown(wrong[0])}:"
            f" {_LEARNT}"
        )
    joined: Operand = layer(given)
    return joined
