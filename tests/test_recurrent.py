"""Recurrent layers: what they give and refuse, kept in files, and learn."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference_recurrent import gru, lstm, simple_rnn

import ganglion as gn

Array = NDArray[Any]

KINDS: list[Any] = [gn.SimpleRNN, gn.GRU, gn.LSTM]


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


def test_gates_are_in_kerass_order_and_memories_keep_at_first(x: Array) -> None:
    net = gn.Sequential([gn.LSTM(5)], input_size=(6, 3), dtype="float64", seed=1)
    names = ["weight", "recurrent_weight", "bias"]
    assert net.parameter_names == [f"layers.0.{name}" for name in names]
    kernel, recurrent, bias = net.get_weights()
    np.testing.assert_array_equal(bias, np.repeat([0, 1, 0, 0], 5))
    h, *_ = lstm(x @ kernel + bias, recurrent)
    np.testing.assert_allclose(net.predict(x), h[:, -1], rtol=1e-12)
    plain = gn.Sequential([gn.LSTM(5, unit_forget_bias=False)], input_size=(6, 3))
    np.testing.assert_array_equal(plain.get_weights()[2], 0)

    net = gn.Sequential([gn.GRU(5)], input_size=(6, 3), dtype="float64", seed=1)
    names = ["weight", "recurrent_weight", "bias", "recurrent_bias"]
    assert net.parameter_names == [f"layers.0.{name}" for name in names]
    kernel, recurrent, bias, _ = net.get_weights()
    of_state = np.linspace(-1, 1, 15)
    net.set_weights([kernel, recurrent, bias, of_state])
    h, _ = gru(x @ kernel + bias, recurrent, of_state)
    np.testing.assert_allclose(net.predict(x), h[:, -1], rtol=1e-12)
    assert len(gn.Sequential([gn.GRU(5, use_bias=False)], input_size=(6, 3)).get_weights()) == 2


@pytest.mark.parametrize("make", [gn.GRU, gn.LSTM])
def test_the_arguments_of_gates_are_kerass(make: Any) -> None:
    layer = make(9, None, "relu", False, return_sequences=True)
    assert layer.recurrent_activation == "relu"
    refused: list[tuple[dict[str, Any], str]] = [
        ({"units": 0.5}, "units must be a whole number"),
        ({"recurrent_activation": "softmax"}, "recurrent_activation is softmax, must be one"),
        ({"unit_forget_bias": 1}, "unit_forget_bias"),
        ({"reset": False}, "reset"),
    ]
    for settings, message in refused:
        with pytest.raises((TypeError, ValueError), match=message):
            make(**{"units": 3, **settings})
    for settings in ({"activation": "gelu"}, {"recurrent_activation": "silu"}):
        with pytest.raises(ValueError, match="has a derivative that does not follow from what"):
            gn.Sequential([make(3, **settings)], input_size=(4, 2))


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


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("size", [4, (4, 4, 2)])
def test_what_is_no_sequence_is_refused(make: Any, size: Any) -> None:
    told = rf"layers.0: {make.__name__} takes sequences, of shape \(steps"
    with pytest.raises(ValueError, match=told):
        gn.Sequential([make(3)], input_size=size)


def test_a_function_without_a_slope_predicts_and_is_not_trained(x: Array) -> None:
    net = gn.Sequential([gn.SimpleRNN(3, "step")], input_size=(6, 3))
    assert set(np.unique(net.predict(x))) <= {0, 1}
    with pytest.raises(ValueError, match="step has no useful derivative"):
        net.compile("sgd", "squared_error")


@pytest.mark.parametrize("make", KINDS)
def test_steps_may_be_of_any_number_and_rows_have_their_bits_in_any_batch(
    make: Any, x: Array
) -> None:
    layers = [make(7, return_sequences=True), make(9), gn.Dense(2)]
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


@pytest.mark.threads
@pytest.mark.parametrize("make", KINDS)
def test_a_fit_has_the_same_bits_on_any_number_of_threads(make: Any) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(150, 20, 7)), rng.normal(size=(150, 2))
    found = []
    for threads in (1, 2, 4):
        layers = [make(33, return_sequences=True), make(48), gn.Dense(2)]
        net = gn.Sequential(layers, input_size=(20, 7), seed=1)
        net.compile("adam", loss="squared_error")
        gn.set_num_threads(threads)
        try:
            net.fit(x, y, batch_size=64, epochs=3, verbose=0)
            found.append([net.parameter_vector.copy(), net.predict(x)])
        finally:
            gn.set_num_threads(None)
    for parameters, outputs in found[1:]:
        np.testing.assert_array_equal(parameters, found[0][0])
        np.testing.assert_array_equal(outputs, found[0][1])


@pytest.mark.parametrize("make", KINDS)
def test_frozen_ones_stay_as_they_are(make: Any, x: Array) -> None:
    layers = [make(4, return_sequences=True), make(5, trainable=False)]
    net = gn.Sequential(layers, input_size=(6, 3))
    net.compile("sgd", loss="squared_error")
    before = net.get_weights()
    net.fit(x, np.ones((23, 5)), verbose=0)
    moved = [
        bool((one != other).any()) for one, other in zip(before, net.get_weights(), strict=True)
    ]
    assert moved == [True] * (len(moved) // 2) + [False] * (len(moved) // 2)


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
        gn.SimpleRNN(3, use_bias=False, trainable=False, return_sequences=True),
        gn.GRU(5, return_sequences=True),
        gn.LSTM(2, unit_forget_bias=False, go_backwards=True),
    ]
    net = gn.Sequential(layers, input_size=(None, 3))
    net.save(tmp_path / "model")
    for other in (gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(net))):
        assert other.layers == net.layers
        np.testing.assert_array_equal(other.predict(x), net.predict(x))
    net.summary()
    told = capsys.readouterr().out
    assert "SimpleRNN(4, relu, all steps, backwards)  (batch, None, 4)" in told
    assert "SimpleRNN(3, all steps, no bias, frozen)" in told
    assert "LSTM(2, backwards)" in told
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
