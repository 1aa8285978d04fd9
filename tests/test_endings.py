"""The last activation beside the loss: what is meaningless is refused, what is unwise is told."""

import re
import warnings
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion import activations
from ganglion.layers import Layer


def compiled(ending: Any, loss: Any, outputs: int) -> gn.MLP:
    net = gn.MLP([4, 3, outputs], output_activation=ending)
    net.compile("adam", loss=loss)
    return net


@pytest.mark.parametrize(
    ("ending", "loss", "outputs", "told"),
    [
        (
            "sigmoid",
            "cross_entropy",
            10,
            "sigmoid, the loss cross_entropy .* with softmax or none, ",
        ),
        ("sigmoid", "cross_entropy", 2, "or use the loss binary_cross_entropy, of yes or no"),
        ("softmax", "binary_cross_entropy", 3, "softmax, the loss binary_cross_entropy .* sigmoid"),
        ("softmax", "binary_cross_entropy", 1, "softmax of 1 output, which is always 1"),
        ("softmax", "squared_error", 1, "end it with sigmoid for yes or no, or with an output"),
        ("softmax", lambda y, p, w: (0.0, p), 1, "softmax of 1 output"),
    ],
)
def test_outputs_squashed_twice_or_always_the_same_are_refused(
    ending: str, loss: Any, outputs: int, told: str
) -> None:
    with pytest.raises(ValueError, match=f"compile: the network ends in {ending}.*") as caught:
        compiled(ending, loss, outputs)
    assert re.search(told, str(caught.value))


def test_a_refused_compile_leaves_the_one_before() -> None:
    net = compiled("sigmoid", "binary_cross_entropy", 3)
    with pytest.raises(ValueError, match="sigmoid"):
        net.compile("sgd", loss="cross_entropy")
    assert net.loss == gn.losses.BinaryCrossEntropy()


@pytest.mark.parametrize("ending", ["relu", "tanh", gn.activations.elu(0.5), "softplus"])
@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "poisson", "gaussian"])
def test_outputs_that_cannot_be_any_number_are_warned_of(ending: Any, loss: str) -> None:
    name = activations.get(ending).name
    with pytest.warns(UserWarning, match=f"ends in {name}, the loss {loss} reads") as caught:
        compiled(ending, loss, 2)
    assert [one.filename for one in caught] == [__file__]


@pytest.mark.parametrize("ending", ["softmax", "sigmoid"])
def test_the_activation_may_be_a_layer_of_its_own(ending: str) -> None:
    layers: list[Layer] = [gn.Dense(3), gn.Activation(ending), gn.Activation("identity")]
    net = gn.Sequential(layers, input_size=4)
    with pytest.warns(UserWarning, match=f"ends in {ending}, the loss poisson reads .*logarithms"):
        net.compile("adam", loss="poisson")


@pytest.mark.parametrize(
    ("ending", "loss"),
    [
        ("softmax", "cross_entropy"),
        ("sigmoid", "binary_cross_entropy"),
        *((None, loss) for loss in gn.losses.LOSSES),
        *(("leaky_relu", loss) for loss in gn.losses.LOSSES),
        *((ending, "squared_error") for ending in (*activations.trainable_names(), "softmax")),
        ("relu", "quantile"),
        ("tanh", lambda y, p, w: (0.0, np.zeros_like(p))),
    ],
)
def test_what_goes_together_is_silent(ending: Any, loss: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(ending, loss, 2)


def test_layers_before_the_last_are_free() -> None:
    layers: list[Layer] = [gn.Dense(3, "softmax"), gn.Residual([gn.Dense(3, "relu")])]
    gn.Sequential(layers, input_size=4).compile("adam", loss="binary_cross_entropy")
