"""Initializers: the first values of weights and biases, functions of a seed and a stream."""

from typing import TYPE_CHECKING

from ganglion._base import attributes, naming
from ganglion.initializers.fans import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
)
from ganglion.initializers.initializer import Initializer
from ganglion.initializers.others import Constant, Orthogonal, RandomUniform, Zeros

__all__ = [
    "INITIALIZERS",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Orthogonal",
    "RandomUniform",
    "Zeros",
    "default_for",
    "get",
]

INITIALIZERS = {
    record.name: record
    for record in (
        *(GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal),
        *(Orthogonal, Zeros, RandomUniform),
    )
}


def get(spec: str | Initializer) -> Initializer:
    """Return the initializer that `spec` stands for; `Constant` needs a value, so has no name."""
    if isinstance(spec, Initializer):
        return spec
    return naming.build("initializer", spec, INITIALIZERS)


def default_for(activation_name: str) -> Initializer:
    """Return the initializer of weights that feed an activation.

    | activation | initializer |
    | --- | --- |
    | relu, leaky_relu, elu, gelu, silu, mish | `HeUniform` |
    | selu | `LecunNormal` |
    | any other | `GlorotUniform` |
    """
    if activation_name in {"relu", "leaky_relu", "elu", "gelu", "silu", "mish"}:
        return HeUniform()
    if activation_name == "selu":
        return LecunNormal()
    return GlorotUniform()


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
