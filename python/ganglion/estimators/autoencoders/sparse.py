"""The sparse autoencoder."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any

from ganglion._base.arguments import explained
from ganglion.activations import ActivationFunction
from ganglion.estimators.autoencoders.autoencoder import (
    ReconstructingAutoencoder,
    ReconstructionArguments,
)
from ganglion.estimators.shared.hidden_layers import ACTIVATIONS, Activation
from ganglion.estimators.shared.parameters import (
    INSIDE_0_TO_1,
    NOT_NEGATIVE,
    one_of,
    parameter,
    parametrized,
)
from ganglion.layers import Dense
from ganglion.losses import SparsityKL
from ganglion.regularizers import L1

_FROM_0_TO_1 = ("sigmoid", "logistic")


@parametrized
class SparsityArguments(ReconstructionArguments):
    """What it is told of its codes."""

    _: KW_ONLY
    code_activation: Activation | None = parameter(
        one_of(ACTIVATIONS),
        ActivationFunction,
        None,
        default="sigmoid",
        says='The code\'s activation; None: the identity. `sparsity` "kl" needs a sigmoid.',
    )
    sparsity: str = parameter(
        one_of({"kl", "l1"}),
        default="kl",
        says='What is kept small: "kl", the divergence of the mean over a batch of each of the'
        ' code\'s numbers from `sparsity_target`; or "l1", their sizes.',
    )
    sparsity_target: float = parameter(
        INSIDE_0_TO_1,
        default=0.05,
        says='The mean that `sparsity` "kl" aims at, in `(0, 1)`.',
    )
    sparsity_weight: float = parameter(
        NOT_NEGATIVE,
        default=0.1,
        says="What it counts beside the loss, which is a mean over features: Ng's beta is this"
        " times half of their number.",
    )


@explained
@parametrized
class SparseAutoencoder(ReconstructingAutoencoder, SparsityArguments):
    """A sparse autoencoder (Olshausen and Field, 1996; Ng, 2011).

    Its codes may have more numbers than samples have features, of which few are active at a time.

    It is the graph of an `Autoencoder` whose code has `ganglion.losses.SparsityKL`, or
    `ganglion.regularizers.L1`, as activity regularizer. Samples all count the same. `score_samples`
    goes by the reconstruction alone.

    Args:
        {parameters}
    """

    def _code_layer(self) -> Dense:
        weight = float(self.sparsity_weight)
        by_mean = self.sparsity == "kl"
        kept_small: Any = SparsityKL(float(self.sparsity_target), weight) if by_mean else L1(weight)
        return Dense(int(self.n_components), self.code_activation, activity_regularizer=kept_small)

    def _check_arguments(self, *, incremental: bool) -> None:
        super()._check_arguments(incremental=incremental)
        given = self.code_activation
        name = given.name if isinstance(given, ActivationFunction) else given
        if self.sparsity == "kl" and name not in _FROM_0_TO_1:
            raise ValueError(
                f"code_activation is {self.code_activation!r}, must be 'sigmoid' for sparsity 'kl':"
                " it compares how often a number is near 1"
            )
