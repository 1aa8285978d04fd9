"""The autoencoder, and the base of those that compare a sample with its reconstruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import Any

from sklearn.utils.validation import check_is_fitted

from ganglion import losses
from ganglion._base.arguments import explained
from ganglion._base.arrays import Array
from ganglion.activations import ActivationFunction
from ganglion.estimators.autoencoders.base import BaseAutoencoder
from ganglion.estimators.autoencoders.layers import chained, hidden, mirrored, tied
from ganglion.estimators.shared.access import predicts
from ganglion.estimators.shared.hidden_layers import ACTIVATIONS, Activation
from ganglion.estimators.shared.parameters import one_of, parameter, parametrized
from ganglion.graphs.ends import Input
from ganglion.layers import Dense, Layer
from ganglion.losses import BinaryCrossEntropy, Loss
from ganglion.models import Model, inside

_OF_TARGETS = {  # losses whose outputs are what they are compared with
    "absolute_error",
    "binary_cross_entropy",
    "huber",
    "squared_error",
}


class ReconstructingAutoencoder(BaseAutoencoder):
    """Base of the autoencoders with a loss, and codes of a layer."""

    loss: str | Loss
    code_activation: Activation | None
    tied_weights: bool

    def _before_encoder(self) -> list[Layer]:
        """Return what is done to samples before they are encoded while training."""
        return []

    def _code_layer(self) -> Dense:
        """Return the layer whose outputs are the codes."""
        return Dense(int(self.n_components), self.code_activation)

    def _after_code_layer(self) -> list[Layer]:
        """Return what is done to its outputs before they are codes."""
        return []

    def _new_model(self, features: int, dtype: str, seed: int) -> Model:
        self._loss = self._given_loss()
        sizes, activations = self._shape()
        encoder = [*hidden(sizes, activations), self._code_layer()]
        decoder = mirrored(sizes, activations, features, self._output_activation())
        x, code = Input(features), Input(encoder[-1].units)
        encoding = [*encoder, *self._after_code_layer()]
        self.encoder_ = Model(x, chained(encoding, x), dtype=dtype, seed=seed)
        self.decoder_ = Model(code, chained(decoder, code), dtype=dtype, seed=seed)
        last: Sequence[Layer] = tied(encoder, decoder) if self.tied_weights else decoder
        whole = chained([*self._before_encoder(), *encoding, *last], x)
        return Model(x, whole, dtype=dtype, seed=seed)

    def _take_weights(self) -> None:
        weights = self.model_.get_weights()
        count = len(self.encoder_.get_weights())
        kernels, rest = weights[:count][0::2], weights[count:]
        self.encoder_.set_weights(weights[:count])
        if len(rest) < len(self.decoder_.get_weights()):  # they are tied
            pairs = zip(kernels[::-1], rest, strict=True)
            rest = [part for kernel, bias in pairs for part in (kernel.T, bias)]
        self.decoder_.set_weights(rest)

    def _output_activation(self) -> Activation | None:
        """Return the output layer's activation, which the loss looks behind."""
        return "sigmoid" if isinstance(self._loss, BinaryCrossEntropy) else None

    def _check_arguments(self, *, incremental: bool) -> None:
        super()._check_arguments(incremental=incremental)
        self._given_loss()

    def _given_loss(self) -> Loss:
        """Return the loss that is meant by the argument.

        Raises:
            ValueError: When its outputs are not what they are compared with.
        """
        known = losses.get(self.loss)
        if not isinstance(known, Loss) or known.name not in _OF_TARGETS:
            names = ", ".join(sorted(_OF_TARGETS))
            raise ValueError(f"loss is {self.loss!r}, must be one of {names}")
        return known

    @predicts
    def score_samples(self, X: Any) -> Array:
        """Return less each sample's loss, shape `(samples,)`: the higher, the more normal it is.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
        """
        check_is_fitted(self)
        return -self._scores(X, lambda rows: inside.row_losses(self.model_, rows))


@parametrized
class ReconstructionArguments:
    """What such an autoencoder is told."""

    _: KW_ONLY
    code_activation: Activation | None = parameter(
        one_of(ACTIVATIONS),
        ActivationFunction,
        None,
        default=None,
        says="The code's activation; None: the identity.",
    )
    loss: str | Loss = parameter(
        one_of(_OF_TARGETS),
        Loss,
        default="squared_error",
        says='What compares a sample with its reconstruction: "squared_error", "absolute_error",'
        ' "huber", or "binary_cross_entropy" of numbers from 0 to 1, whose network ends in a'
        " sigmoid; or such a record of `ganglion.losses`. A row's loss is the mean over features.",
    )
    tied_weights: bool = parameter(
        "boolean",
        default=False,
        says="Whether the layers after the code have the kernels of those before it, transposed.",
    )


@explained
@parametrized
class Autoencoder(ReconstructingAutoencoder, ReconstructionArguments):
    """An autoencoder (Bourlard and Kamp, 1988; Hinton and Salakhutdinov, 2006).

    A network is trained to give its input again through a code of few numbers. Without hidden
    layers its codes span the subspace of the principal components (Baldi and Hornik, 1989).

    It is the graph of `Dense` layers before the code, and their mirror image after it, `Dense` or
    `Tied`, with the input as the target.

    Args:
        {parameters}
    """
