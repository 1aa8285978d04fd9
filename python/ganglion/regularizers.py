"""Regularizers: losses that keep weights, biases or activations of a layer small."""

from typing import TYPE_CHECKING

from ganglion._base import attributes, naming
from ganglion.losses.hidden import L1, L1L2, L2, Regularizer

__all__ = ["L1", "L1L2", "L2", "REGULARIZERS", "Regularizer", "get"]

REGULARIZERS = {record.name: record for record in (L1, L2, L1L2)}


def get(spec: str | Regularizer | None) -> Regularizer | None:
    """Return the regularizer that `spec` stands for; None stands for none."""
    if spec is None or isinstance(spec, Regularizer):
        return spec
    return naming.build("regularizer", spec, REGULARIZERS)


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
