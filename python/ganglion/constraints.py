"""Constraints: what a layer's weights are held to. The arithmetic is in csrc/kernels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ganglion._base import attributes, checks, naming
from ganglion._base.arguments import explained

__all__ = ["CONSTRAINTS", "MaxNorm", "get"]


def _axis(name: str, value: object) -> None:
    """Check that `value` is the number of an axis of weights."""
    checks.count(name, value)
    if value not in (0, 1):
        raise ValueError(f"{name} must be 0 or 1, got {checks.shown(value)}")


_RULES: Mapping[str, checks.Rule] = {"max_value": checks.positive, "axis": _axis}


@explained
@dataclass(frozen=True)
class MaxNorm:
    """Weights of a limited norm: those that are longer after a step are made as much shorter.

    From Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    2014.

    Args:
        max_value: The largest norm, the root of the sum of squares, positive.
        axis: What of the weights, `(inputs, units)`, has a norm: 0, each unit's incoming ones; 1,
            each input's outgoing ones.
    """

    name: ClassVar[str] = "max_norm"

    max_value: float = 2.0
    axis: int = 0

    def __post_init__(self) -> None:
        checks.fields(self, _RULES)


CONSTRAINTS = {MaxNorm.name: MaxNorm}


def get(spec: str | MaxNorm | None) -> MaxNorm | None:
    """Return the constraint that `spec` stands for; None stands for none."""
    if spec is None or isinstance(spec, MaxNorm):
        return spec
    return naming.build("constraint", spec, CONSTRAINTS)


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
