"""Recurrent layers: what they give and refuse, kept in files, and learn."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference_recurrent import simple_rnn

import ganglion as gn

Array = NDArray[Any]


@pytest.fixture
def x(rng: np.random.Generator) -> Array:
    return rng.normal(size=(23, 6, 3))


def test_what_comes_out_is_of_all_steps_or_the_last(x: Array) -> None:
    net = gn.Sequential([gn.SimpleRNN(5)], input_size=(6, 3), dtype="float64", seed=1)
    names = [f"layers.0.{name}" for name in ("weight", "recurrent_weight", "bias")]
    assert net.parameter_names == names
    kernel, recurrent, bias = net.get_weights()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(5), atol=1e-12)
    np.testing.assert_array_equal(bias, 0)
    bias = np.linspace(-1, 1, 5)
    net.set_weights([kernel, recurrent, bias])
    for backwards in (False, True):
        for sequences in (False, True):
            layer = gn.SimpleRNN(5, return_sequences=sequences, go_backwards=backwards)
            same = gn.Sequential([layer], input_size=(6, 3), dtype="float64")
            same.set_weights([kernel, recurrent, bias])
            walked = x[:, ::-1] if backwards else x
            h, _ = simple_rnn(walked @ kernel + bias, recurrent)
            expected = h if sequences else h[:, -1]
            for outputs in (same.predict(x), same.forward(x), same.predictor()(x)):
                np.testing.assert_allclose(outputs, expected, rtol=1e-12, atol=1e-14)


def test_its_arguments_are_kerass() -> None:
    shown = (
        "SimpleRNN(units=9, activation='relu', use_bias=False, kernel_initializer='glorot_uniform',"
        " recurrent_initializer='orthogonal', bias_initializer='zeros', return_sequences=True)"
    )
    assert repr(gn.SimpleRNN(9, "relu", False, return_sequences=True)) == shown
    net = gn.Sequential([gn.SimpleRNN(4, None, False)], input_size=(5, 2))
    assert [one.shape for one in net.get_weights()] == [(2, 4), (4, 4)]
    refused: list[tuple[dict[str, Any], str]] = [
        ({"units": 0}, "units must be a whole number from 1"),
        ({"activation": "softmax"}, "activation is softmax, must be one of each unit by itself"),
        ({"activation": "tan"}, "did you mean 'tanh'"),
        ({"use_bias": 1}, "use_bias must be True or False"),
        ({"recurrent_initializer": "orthodox"}, "unknown name 'orthodox'"),
        ({"return_sequences": None}, "return_sequences must be True or False"),
        ({"go_backwards": 0}, "go_backwards must be True or False"),
        ({"trainable": 1}, "trainable must be True or False"),
    ]
    for settings, message in refused:
        wrong: Any = {"units": 3, **settings}
        with pytest.raises((TypeError, ValueError), match=message):
            gn.SimpleRNN(**wrong)


@pytest.mark.parametrize("size", [4, (4, 4, 2)])
def test_what_is_no_sequence_is_refused(size: Any) -> None:
    with pytest.raises(ValueError, match=r"layers.0: SimpleRNN takes sequences, of shape \(steps"):
        gn.Sequential([gn.SimpleRNN(3)], input_size=size)


def test_a_function_without_a_slope_predicts_and_is_not_trained(x: Array) -> None:
    net = gn.Sequential([gn.SimpleRNN(3, "step")], input_size=(6, 3))
    assert set(np.unique(net.predict(x))) <= {0, 1}
    with pytest.raises(ValueError, match="step has no useful derivative"):
        net.compile("sgd", "squared_error")


def test_steps_may_be_of_any_number_and_rows_have_their_bits_in_any_batch(x: Array) -> None:
    layers = [gn.SimpleRNN(7, return_sequences=True), gn.SimpleRNN(9), gn.Dense(2)]
    net = gn.Sequential(layers, input_size=(None, 3), seed=1)
    net.compile("adam", loss="squared_error")
    before = net.parameter_vector.copy()
    for steps in (6, 1, 4):
        net.fit(x[:, :steps], x[:, 0, :2], epochs=2, verbose=0)
    assert (net.parameter_vector != before).all()
    for steps in (1, 5):
        rows = x[:, :steps]
        alone = np.concatenate([net.predict(row[None]) for row in rows])
        for outputs in (net.predict(rows), net.predict(rows, batch_size=7)):
            np.testing.assert_array_equal(outputs, alone)
        np.testing.assert_array_equal(net.predictor(steps=steps)(rows), alone)


def test_frozen_ones_stay_as_they_are(x: Array) -> None:
    layers = [gn.SimpleRNN(4, return_sequences=True), gn.SimpleRNN(5, trainable=False)]
    net = gn.Sequential(layers, input_size=(6, 3))
    net.compile("sgd", loss="squared_error")
    before = net.get_weights()
    net.fit(x, np.ones((23, 5)), verbose=0)
    moved = [(one != other).all() for one, other in zip(before, net.get_weights(), strict=True)]
    assert moved == [True, True, True, False, False, False]


def test_one_that_is_called_twice_has_one_set_of_weights(x: Array) -> None:
    one, other = gn.Input((6, 3)), gn.Input((4, 3))
    shared = gn.SimpleRNN(5)
    net = gn.Model([one, other], gn.Dense(1)(shared(one) * shared(other)))
    assert net.count_params() == 15 + 5 + 25 + 6
    net.compile("adam", loss="squared_error")
    net.fit([x, x[:, :4]], np.ones(23), verbose=0)


def test_files_and_pickles_keep_it(
    x: Array, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layers = [
        gn.SimpleRNN(4, "relu", return_sequences=True, go_backwards=True),
        gn.SimpleRNN(3, use_bias=False, trainable=False),
    ]
    net = gn.Sequential(layers, input_size=(None, 3))
    net.save(tmp_path / "model")
    for other in (gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(net))):
        assert other.layers == net.layers
        np.testing.assert_array_equal(other.predict(x), net.predict(x))
    net.summary()
    told = capsys.readouterr().out
    assert "SimpleRNN(4, relu, all steps, backwards)  (batch, None, 4)" in told
    assert "SimpleRNN(3, no bias, frozen)" in told
    assert "SimpleRNN(4, relu" in gn.plot_model(net).svg


def test_a_running_parity_is_learnt() -> None:
    """It takes both the bit that comes and the state, at each of 10 steps."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (4000, 10, 1))
    odd = bits[..., 0].cumsum(axis=1) % 2
    layers = [gn.SimpleRNN(16, return_sequences=True), gn.Dense(1)]
    net = gn.Sequential(layers, input_size=(None, 1), seed=3)
    net.compile(gn.optimizers.Adam(0.01), "binary_cross_entropy", metrics=["accuracy"])
    net.fit(bits[:3000], odd[:3000], epochs=30, verbose=0)
    assert net.evaluate(bits[3000:], odd[3000:])["accuracy"] >= 0.99
