"""What a model shows of itself: its summary, and its representation."""

from __future__ import annotations

import re

import pytest

import ganglion as gn


def told(model: gn.Model, capsys: pytest.CaptureFixture[str]) -> list[str]:
    model.summary()
    return [re.sub(" {2,}", "  ", line) for line in capsys.readouterr().out.splitlines()]


def tensors() -> gn.Model:
    a, b = gn.Input(4, name="a"), gn.Input(4, name="b")
    shared = gn.Dense(3, "relu")
    last = gn.Dense(2, trainable=False)
    return gn.Model([a, b], last(shared(a) + shared(b)), rescale=0.5, dtype="float64")


def test_a_layer_that_is_called_again_is_told_as_the_one_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told(tensors(), capsys)
    assert lines[2:8] == [
        "Input a  (batch, 4)",
        "Input b  (batch, 4)",
        "1. Dense(3, relu)  (batch, 3)  15  Input a",
        "2. Dense(3, relu), the layer of 1  (batch, 3)  0  Input b",
        "3. Add  (batch, 3)  0  1, 2",
        "4. Dense(2, frozen)  (batch, 2)  8  3",
    ]


def test_totals_are_those_of_all_trained_and_frozen_parameters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told(tensors(), capsys)
    assert lines[-2:] == [
        "Parameters: 23, trained 15, frozen 8",
        "Inputs are multiplied by 0.5",
    ]
    chain = gn.Sequential(
        [gn.Residual([gn.Dense(4)], trainable=False), gn.Dense(1000)], input_size=4
    )
    assert told(chain, capsys)[-1] == "Parameters: 5,020, trained 5,000, frozen 20"


def test_layers_of_a_chain_are_its_own_however_often_one_stands_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    layer = gn.Dense(4)
    net = gn.Sequential([layer, layer, gn.MLP([4, 2])], input_size=4, rescale=1 / 255)
    assert told(net, capsys)[2:] == [
        "Input  (batch, 4)",
        *["Dense(4)  (batch, 4)  20"] * 2,
        "Model  (batch, 2)  10",
        "-" * 32,
        "Parameters: 50, trained 50, frozen 0",
        "Inputs are multiplied by 0.00392157",
    ]


def test_models_are_shown_with_what_is_unusual_in_them() -> None:
    assert repr(tensors()) == (
        "<Model of 3 layers, 23 parameters, a, b to output, dtype='float64', rescale=0.5>"
    )
    chain = repr(gn.MLP([2, 1], rescale=0.25))
    assert chain.startswith("MLP([Dense(units=1, ")
    assert chain.endswith("], input_size=2, rescale=0.25)")
    assert repr(gn.MLP([2, 1])).endswith("], input_size=2)")


def test_what_is_minimised_is_told_with_what_each_loss_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    x = gn.Input(4)
    h = gn.Dense(3, "sigmoid", kernel_regularizer=gn.regularizers.L2(0.1))(x)
    outputs = {"a": gn.Dense(2, kernel_regularizer="l1")(h), "b": gn.Dense(1)(h)}
    net = gn.Model(x, outputs, losses=0.5 * gn.losses.SparsityKL(weight=3.0)(h))
    hidden = "regularization + 1.5 * sparsity_kl"
    assert told(net, capsys)[-1] == f"Minimised: {hidden}"
    net.compile(loss={"a": "cross_entropy", "b": "mean_squared_error"}, loss_weights={"b": 0.2})
    of_outputs = "cross_entropy of a + 0.2 * squared_error of b"
    assert told(net, capsys)[-1] == f"Minimised: {of_outputs} + {hidden}"


def test_a_loss_of_the_callers_is_told_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    def own_loss(targets, predictions, row_weights):  # type: ignore[no-untyped-def]
        return 0.0, predictions

    net = gn.MLP([2, 1])
    net.compile(loss=own_loss)
    assert told(net, capsys)[-1] == "Minimised: own_loss"
