"""What is told with a shape that does not fit: the way out that is likely meant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ganglion as gn

GN: Any = gn
X = np.random.default_rng(0).normal(size=(20, 6))
CLASSES = (X[:, 0] > 0).astype(int)


def compiled(outputs: int, loss: str, size: Any = 6) -> gn.Sequential:
    net = gn.Sequential([gn.Dense(outputs)], input_size=size)
    net.compile(loss=loss)
    return net


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared_error"])
@pytest.mark.parametrize("y", [CLASSES, CLASSES[:, None]])
def test_class_numbers_are_answered_with_the_loss_that_takes_them(loss: str, y: Any) -> None:
    said = r"must be \(20, 2\) .* use the loss cross_entropy, or give np.eye\(2\)\[y\]$"
    with pytest.raises(ValueError, match=said):
        compiled(2, loss).fit(X, y, verbose=0)


def test_values_are_no_class_numbers() -> None:
    with pytest.raises(ValueError, match=r"must be \(20, 2\) for a network with 2 outputs$"):
        compiled(2, "squared_error").fit(X, X[:, 0], verbose=0)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_one_answer_for_each_image_is_answered_with_flatten(loss: str) -> None:
    net = compiled(3, loss, size=(2, 3, 1))
    with pytest.raises(ValueError, match=r"y has shape \(20,\), .* put gn.Flatten\(\) before the"):
        net.fit(X.reshape(-1, 2, 3, 1), CLASSES, verbose=0)


def test_a_table_in_a_list_is_answered_with_the_table() -> None:
    net = compiled(1, "squared_error")
    for call in (lambda: net.predict([X]), lambda: net.evaluate([X], CLASSES)):
        with pytest.raises(ValueError, match=r"X has .*: give the array itself$"):
            call()
    with pytest.raises(ValueError, match=r"2 columns, the network takes 6$"):
        net.predict([[1.0, 2.0]])
    assert net.predict([X[0]]).shape == (1, 1)


def test_weights_in_a_column_are_answered_with_ravel() -> None:
    net = compiled(1, "squared_error")
    with pytest.raises(ValueError, match=r"must be \(20,\): sample_weight.ravel\(\) is$"):
        net.fit(X, CLASSES, sample_weight=np.ones((20, 1)), verbose=0)
    with pytest.raises(ValueError, match=r"must be \(20,\)$"):
        net.fit(X, CLASSES, sample_weight=np.ones(3), verbose=0)


CALLS: dict[str, tuple[Any, str]] = {
    "compile lr": (lambda net: net.compile(lr=0.1), r"'lr'; .* optimizer=gn.optimizers.Adam\("),
    "compile learning_rate": (
        lambda net: net.compile(learning_rate=0.1),
        r"'learning_rate'; it is the optimizer's: optimizer=gn.optimizers.Adam\(",
    ),
    "a step": (lambda net: net.apply_gradients(lr=1), r"^apply_gradients: unknown argument 'lr'"),
    "a schedule": (
        lambda net: GN.schedules.CosineDecay(learning_rate=0.1, decay_steps=9),
        "did you mean 'initial_learning_rate'",
    ),
    "bias": (lambda net: GN.Dense(3, bias=False), "'bias', did you mean 'use_bias'"),
    "weights only": (
        lambda net: GN.callbacks.ModelCheckpoint("a", save_weights_only=True),
        r"'save_weights_only'; .* gn.load reads",
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_arguments_of_other_packages_are_answered_with_ours(case: str) -> None:
    call, said = CALLS[case]
    with pytest.raises(TypeError, match=said):
        call(compiled(1, "squared_error"))


def test_a_function_is_no_rate_of_an_optimizer() -> None:
    said = "must be a number or a record of gn.schedules, got a function, .*LearningRateScheduler"
    with pytest.raises(TypeError, match=f"^learning_rate {said}"):
        GN.optimizers.Adam(lambda step: 0.1)
    with pytest.raises(TypeError, match="learning_rate must be zero or a positive finite number"):
        GN.optimizers.Adam("fast")


def test_a_tie_to_an_equal_layer_is_told_that_it_is_another() -> None:
    x = gn.Input(3)
    with pytest.raises(ValueError, match="from the same object, of which an equal one is another"):
        gn.Tied(gn.Dense(2))(gn.Dense(2)(x))


def test_a_normalization_within_a_network_is_answered_with_those_for_there() -> None:
    norm = gn.Normalization()
    norm.adapt(X)
    with pytest.raises(ValueError, match="the first layer of a network; Batch- and LayerNormal"):
        gn.Sequential([gn.Dense(6), norm], input_size=6)
