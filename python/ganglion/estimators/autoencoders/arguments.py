"""The arguments that autoencoders share: what the network is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY

from ganglion.activations import ActivationFunction
from ganglion.estimators.one_graph.arguments import TrainingArguments
from ganglion.estimators.shared.hidden_layers import ACTIVATIONS, Activation
from ganglion.estimators.shared.parameters import AT_LEAST_1, one_of, parameter, parametrized


@parametrized
class AutoencoderArguments(TrainingArguments):
    """What any autoencoder is told."""

    n_components: int = parameter(AT_LEAST_1, default=2, says="Numbers of a code.")
    hidden_layer_sizes: int | Sequence[int] = parameter(
        "array-like",
        AT_LEAST_1,
        default=(100,),
        says="Units of each hidden layer before the code; after it they come the other way round."
        " They may be none: then the network is linear, but for `code_activation`.",
    )
    _: KW_ONLY
    activation: Activation | Sequence[Activation] = parameter(
        one_of(ACTIVATIONS),
        ActivationFunction,
        "array-like",
        default="relu",
        says="The hidden layers' activation, or a list with one for each before the code.",
    )
