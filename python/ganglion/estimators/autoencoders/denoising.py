"""The denoising autoencoder."""

from __future__ import annotations

from dataclasses import KW_ONLY

from ganglion._base.arguments import explained
from ganglion.estimators.autoencoders.autoencoder import (
    ReconstructingAutoencoder,
    ReconstructionArguments,
)
from ganglion.estimators.shared.parameters import NOT_NEGATIVE, one_of, parameter, parametrized
from ganglion.layers import GaussianNoise, Layer, MaskingNoise, SaltAndPepperNoise

_NOISES = {
    "gaussian": GaussianNoise,
    "masking": MaskingNoise,
    "salt_and_pepper": SaltAndPepperNoise,
}


@parametrized
class NoiseArguments:
    """What it is told of the noise."""

    _: KW_ONLY
    noise: str = parameter(
        one_of(_NOISES),
        default="gaussian",
        says='"gaussian" adds normal numbers, "masking" zeroes a part of the features,'
        ' "salt_and_pepper" puts 0 or 1, each as often, in the place of a part.',
    )
    noise_level: float = parameter(
        NOT_NEGATIVE,
        default=0.3,
        says="The normal numbers' standard deviation, or that part, which is less than 1.",
    )


@explained
@parametrized
class DenoisingAutoencoder(ReconstructingAutoencoder, ReconstructionArguments, NoiseArguments):
    """A denoising autoencoder (Vincent et al., 2008; Vincent et al., 2010).

    A network is trained to give samples again from what noise has made of them, drawn anew in each
    step. `reconstruct` so takes noise away. It adds none, nor do `score_samples` and the loss of
    what is held out.

    It is the graph of an `Autoencoder` behind a layer `GaussianNoise`, `MaskingNoise` or
    `SaltAndPepperNoise`.

    Args:
        {parameters}
    """

    def _before_encoder(self) -> list[Layer]:
        return [self._noise_layer()]

    def _noise_layer(self) -> Layer:
        made: Layer = _NOISES[self.noise](float(self.noise_level))
        return made

    def _check_arguments(self, *, incremental: bool) -> None:
        super()._check_arguments(incremental=incremental)
        if self.noise != "gaussian" and self.noise_level >= 1:
            raise ValueError(
                f"noise_level is {self.noise_level}, must be less than 1 for noise {self.noise!r}"
            )
