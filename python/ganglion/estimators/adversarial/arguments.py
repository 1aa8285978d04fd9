"""The arguments of a generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY

from ganglion.activations import ActivationFunction
from ganglion.estimators.one_graph.arguments import EpochArguments
from ganglion.estimators.shared.hidden_layers import ACTIVATIONS, Activation
from ganglion.estimators.shared.parameters import (
    AT_LEAST_1,
    FRACTION,
    POSITIVE,
    one_of,
    parameter,
    parametrized,
)
from ganglion.models import Model

OUTPUT_ACTIVATIONS = ("identity", "logistic", "tanh")


@parametrized
class AdversarialArguments(EpochArguments):
    """What it is told."""

    latent_dim: int = parameter(
        AT_LEAST_1, default=2, says="Numbers of the noise that a sample is made of."
    )
    generator_hidden_layer_sizes: int | Sequence[int] = parameter(
        "array-like",
        AT_LEAST_1,
        default=(128, 128),
        says="Units of each hidden layer of the generator; they may be none.",
    )
    discriminator_hidden_layer_sizes: int | Sequence[int] = parameter(
        "array-like",
        AT_LEAST_1,
        default=(128, 128),
        says="And of the discriminator.",
    )
    _: KW_ONLY
    activation: Activation = parameter(
        one_of(ACTIVATIONS),
        ActivationFunction,
        default="relu",
        says="The activation of all hidden layers.",
    )
    output_activation: str = parameter(
        one_of(OUTPUT_ACTIVATIONS),
        default="identity",
        says='The generator\'s last activation: "logistic" for numbers from 0 to 1, "tanh" for'
        " those from -1 to 1.",
    )
    generator: Model | None = parameter(
        Model,
        None,
        default=None,
        says="A model of noise, of any number of columns, that gives samples, in the place of the"
        " arguments on the generator. Its weights are what a fit begins with; it stays as it is.",
    )
    discriminator: Model | None = parameter(
        Model,
        None,
        default=None,
        says="Likewise a model of `packing` samples beside each other that gives a logit, or behind"
        " a sigmoid a probability, of being real.",
    )
    learning_rate_init: float | Sequence[float] = parameter(
        POSITIVE,
        "array-like",
        default=0.001,
        says="The learning rate, or the highest that `lr_schedule` has; or two, the generator's and"
        " the discriminator's (Heusel et al., 2017).",
    )
    discriminator_steps: int = parameter(
        AT_LEAST_1,
        default=1,
        says="Steps of the discriminator, each with samples of its own, for one of the generator.",
    )
    label_smoothing: float = parameter(
        FRACTION,
        default=0.0,
        says="By how much less than 1 the discriminator is to say of real samples (Salimans et al.,"
        " 2016).",
    )
    packing: int = parameter(
        AT_LEAST_1,
        default=1,
        says="How many samples the discriminator judges at once, all of them real or none (Lin et"
        " al., 2018): from 2 on it sees where generated ones are too much alike.",
    )
