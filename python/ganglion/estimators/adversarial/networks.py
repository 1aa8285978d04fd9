"""A generator and a discriminator, and the one network in which each is trained in its turn."""

from __future__ import annotations

from ganglion._base.scaling import InputScale
from ganglion._base.shapes import Shape
from ganglion.graphs.builders import Builder
from ganglion.graphs.wirings import Nested
from ganglion.layers import Concatenate, GaussianNoise, Value
from ganglion.models import Model, inside
from ganglion.training.parametrized import Parametrized

GENERATOR, DISCRIMINATOR = 2, 3  # groups of parameters
REAL, FAKE, PASSED = "real", "fake", "passed"  # what is judged: samples, and two generated ones


def check_fits(name: str, model: Model, inputs: int | None, outputs: int) -> None:
    """Refuse a model that does not fit the samples.

    Args:
        name: What messages call it.
        model: What does not fit, if so.
        inputs: The columns that it must take; None: any number.
        outputs: And give.

    Raises:
        ValueError: When it takes or gives others, or several, or has nothing to train, or losses
            of its own.
    """
    network = inside.parametrized(model).network
    if len(network.inputs) > 1 or len(network.outputs) > 1:
        raise ValueError(
            f"{name} has {len(network.inputs)} inputs and {len(network.outputs)} outputs, must have"
            " one of each"
        )
    for what, port, columns in (
        ("takes", network.inputs[0], inputs),
        ("gives", network.outputs[0], outputs),
    ):
        if len(port.shape) > 1 or columns not in (None, port.channels):
            wanted = "(columns,)" if columns is None else f"({columns},)"
            raise ValueError(f"{name} {what} rows of shape {port.shape}, must be {wanted}")
    if not any(parameter.is_trained for parameter in network.parameters):
        raise ValueError(f"{name} has no layer that is trainable, there is nothing to train")
    if network.terms:
        raise ValueError(
            f"{name} has losses of its own, on tensors or as regularizers, which do not go with the"
            " losses of adversaries: leave them out"
        )


def joined(generator: Model, discriminator: Model, packing: int, seed: int) -> Parametrized:
    """Return the network of both, with room for parameters of its own, the generator's first.

    It reads rows of samples beside each other, and zeros, to which noise is added. Its outputs are
    what the discriminator says of the samples; of generated ones, for its own step; and of others,
    for the generator's.

    Args:
        generator: Makes a sample of noise.
        discriminator: Judges a row.
        packing: Samples of a row.
        seed: Of the noise.
    """
    builder = Builder()
    samples = builder.input("samples", _row(discriminator))
    zeros = builder.input("zeros", _row(generator))
    make, judge = Nested(generator.architecture), Nested(discriminator.architecture)

    def generated() -> Value:
        made: list[Value] = []
        for _ in range(packing):
            noise = GaussianNoise(1.0).build(builder, zeros, "noise")
            made += builder.applied(make, [noise], "generator")
        return made[0] if packing == 1 else Concatenate().build(builder, made, "packing")

    with builder.parameters.of_group(GENERATOR):
        rows = {REAL: samples, FAKE: generated(), PASSED: generated()}
    with builder.parameters.of_group(DISCRIMINATOR):
        judged = {
            name: builder.applied(judge, [row], "discriminator")[0] for name, row in rows.items()
        }
    network = builder.network({"samples": samples, "zeros": zeros}, judged)
    precision = inside.parametrized(generator).precision
    store = precision.parameter_store(network.graph)
    return Parametrized(network, store, precision, (InputScale(1.0, None),) * 2, seed)


def _row(model: Model) -> Shape:
    """Return the shape of what a model takes."""
    shape: Shape = inside.parametrized(model).network.inputs[0].shape
    return shape
