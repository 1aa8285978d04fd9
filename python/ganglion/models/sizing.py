"""Networks given parameters, and made again for the numbers of steps that data have."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ganglion._base import precision
from ganglion._base.scaling import InputScale
from ganglion._base.shapes import Shape
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import Network
from ganglion.training.parametrized import KEPT, Parametrized, Sized


def with_parameters(architecture: Architecture, network: Network) -> Parametrized:
    """Return the architecture's network with parameters, all zero."""
    chosen = precision.get(architecture.dtype)
    return Parametrized(
        network,
        chosen.parameter_store(network.graph),
        chosen,
        _scales(architecture, network),
        architecture.seed,
        None if network.has_known_steps else _sized(architecture),
    )


def _scales(architecture: Architecture, network: Network) -> tuple[InputScale, ...]:
    """Return how the inputs are read."""
    return tuple(InputScale(architecture.rescale, port.normalization) for port in network.inputs)


def _sized(architecture: Architecture) -> Callable[[tuple[Shape, ...]], Sized]:
    """Return what gives the network for inputs whose numbers of steps are known."""

    def made(input_shapes: tuple[Shape, ...]) -> Sized:
        network = architecture.of_shapes(input_shapes).network()
        return network, _scales(architecture, network)

    return lru_cache(KEPT)(made)
