"""The generative adversarial network."""

from __future__ import annotations

from ganglion._base.arguments import explained
from ganglion.estimators.adversarial.base import BaseAdversarial
from ganglion.estimators.shared.parameters import parametrized


@explained
@parametrized
class GenerativeAdversarialNetwork(BaseAdversarial):
    """A generative adversarial network (Goodfellow et al., 2014).

    A generator makes samples of noise, which is standard normal; a discriminator learns to tell
    them from real ones, and the generator to be taken for real: it makes -log D(G(noise)) small,
    the loss that does not saturate. Both are trained in turn, by Adam (Kingma and Ba, 2015) with a
    `beta_1` of 0.5 (Radford et al., 2016), for `max_iter` epochs: no loss says when they are done.

    It is the graph of the generator behind `GaussianNoise(1.0)`, with the discriminator behind it,
    and beside it that of samples. Samples all count the same: what is learned is where they lie, so
    that samples which are to count more are given more often.

    Args:
        {parameters}

    Attributes:
        generator_: Makes samples of noise, a `gn.Model`.
        discriminator_: Gives the probability of being real, likewise.
        generator_loss_curve_: Of each epoch, the mean of -log D(G(noise)).
        discriminator_loss_curve_: Likewise the sum of both cross-entropies.
    """
