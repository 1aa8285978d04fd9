"""What is there twice: which of it has the same weights, told by how many there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ganglion as gn

ONE = 3 * 3 + 3  # weights of a layer from three columns to as many


def dense() -> gn.Dense:
    return gn.Dense(3)


def called_twice() -> gn.Model:
    x, layer = gn.Input(3), dense()
    return gn.Model(x, layer(layer(x)))


def equal_layers() -> gn.Model:
    x = gn.Input(3)
    return gn.Model(x, dense()(dense()(x)))


def in_a_list() -> gn.Model:
    layer = dense()
    return gn.Sequential([layer, layer], input_size=3)


def in_a_residual() -> gn.Model:
    layer = dense()
    return gn.Sequential([gn.Residual([layer, layer])], input_size=3)


def within_a_model_too() -> gn.Model:
    x, layer = gn.Input(3), dense()
    inner = gn.Model(x, layer(x))
    return gn.Model(x, inner(layer(x)))


def a_model_called_twice() -> gn.Model:
    x, inner = gn.Input(3), gn.MLP([3, 3])
    return gn.Model(x, inner(inner(x)))


def a_model_called_frozen_too() -> gn.Model:
    x, inner = gn.Input(3), gn.MLP([3, 3])
    return gn.Model(x, inner(inner(x), trainable=False))


def a_model_in_a_list() -> gn.Model:
    inner = gn.MLP([3, 3])
    return gn.Sequential([inner, inner])


SHARED = [called_twice, a_model_called_twice]
APART = [
    equal_layers,
    in_a_list,
    in_a_residual,
    within_a_model_too,
    a_model_called_frozen_too,
    a_model_in_a_list,
]


@pytest.mark.parametrize("made", SHARED)
def test_what_is_called_twice_has_its_weights_once(made: Callable[[], gn.Model]) -> None:
    assert made().count_params() == ONE


@pytest.mark.parametrize("made", APART)
def test_other_things_that_are_there_twice_have_weights_of_their_own(
    made: Callable[[], gn.Model],
) -> None:
    assert made().count_params() == 2 * ONE


def test_models_of_the_same_tensors_have_weights_of_their_own() -> None:
    x = gn.Input(3)
    y = dense()(x)
    first, second = gn.Model(x, y), gn.Model(x, y)
    first.parameter_vector[:] = 7
    assert (second.parameter_vector != 7).all()
