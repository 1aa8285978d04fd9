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
    AT_LEAST_1,
    INSIDE_0_TO_1,
    NOT_NEGATIVE,
    one_of,
    parameter,
    parametrized,
)
from ganglion.layers import Dense, KSparse, Layer
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
        one_of({"kl", "l1", "k_sparse"}),
        default="kl",
        says='What is kept small: "kl", the divergence of the mean over a batch of each of the'
        ' code\'s numbers from `sparsity_target`; "l1", their sizes; or "k_sparse", how many are'
        " not 0: the largest `n_nonzero_coefs` of each code stay, also in `transform`.",
    )
    sparsity_target: float = parameter(
        INSIDE_0_TO_1,
        default=0.05,
        says='The mean that `sparsity` "kl" aims at, in `(0, 1)`.',
    )
    n_nonzero_coefs: int | None = parameter(
        AT_LEAST_1,
        None,
        default=None,
        says='How many numbers of a code `sparsity` "k_sparse" keeps, at most `n_components`; None:'
        " a tenth of them, but one at least.",
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
    """A sparse autoencoder (Olshausen and Field, 1996; Ng, 2011; Makhzani and Frey, 2013).

    Its codes may have more numbers than samples have features, of which few are active at a time.

    It is the graph of an `Autoencoder` whose code has `ganglion.losses.SparsityKL`, or
    `ganglion.regularizers.L1`, as activity regularizer, or a layer `KSparse` behind it, which has
    `code_activation=None` in Makhzani and Frey's paper. Where samples count differently, so do
    their codes, in the mean over a batch too. `score_samples` goes by the reconstruction alone.

    Args:
        {parameters}
    """

    def _code_layer(self) -> Dense:
        weight = float(self.sparsity_weight)
        kept_small: dict[str, Any] = {
            "kl": SparsityKL(float(self.sparsity_target), weight),
            "l1": L1(weight),
            "k_sparse": None,
        }
        units, regularizer = int(self.n_components), kept_small[self.sparsity]
        return Dense(units, self.code_activation, activity_regularizer=regularizer)

    def _after_code_layer(self) -> list[Layer]:
        return [KSparse(self._active_count())] if self.sparsity == "k_sparse" else []

    def _active_count(self) -> int:
        given = self.n_nonzero_coefs
        return max(1, int(self.n_components) // 10) if given is None else int(given)

    def _check_arguments(self, *, incremental: bool) -> None:
        super()._check_arguments(incremental=incremental)
        if self._active_count() > self.n_components:
            raise ValueError(
                f"n_nonzero_coefs is {self.n_nonzero_coefs}, must be at most n_components,"
                f" {self.n_components}"
            )
        given = self.code_activation
        name = given.name if isinstance(given, ActivationFunction) else given
        if self.sparsity == "kl" and name not in _FROM_0_TO_1:
            raise ValueError(
                f"code_activation is {self.code_activation!r}, must be 'sigmoid' for sparsity 'kl':"
                " it compares how often a number is near 1"
            )
