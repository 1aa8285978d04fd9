"""The layer BatchNormalization: its moments are states, which training moves without a gradient."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from played_team import played

import ganglion as gn
from ganglion.callbacks import EarlyStopping, LambdaCallback
from ganglion.models.inside import parametrized

Array = NDArray[Any]

EPSILON = 1e-3
FIRST = ["layers.0.weight", "layers.0.bias", "layers.0.running_mean", "layers.0.running_var"]


def data(rows: int = 39) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.normal([3, -1, 0, 100], [1, 2, 0.1, 5], (rows, 4)), rng.normal(size=(rows, 2))


def model_of(optimizer: Any = "adam", **settings: Any) -> gn.Sequential:
    """Return a compiled model that normalizes its inputs."""
    settings = {"momentum": 0.9} | settings
    layers = [gn.BatchNormalization(**settings), gn.Dense(5, "tanh"), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=4, dtype="float64", seed=3)
    model.compile(optimizer, loss="squared_error")
    return model


def moments(model: gn.Model, place: str = "layers.0") -> Array:
    """Return the running mean and the running variance, shape `(2, channels)`."""
    named = dict(zip(model.parameter_names, model.get_weights(), strict=True))
    return np.array([named[f"{place}.running_mean"], named[f"{place}.running_var"]])


def moved(running: Array, x: Array, momentum: float = 0.9) -> Array:
    """Return what running moments become by a batch."""
    of_batch = np.array([x.mean(axis=0), x.var(axis=0)])
    return momentum * running + (1 - momentum) * of_batch


def squares(y: Array, outputs: Array, weight: Array | None) -> tuple[float, Array]:
    """Return what "squared_error" does, where all rows count the same."""
    error = outputs - y
    return float((error**2).mean()), 2 * error / error.size


def test_its_parameters_have_pytorchs_names_in_the_order_of_keras() -> None:
    model = model_of()
    assert model.parameter_names[:4] == FIRST
    weight, bias, mean, variance = model.get_weights()[:4]
    np.testing.assert_array_equal([weight, variance], np.ones((2, 4)))
    np.testing.assert_array_equal([bias, mean], np.zeros((2, 4)))
    bare = model_of(center=False, scale=False)
    assert bare.parameter_names[:2] == FIRST[2:]
    assert bare.count_params() == model.count_params() - 8


def test_defaults_are_those_of_keras() -> None:
    told = "BatchNormalization(momentum=0.99, epsilon=0.001, center=True, scale=True)"
    assert repr(gn.BatchNormalization()) == told
    assert repr(gn.BatchNormalization(trainable=False)).endswith("trainable=False)")


def test_the_summary_tells_what_is_not_trained(capsys: pytest.CaptureFixture[str]) -> None:
    model_of().summary()
    told = capsys.readouterr().out
    assert "BatchNormalization  (batch, 4)          16" in told
    assert "Parameters: 53, trained 45, frozen 0, states 8" in told
    model_of(trainable=False).summary()
    told = capsys.readouterr().out
    assert "BatchNormalization(frozen)" in told
    assert "Parameters: 53, trained 37, frozen 16" in told


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"momentum": 1.5}, ValueError, r"momentum must be in \[0, 1\], got 1.5"),
        ({"momentum": "high"}, TypeError, "momentum"),
        ({"momentum": np.nan}, ValueError, "momentum"),
        ({"epsilon": 0}, ValueError, "epsilon must be a positive"),
        ({"center": 1}, TypeError, "center must be True or False, got 1"),
        ({"scale": None}, TypeError, "scale must be True or False, got None"),
        ({"trainable": 0}, TypeError, "trainable must be True or False, got 0"),
        ({"eps": 1e-5}, TypeError, "did you mean 'epsilon'"),
        ({"axis": 1}, TypeError, "over channels, which are last"),
        ({"num_features": 4}, TypeError, "as many channels as come in"),
    ],
)
def test_arguments_that_are_wrong_are_refused(settings: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        gn.BatchNormalization(**settings)


def test_each_step_moves_the_running_moments_by_its_batch() -> None:
    x, y = data()
    model, expected = model_of(), np.array([[0.0] * 4, [1.0] * 4])
    weights = np.linspace(0, 2, len(x))  # which moments know nothing of
    model.fit(x, y, sample_weight=weights, epochs=2, batch_size=16, shuffle=False, verbose=0)
    for _ in range(2):
        for start in range(0, len(x), 16):  # the last batch is of seven
            expected = moved(expected, x[start : start + 16])
    np.testing.assert_allclose(moments(model), expected, rtol=1e-12)


def test_a_loss_of_ones_own_and_steps_by_hand_move_them_alike() -> None:
    x, y = data()
    known, own, by_hand = model_of(), model_of(), model_of()
    own.compile("adam", loss=squares)
    for _ in range(3):
        known.train_on_batch(x, y)
        own.train_on_batch(x, y)
        by_hand.backward(squares(y, by_hand.forward(x), None)[1])
        by_hand.apply_gradients()
    for other in (own, by_hand):
        np.testing.assert_array_equal(moments(other), moments(known))
        np.testing.assert_allclose(other.parameter_vector, known.parameter_vector, rtol=1e-9)


def test_what_does_not_train_does_not_move_them() -> None:
    x, y = data()
    model = model_of()
    model.train_on_batch(x, y)
    before = model.parameter_vector.copy()
    model.evaluate(x, y)
    model.predict(x)
    model.predictor()(x)
    model.forward(x)  # whose way back is not asked for
    np.testing.assert_array_equal(model.parameter_vector, before)


def test_training_sees_the_batch_and_prediction_the_running_moments() -> None:
    x, y = data()
    model = model_of()
    model.fit(x, y, epochs=3, batch_size=8, verbose=0)
    weight, bias, mean, variance, w1, b1, w2, b2 = model.get_weights()

    def outputs(of_mean: Array, of_variance: Array) -> Array:
        xhat = (x - of_mean) / np.sqrt(of_variance + EPSILON)
        return np.asarray(np.tanh((xhat * weight + bias) @ w1 + b1) @ w2 + b2)

    expected = outputs(mean, variance)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-10)
    assert model.evaluate(x, y)["loss"] == pytest.approx(((expected - y) ** 2).mean())
    np.testing.assert_allclose(model.forward(x), outputs(x.mean(axis=0), x.var(axis=0)), rtol=1e-10)


def test_a_batch_of_one_row_gives_the_shift() -> None:
    x, y = data(1)
    model = model_of()
    bias, w1, b1, w2, b2 = (model.get_weights()[i] for i in (1, 4, 5, 6, 7))
    np.testing.assert_allclose(model.forward(x)[0], np.tanh(bias @ w1 + b1) @ w2 + b2, rtol=1e-12)
    model.train_on_batch(x, y)
    np.testing.assert_allclose(moments(model), moved(np.array([[0.0] * 4, [1.0] * 4]), x))


def test_positions_count_as_rows() -> None:
    x = np.random.default_rng(0).normal(2, 3, (6, 5, 4))
    layers = [gn.BatchNormalization(0.5), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=(None, 4), dtype="float64")
    model.compile(loss="squared_error")
    model.train_on_batch(x, np.zeros((6, 5, 2)))
    expected = moved(np.array([[0.0] * 4, [1.0] * 4]), x.reshape(-1, 4), 0.5)
    np.testing.assert_allclose(moments(model), expected, rtol=1e-12)
    assert model.predict(x[:, :2]).shape == (6, 2, 2)


def test_a_layer_called_twice_is_moved_by_both_calls_in_order() -> None:
    x, y = data()
    shared, left, right = gn.BatchNormalization(0.9), gn.Input(4), gn.Input(4)
    model = gn.Model([left, right], gn.Dense(2)(shared(left) + shared(right)), dtype="float64")
    model.compile(loss="squared_error")
    model.train_on_batch([x, 2 * x + 1], y)
    place = model.parameter_names[0].removesuffix(".weight")
    expected = moved(moved(np.array([[0.0] * 4, [1.0] * 4]), x), 2 * x + 1)
    np.testing.assert_allclose(moments(model, place), expected, rtol=1e-12)


def freezing(way: str) -> gn.Sequential:
    layer = gn.BatchNormalization(0.9, trainable=way != "layer")
    if way == "residual":
        return gn.Sequential([gn.Residual([layer], trainable=False), gn.Dense(2)], input_size=4)
    return gn.Sequential([layer, gn.Dense(2)], input_size=4)


@pytest.mark.parametrize("way", ["layer", "residual"])
def test_what_is_frozen_goes_by_its_running_moments_and_keeps_them(way: str) -> None:
    x, y = data()
    model = freezing(way)
    place = model.parameter_names[0].removesuffix(".weight")
    weights = model.get_weights()
    weights[2:4] = np.full(4, 2.0), np.full(4, 5.0)
    model.set_weights(weights)
    model.compile(gn.optimizers.SGD(1e-4), loss="squared_error")
    np.testing.assert_array_equal(model.forward(x), model.predict(x))  # as training sees it
    model.fit(x, y, epochs=2, verbose=0)
    np.testing.assert_array_equal(moments(model, place), np.array(weights[2:4]))


def test_a_model_that_is_called_frozen_keeps_its_moments() -> None:
    x, y = data()
    inner = model_of()
    inner.train_on_batch(x, y)
    for trainable in (True, False):
        at = gn.Input(4)
        outer = gn.Model(at, gn.Dense(2)(inner(at, trainable=trainable)), dtype="float64")
        outer.compile(loss="squared_error")
        before = outer.get_weights()[2:4]
        np.testing.assert_array_equal(np.array(before), moments(inner))
        outer.train_on_batch(x, y)
        same = np.array_equal(np.array(before), np.array(outer.get_weights()[2:4]))
        assert same is not trainable


OPTIMIZERS = {
    "decay": gn.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1),
    "clipped": gn.optimizers.SGD(0.1, global_clipnorm=0.01),
    "adamw": gn.optimizers.AdamW(1e-2, weight_decay=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_know_nothing_of_moments(name: str) -> None:
    x, y = data()
    model = model_of(OPTIMIZERS[name], momentum=1.0)  # so that nothing else moves them
    states = slice(8, 16)
    before = model.parameter_vector[states].copy()
    model.gradient_vector[states] = np.nan  # which would be seen in any norm
    model.fit(x, y, epochs=3, batch_size=8, verbose=0)
    np.testing.assert_array_equal(model.parameter_vector[states], before)
    for block in model._objective("test").state.blocks:
        assert not block[states].any()
    model.backward(np.ones_like(model.forward(x)))
    np.testing.assert_array_equal(model.gradient_vector[states], np.zeros(8))


def test_penalties_and_theta_are_of_matrices() -> None:
    model = model_of()
    assert parametrized(model).network.weight_ranges() == [(16, 36), (41, 51)]
    assert model.theta(1).shape == (5, 5)
    np.testing.assert_array_equal(model.theta(1)[:, 1:], model.get_weights()[4].T)


def test_moments_alone_are_learnt_where_nothing_else_is() -> None:
    x, y = data()
    layers = [gn.BatchNormalization(0.0, center=False, scale=False), gn.Dense(2, trainable=False)]
    model = gn.Sequential(layers, input_size=4, dtype="float64")
    model.compile(loss="squared_error")
    dense = model.get_weights()[2:]
    model.train_on_batch(x, y)
    np.testing.assert_allclose(moments(model), [x.mean(axis=0), x.var(axis=0)], rtol=1e-12)
    for before, after in zip(dense, model.get_weights()[2:], strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_fit_that_fails_puts_them_back() -> None:
    x, y = data()
    model = model_of(gn.optimizers.SGD(1e200))
    before = model.parameter_vector.copy()
    with pytest.raises(gn.LossNotFiniteError):
        model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    np.testing.assert_array_equal(model.parameter_vector, before)


def test_a_variance_that_is_too_large_ends_the_fit_with_its_name() -> None:
    x, y = data()
    model = gn.Sequential([gn.BatchNormalization(), gn.Dense(2)], input_size=4)
    model.compile("sgd", loss="squared_error")
    before = model.parameter_vector.copy()
    with pytest.raises(gn.LossNotFiniteError, match=r"moments of layers\.0"):
        model.train_on_batch(x * 1e25, y)
    np.testing.assert_array_equal(model.parameter_vector, before)


@pytest.mark.filterwarnings("ignore:y, column 0, has mean")
def test_a_short_batch_that_fails_is_not_blamed_on_what_it_did_not_touch() -> None:
    """Memory for the parts of sums of a larger batch holds nothing of it."""
    x, y = data(4110)
    y[4100:] = 1e200
    with played(2, "in_order"):
        for rows in (4110, 10):
            model = model_of()
            with pytest.raises(gn.LossNotFiniteError) as caught:
                model.fit(x[-rows:], y[-rows:], batch_size=4100, shuffle=False, verbose=0)
            assert "parts of" not in str(caught.value)
            assert "moments" not in str(caught.value)


def test_the_best_weights_that_come_back_have_their_moments() -> None:
    x, y = data()
    model, seen = model_of(gn.optimizers.SGD(0.05)), []
    watch = LambdaCallback(on_epoch_end=lambda *_: seen.append(model.parameter_vector.copy()))
    stop = EarlyStopping("val_loss", patience=3, restore_best_weights=True)
    fit = model.fit(
        x, y, epochs=30, batch_size=8, validation_data=(x[:9], -y[:9]), verbose=0,
        callbacks=[watch, stop],
    )  # fmt: skip
    best = int(np.argmin(fit.history["val_loss"]))
    assert best < len(seen) - 1
    np.testing.assert_array_equal(model.parameter_vector, seen[best])
    assert (seen[best][8:16] != seen[-1][8:16]).all()


def test_files_pickles_copies_and_predictors_keep_them(tmp_path: Path) -> None:
    x, y = data()
    model = model_of()
    model.fit(x, y, epochs=3, batch_size=8, verbose=0)
    expected = model.predict(x)
    path = tmp_path / "model.safetensors"
    model.save(path)
    predictor = model.predictor()
    for other in (gn.load(path), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(other.predict(x), expected)
        assert other.layers == model.layers
        np.testing.assert_array_equal(other.parameter_vector, model.parameter_vector)
    for other in (predictor, pickle.loads(pickle.dumps(predictor))):
        np.testing.assert_array_equal(other(x), expected)
    np.save(tmp_path / "x.npy", x)
    code = (
        "import sys, numpy as np, ganglion as gn;"
        "sys.stdout.buffer.write(gn.load(sys.argv[1]).predict(np.load(sys.argv[2])).tobytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path, tmp_path / "x.npy"], capture_output=True, check=True
    )
    assert done.stdout == expected.tobytes()
    model.fit(x, y, epochs=1, verbose=0)
    np.testing.assert_array_equal(predictor(x), expected)  # it has moments of its own


def test_a_row_predicts_the_same_bits_in_any_batch() -> None:
    x, y = data()
    model = model_of()
    model.fit(x, y, epochs=2, verbose=0)
    alone = np.concatenate([model.predict(row[None]) for row in x])
    np.testing.assert_array_equal(model.predict(x), alone)
