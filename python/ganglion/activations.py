"""Activations: the nonlinearity of a layer. The arithmetic is in csrc/kernels/activation.inl.h."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from ganglion import _core
from ganglion._base import attributes, checks, naming
from ganglion._base.arguments import explained

_DEFAULT_ALPHA = {"leaky_relu": 0.01, "elu": 1.0}


@explained
@dataclass(frozen=True)
class ActivationFunction:
    """An activation and its setting. Made by `get`, `leaky_relu` and `elu`.

    Args:
        name: One of `names()`.
        alpha: The slope of leaky_relu below zero, or the scale of elu there; 0 for all others.
    """

    name: str
    alpha: float = 0.0

    def __post_init__(self) -> None:
        name = naming.resolve("activation", self.name, names())
        object.__setattr__(self, "name", name)  # the core's, where there are several
        checks.finite("alpha", self.alpha)


def names() -> list[str]:
    """Return the names of all activations."""
    return [*_core.activation_names(), "softmax"]


def trainable_names() -> list[str]:
    """Return the names of those that hidden layers can be trained with.

    step has no useful derivative, and softmax makes shares of a layer, which are for the output.
    """
    return [name for name in names() if name not in ("softmax", "step")]


def get(spec: str | ActivationFunction | None) -> ActivationFunction:
    """Return the activation that `spec` stands for: None is the identity.

    `"logistic"` is another name of `"sigmoid"`, `"linear"` of `"identity"`, `"swish"` of `"silu"`.
    """
    if isinstance(spec, ActivationFunction):
        return spec
    name = naming.resolve("activation", "identity" if spec is None else spec, names())
    return ActivationFunction(name, _DEFAULT_ALPHA.get(name, 0.0))


@explained
def leaky_relu(slope: float = 0.01) -> ActivationFunction:
    """Return `z` above zero and `slope * z` below; the default slope is PyTorch's."""
    checks.non_negative("slope", slope)
    return ActivationFunction("leaky_relu", float(slope))


@explained
def elu(alpha: float = 1.0) -> ActivationFunction:
    """Return `z` above zero and `alpha * (exp(z) - 1)` below (Clevert et al., 2016)."""
    checks.positive("alpha", alpha)
    return ActivationFunction("elu", float(alpha))


if not TYPE_CHECKING:  # else any name would pass the type checker

    def __getattr__(name: str) -> NoReturn:
        by_name = attributes.given_by_name("activation", names())
        known = by_name | attributes.public_names(__name__)
        raise attributes.missing(f"module {__name__!r}", name, known.values(), known)
