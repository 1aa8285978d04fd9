"""Losses: what training makes small.

A batch's loss is the weighted mean over its rows, `sum(w * l) / sum(w)`, where `l` is the loss of
a row and `w` its weight (1 when none is given). Of outputs with positions, steps or pixels, each
position is such a row. Called on tensors a loss gives a term for `gn.Model(..., losses=[...])`.
"""

from typing import TYPE_CHECKING

from ganglion._base import attributes, naming
from ganglion.losses.classes import (
    BinaryCrossEntropy,
    CrossEntropy,
    Hinge,
    MultiMargin,
    SquaredHinge,
)
from ganglion.losses.hidden import L1, L2, NormalKL, SparsityKL
from ganglion.losses.loss import CustomLoss, HiddenLoss, Loss
from ganglion.losses.values import (
    AbsoluteError,
    Gamma,
    Gaussian,
    Huber,
    Poisson,
    Quantile,
    SquaredError,
    Tweedie,
)

__all__ = [
    "L1",
    "L2",
    "LOSSES",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "CustomLoss",
    "Gamma",
    "Gaussian",
    "HiddenLoss",
    "Hinge",
    "Huber",
    "Loss",
    "MultiMargin",
    "NormalKL",
    "Poisson",
    "Quantile",
    "SparsityKL",
    "SquaredError",
    "SquaredHinge",
    "Tweedie",
    "get",
]

LOSSES = {
    record.name: record
    for record in (
        CrossEntropy,
        BinaryCrossEntropy,
        SquaredError,
        AbsoluteError,
        Huber,
        Poisson,
        Quantile,
        Gaussian,
        Hinge,
        SquaredHinge,
        MultiMargin,
        Gamma,
        Tweedie,
    )
}


def get(spec: str | Loss | CustomLoss) -> Loss | CustomLoss:
    """Return the loss that `spec` stands for; a loss of one's own is returned as it is.

    Raises:
        TypeError: When it is none, or one without targets, which goes by tensors.
        ValueError: For an unknown name.
    """
    if isinstance(spec, HiddenLoss):
        raise TypeError(
            f"loss must compare outputs with targets, got {spec!r}: Model(..., losses=[...]) takes"
            " it, called on tensors"
        )
    if isinstance(spec, Loss) or (callable(spec) and not isinstance(spec, type)):
        return spec
    return naming.build("loss", spec, LOSSES)


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
