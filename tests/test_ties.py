"""Tied layers: which layer is meant where it is in several places, and that files keep it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion.graphs import records

X = np.random.default_rng(0).normal(size=(7, 4))


def tied(layer: gn.Dense) -> gn.Tied:
    return gn.Tied(layer, use_bias=False)


def dense() -> gn.Dense:
    return gn.Dense(4, use_bias=False)


def inner_copy_beside_the_layer() -> tuple[gn.Model, str]:
    d, i, j = dense(), gn.Input(4), gn.Input(4)
    inner = gn.Model(j, d(j), seed=9)
    return gn.Model(i, tied(d)(inner(d(i)))), "layers.0.weight"


def the_layer_after_a_model_that_has_it() -> tuple[gn.Model, str]:
    d, i, j = dense(), gn.Input(4), gn.Input(4)
    inner = gn.Model(j, d(j), seed=9)
    return gn.Model(i, tied(d)(d(inner(i)))), "layers.1.weight"


def a_layer_within_a_model() -> tuple[gn.Model, str]:
    d, i = dense(), gn.Input(4)
    encoder = gn.Sequential([gn.Activation("tanh"), d], input_size=4, seed=3)
    return gn.Model(i, tied(d)(encoder(i))), "layers.0.layers.1.weight"


def a_layer_around_a_residual_layer() -> tuple[gn.Model, str]:
    d = dense()
    return gn.Sequential([d, gn.Residual([tied(d)])], input_size=4), "layers.0.weight"


def the_same_residual_layer_twice() -> tuple[gn.Model, str]:
    d = dense()
    one = gn.Residual([d, tied(d)])
    return gn.Sequential([one, one], input_size=4, seed=1), "layers.1.0.weight"


def a_model_called_twice_that_is_tied_within() -> tuple[gn.Model, str]:
    d, i = dense(), gn.Input(4)
    inner = gn.Sequential([d, tied(d), d], input_size=4, seed=3)
    return gn.Model(i, inner(inner(i))), "layers.0.layers.0.weight"


def a_layer_in_the_chain_again_later() -> tuple[gn.Model, str]:
    d = dense()
    return gn.Sequential([gn.Dense(4), d, tied(d), d], input_size=4), "layers.1.weight"


def a_tied_layer_that_is_called_again() -> tuple[gn.Model, str]:
    d, i = dense(), gn.Input(4)
    t = tied(d)
    encoder = gn.Sequential([d], input_size=4, seed=3)
    return gn.Model(i, t(encoder(i)) + t(d(t(encoder(i))))), "layers.0.layers.0.weight"


MODELS = [
    inner_copy_beside_the_layer,
    the_layer_after_a_model_that_has_it,
    a_layer_within_a_model,
    a_layer_around_a_residual_layer,
    the_same_residual_layer_twice,
    a_model_called_twice_that_is_tied_within,
    a_layer_in_the_chain_again_later,
    a_tied_layer_that_is_called_again,
]


@pytest.mark.parametrize("make", MODELS)
def test_a_tie_is_to_the_nearest_place_of_the_layer(
    make: Callable[[], tuple[gn.Model, str]],
) -> None:
    model, name = make()
    assert list(model.architecture.network().ties.values())[-1] == name.removesuffix(".weight")


def test_the_layer_in_the_model_itself_comes_before_a_copy_within_it() -> None:
    model, _ = inner_copy_beside_the_layer()
    outer, inner = model.get_weights()
    np.testing.assert_allclose(model.predict(X), X @ outer @ inner @ outer.T, atol=1e-5)


@pytest.mark.parametrize("make", MODELS)
def test_files_and_pickles_keep_what_is_tied(
    make: Callable[[], tuple[gn.Model, str]], tmp_path: Path
) -> None:
    model, _ = make()
    again = model
    for number in range(2):  # what is loaded is written alike
        again.save(tmp_path / f"{number}")
        again = gn.load(tmp_path / f"{number}")
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        assert records.to_json(again.architecture) == records.to_json(model.architecture)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))


D = dense()
ENCODER = gn.Sequential([D], input_size=4)
INPUT = gn.Input(4)


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (lambda: gn.Sequential([D, D, tied(D)], input_size=4), "layers.0, layers.1"),
        (
            lambda: tied(D)(ENCODER(INPUT) + ENCODER(INPUT, trainable=False)),
            "layers.0.layers.0, layers.1.layers.0",
        ),
        (
            lambda: gn.Model(
                INPUT, {"target": ENCODER(INPUT, trainable=False), "live": tied(D)(ENCODER(INPUT))}
            ),
            "layers.0.layers.0, layers.1.layers.0",
        ),
    ],
)
def test_a_tie_to_a_layer_in_two_places_as_near_is_refused(
    make: Callable[[], Any], places: str
) -> None:
    with pytest.raises(ValueError, match=f"it is tied to, Dense.*, is in 2 places .*, {places}: "):
        make()


def test_a_layer_that_does_not_lead_to_the_tied_one_is_refused_by_its_own_name() -> None:
    with pytest.raises(
        ValueError, match=r"^Tied: the layer it is tied to, Dense.*before"
    ) as caught:
        tied(D)(gn.Dense(4)(INPUT))
    assert "layers." not in str(caught.value)


def test_a_layer_that_is_tied_has_the_other_ones_number_in_a_file() -> None:
    model = gn.Sequential([gn.Residual([gn.Dense(4)]), D, tied(D)], input_size=4)
    written = json.loads(records.to_json(model.architecture))
    assert written["layers"][2]["layer"] == 2  # after those before it, and those within them


def test_a_wiring_whose_layers_are_not_all_applied_is_refused() -> None:
    wiring: Any = gn.Model(INPUT, D(INPUT)).architecture
    with pytest.raises(ValueError, match=r"layers\.1 is applied by no step"):
        replace(wiring, layers=[D, dense()])
