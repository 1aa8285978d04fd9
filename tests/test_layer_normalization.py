"""The layer LayerNormalization: each position by itself."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference import normalized

import ganglion as gn


def test_each_position_is_normalized_over_its_channels() -> None:
    x = np.random.default_rng(0).normal(3, 5, (7, 4, 6))
    model = gn.Sequential([gn.LayerNormalization()], input_size=(4, 6), dtype="float64")
    assert model.parameter_names == ["layers.0.weight", "layers.0.bias"]
    weight, bias = np.linspace(0.5, 2, 6), np.linspace(-1, 1, 6)
    model.set_weights([weight, bias])
    expected = normalized(x.reshape(-1, 6), 1, 1e-3).reshape(x.shape) * weight + bias
    for outputs in (model.predict(x), model.forward(x)):
        np.testing.assert_allclose(outputs, expected, rtol=1e-12, atol=1e-12)


def test_its_settings_are_kerass() -> None:
    assert (
        repr(gn.LayerNormalization())
        == "LayerNormalization(epsilon=0.001, center=True, scale=True)"
    )
    bare = gn.Sequential([gn.LayerNormalization(center=False, scale=False)], input_size=3)
    assert bare.count_params() == 0
    for settings, message in [
        ({"epsilon": -1.0}, "epsilon must be a positive"),
        ({"normalized_shape": 3}, "as many channels as come in"),
        ({"elementwise_affine": False}, "did you mean 'scale'"),
        ({"scale": "no"}, "scale must be True or False"),
    ]:
        wrong: Any = settings
        with pytest.raises((TypeError, ValueError), match=message):
            gn.LayerNormalization(**wrong)


def test_steps_may_be_of_any_number_and_rows_have_their_bits_in_any_batch() -> None:
    layers = [gn.Dense(9, "tanh"), gn.LayerNormalization(), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=(None, 3), seed=1)
    model.compile("adam", loss="squared_error")
    rng = np.random.default_rng(0)
    model.fit(rng.normal(size=(20, 5, 3)), rng.normal(size=(20, 5, 2)), epochs=2, verbose=0)
    x = rng.normal(size=(8, 4, 3))
    alone = np.concatenate([model.predict(row[None]) for row in x])
    np.testing.assert_array_equal(model.predict(x), alone)


def test_what_is_frozen_stays_and_passes_gradients_on() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    layers = [gn.Dense(4), gn.LayerNormalization(trainable=False), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=3)
    model.compile("adam", loss="squared_error")
    before = model.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    same = [np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]
    assert same == [False, False, True, True, False, False]


def test_files_and_pickles_keep_it(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(5, 3))
    model = gn.Sequential([gn.Dense(4), gn.LayerNormalization(1e-5), gn.Dense(2)], input_size=3)
    model.save(tmp_path / "model")
    for other in (gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(model))):
        assert other.layers == model.layers
        np.testing.assert_array_equal(other.predict(x), model.predict(x))
    np.testing.assert_array_equal(model.predictor()(x), model.predict(x))
