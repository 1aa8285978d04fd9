"""A generator and a discriminator, each with an Adam of its own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion.bench.adversaries import Adversaries
from ganglion.bench.runners.numpy_training import Adam, Chain, Training
from ganglion.bench.workloads import Floats


def judge(discriminator: Chain, x: NDArray[Any], made: NDArray[Any]) -> float:
    """Return the sum of the cross-entropies of real and of generated rows, judged as one batch."""
    logits = discriminator.forward(np.concatenate([x, made]))
    logits[: len(x)] *= -1  # what is to be small is the logistic function of all of them
    loss = float(np.logaddexp(0, logits).sum()) / len(x)
    gradient: NDArray[Any] = 1 / (1 + np.exp(-logits))
    gradient[: len(x)] *= -1
    gradient /= len(x)
    discriminator.backward(gradient)
    return loss


def pass_as_real(chains: Sequence[Chain], noise: NDArray[Any]) -> float:
    """Return the mean of -log D(G(noise)), and leave the generator's gradients."""
    generator, discriminator = chains
    logits = discriminator.forward(generator.forward(noise))
    loss = float(np.logaddexp(0, -logits).mean())
    gradient: NDArray[Any] = -1 / (1 + np.exp(logits))
    gradient /= len(noise)
    generator.backward(discriminator.backward_to_inputs(gradient))
    return loss


class AdversarialTraining(Training):
    """Both as one vector of parameters, the generator's first."""

    def _new_optimizers(self) -> list[Adam]:
        layers = self._workload.chains(self._workload.layers)[0]
        first = sum((inputs + 1) * units for inputs, units in layers)
        return [
            Adam(self._values[part], self._gradients[part], self._workload)
            for part in (slice(first), slice(first, None))
        ]

    def _step(self, *batch: Any) -> list[float]:
        (x,), (making, judging) = batch, self._optimizers
        generator, discriminator = self._chains
        judged = judge(discriminator, x, generator.forward(self._noise()))
        judging.step()
        passed = pass_as_real(self._chains, self._noise())
        making.step()
        return [judged, passed]

    def _noise(self) -> Floats:
        work = self._workload
        assert isinstance(work, Adversaries)
        noise = self._rng.standard_normal((work.batch, work.sizes[0]), dtype=np.float32)
        noise *= np.float32(work.noise)
        return noise
