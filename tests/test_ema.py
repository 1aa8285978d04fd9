"""Averages of the weights, which an optimizer keeps, and which become the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from played_team import assert_same_wherever_weights_step, state_of

import ganglion as gn
from ganglion.callbacks import (
    BackupAndRestore,
    EarlyStopping,
    LambdaCallback,
    Logs,
    ModelCheckpoint,
)
from ganglion.optimizers import OPTIMIZERS, SGD, Adam, Optimizer

Array = NDArray[Any]

SAMPLES, FEATURES, CLASSES, BATCH = 90, 6, 3, 10
RNG = np.random.default_rng(0)
X = RNG.normal(size=(SAMPLES, FEATURES))
Y = RNG.integers(0, CLASSES, SAMPLES)


def net(optimizer: Any, dtype: str = "float64", loss: Any = "cross_entropy") -> gn.MLP:
    made = gn.MLP([FEATURES, 8, CLASSES], activation="tanh", dtype=dtype, dropout=0.1, seed=3)
    made.compile(optimizer, loss)
    return made


def averaging(record: type[Optimizer] = Adam, **settings: Any) -> Optimizer:
    return record(use_ema=True, **{"ema_momentum": 0.8} | settings)


def averages_of(model: gn.Model) -> Array:
    return state_of(model).blocks[-1].copy()


def fit(model: gn.Model, epochs: int = 2, *callbacks: gn.callbacks.Callback, **more: Any) -> Array:
    model.fit(X, Y, BATCH, epochs, verbose=0, callbacks=list(callbacks), **more)
    return model.parameter_vector.copy()


def step(model: gn.Model, number: int) -> Array:
    rows = slice(number % 9 * BATCH, number % 9 * BATCH + BATCH)
    model.train_on_batch(X[rows], Y[rows])
    return model.parameter_vector.copy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_averages_are_those_of_the_weights_after_each_step(name: str, dtype: str) -> None:
    record = OPTIMIZERS[name]
    model, plain = net(averaging(record), dtype), net(record(), dtype)
    rtol = {"float32": 1e-5, "float64": 1e-13}[dtype]
    expected: Any = None
    for number in range(20):
        weights = step(model, number).astype(np.float64)
        expected = weights if expected is None else 0.8 * expected + 0.2 * weights
        np.testing.assert_allclose(averages_of(model), expected, rtol=rtol, atol=rtol / 100)
        unmoved = step(plain, number)
        np.testing.assert_allclose(weights, unmoved, rtol=100 * rtol, atol=rtol)


@pytest.mark.parametrize("optimizer", [averaging(), averaging(global_clipnorm=0.1)], ids=str)
def test_a_fit_ends_with_the_averages(optimizer: Optimizer) -> None:
    model, twin = net(optimizer), net(optimizer)
    seen: list[Array] = []
    callback = LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(model.parameter_vector.copy())
    )
    weights = fit(model, 2, callback)
    np.testing.assert_array_equal(weights, averages_of(model))
    assert (weights != seen[-1]).all(), "which callbacks see are those that are trained"
    twin.fit(X, Y, BATCH, 1, verbose=0)
    np.testing.assert_array_equal(twin.parameter_vector, averages_of(twin))


def test_validation_and_checkpoints_within_a_fit_are_of_the_trained_weights(
    tmp_path: Path,
) -> None:
    model, plain = net(averaging()), net(Adam())
    path = str(tmp_path / "{epoch}.safetensors")
    for one in (model, plain):
        fit(one, 2, *([ModelCheckpoint(path)] if one is model else []), validation_split=0.2)
    for ours, theirs in zip(
        model.history.history.values(), plain.history.history.values(), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    last = gn.load(tmp_path / "2.safetensors").parameter_vector
    np.testing.assert_allclose(last, plain.parameter_vector, rtol=1e-9)
    assert (last != model.parameter_vector).all()


def test_the_best_weights_are_those_of_their_epoch() -> None:
    model, plain = net(averaging()), net(Adam())
    stopping = [EarlyStopping("loss", restore_best_weights=True) for _ in range(2)]
    for one, callback in zip((model, plain), stopping, strict=True):
        fit(one, 3, callback)
    np.testing.assert_allclose(model.parameter_vector, plain.parameter_vector, rtol=1e-9)
    assert (model.parameter_vector != averages_of(model)).all()


def test_what_is_learnt_before_ctrl_c_stays() -> None:
    def interrupt(epoch: int, logs: Logs) -> None:
        raise KeyboardInterrupt

    model = net(averaging())
    with pytest.raises(KeyboardInterrupt):
        fit(model, 2, LambdaCallback(on_epoch_end=interrupt))
    np.testing.assert_allclose(model.parameter_vector, fit(net(Adam()), 1), rtol=1e-9)


def test_averages_take_the_weights_place_every_so_many_steps() -> None:
    model = net(averaging(SGD, learning_rate=0.5, ema_overwrite_frequency=3))
    found = [bool((step(model, number) == averages_of(model)).all()) for number in range(7)]
    assert found == [True, False, True, False, False, True, False]  # the first begins them
    weights, gradient = model.parameter_vector.copy(), np.empty(0)
    average = averages_of(model)
    step(model, 7)
    gradient = model.gradient_vector.copy()
    np.testing.assert_allclose(model.parameter_vector, weights - 0.5 * gradient, atol=1e-15)
    expected = 0.8 * average + 0.2 * model.parameter_vector
    np.testing.assert_allclose(averages_of(model), expected, atol=1e-15)


def test_what_is_not_trained_stays() -> None:
    x = gn.Input(FEATURES)
    hidden = gn.Dense(5, trainable=False)(x)
    normalized = gn.BatchNormalization()(hidden)
    unread = gn.Dense(2)(normalized)
    model = gn.Model(x, {"read": gn.Dense(CLASSES)(normalized), "unread": unread}, dtype="float64")
    model.compile(averaging(), {"read": "cross_entropy"})
    model.forward(X)
    model.backward({"read": np.ones((SAMPLES, CLASSES)), "unread": np.ones((SAMPLES, 2))})
    model.apply_gradients()  # the first step is of both
    names = model.parameter_names
    kept = [name for name in names if name.startswith(("layers.1.w", "layers.1.b", "layers.3"))]
    set_by_hand = [one + 1 for one in model.get_weights()]
    model.set_weights(set_by_hand)
    seen: list[list[Array]] = []
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()))
    model.fit(X, {"read": Y}, BATCH, 2, verbose=0, callbacks=[callback])
    untouched = 0
    for name, before, last, now in zip(
        names, set_by_hand, seen[-1], model.get_weights(), strict=True
    ):
        if "running" in name:
            np.testing.assert_array_equal(now, last)
            assert (now != before).all()
        elif (last == before).all():
            untouched += 1
            np.testing.assert_array_equal(now, before)
        else:
            assert (now != last).any(), name
    assert untouched == 4, kept


@pytest.mark.parametrize("frequency", [None, 2])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_bits_are_the_same_wherever_a_weight_steps_and_on_any_team(
    name: str, frequency: int | None
) -> None:
    assert_same_wherever_weights_step(
        lambda clipnorm: averaging(
            OPTIMIZERS[name], ema_overwrite_frequency=frequency, global_clipnorm=clipnorm
        )
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_file_trains_on_with_the_same_bits(tmp_path: Path, name: str) -> None:
    def train(model: gn.Model, numbers: range) -> Array:
        for number in numbers:
            step(model, number)
        return np.concatenate([model.parameter_vector, *state_of(model).blocks])

    optimizer = averaging(
        OPTIMIZERS[name], gradient_accumulation_steps=2, ema_overwrite_frequency=3
    )
    whole, begun, restored = net(optimizer), net(optimizer), net(optimizer)
    expected = train(whole, range(12))
    train(begun, range(5))
    begun.save(tmp_path / "a.safetensors", optimizer=True)
    restored.restore(tmp_path / "a.safetensors")
    for model in (begun, restored, gn.load(tmp_path / "a.safetensors")):
        assert model.optimizer == optimizer
        np.testing.assert_array_equal(train(model, range(5, 12)), expected)


def test_a_backup_goes_on_from_the_trained_weights(tmp_path: Path) -> None:
    def fail(epoch: int, logs: Logs) -> None:
        if epoch == 2:
            raise InterruptedError

    backup = BackupAndRestore(tmp_path / "backup")
    expected = fit(net(averaging()), 4)
    with pytest.raises(InterruptedError):
        fit(net(averaging()), 4, backup, LambdaCallback(on_epoch_end=fail))
    np.testing.assert_array_equal(fit(net(averaging()), 4, backup), expected)


def test_an_epoch_that_fails_is_undone() -> None:
    model = net(averaging(SGD), loss="squared_error")
    targets = np.eye(CLASSES)[Y]
    model.fit(X, targets, verbose=0)
    before = model.parameter_vector.copy()
    averages, steps = averages_of(model), state_of(model).steps
    with pytest.raises(gn.LossNotFiniteError):
        model.fit(X, np.where(np.arange(SAMPLES)[:, None] < 80, targets, 1e300), BATCH, verbose=0)
    np.testing.assert_array_equal(model.parameter_vector, before)
    np.testing.assert_array_equal(averages_of(model), averages)
    assert state_of(model).steps == steps


def test_averages_move_once_a_step_of_several_batches() -> None:
    model = net(averaging(gradient_accumulation_steps=2))
    first = step(model, 0)
    fit(model, 1)
    assert state_of(model).steps == 5
    np.testing.assert_array_equal(model.parameter_vector, averages_of(model))
    few = net(averaging(gradient_accumulation_steps=50))
    np.testing.assert_array_equal(fit(few, 1), first)  # there was no step, and there are none


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    error = p - y
    return float((error**2).mean()), 2 * error / error.size


def test_losses_of_ones_own_end_with_averages_too() -> None:
    targets = np.eye(CLASSES)[Y]
    found = []
    for loss in ("squared_error", own_loss):
        model = net(averaging(), loss=loss)
        model.fit(X, targets, BATCH, 2, verbose=0)
        np.testing.assert_array_equal(model.parameter_vector, averages_of(model))
        found.append(model.parameter_vector)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ({"use_ema": 1}, TypeError, "use_ema must be True or False, got 1"),
        ({"use_ema": True, "ema_momentum": 1.5}, ValueError, r"in \[0, 1\], got 1.5"),
        ({"use_ema": True, "ema_momentum": -0.1}, ValueError, r"in \[0, 1\], got -0.1"),
        ({"use_ema": True, "ema_momentum": "0.9"}, TypeError, r"in \[0, 1\], got '0.9'"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, ValueError, "one or more, got 0"),
        ({"use_ema": True, "ema_overwrite_frequency": 2.5}, TypeError, "one or more, got 2.5"),
        ({"ema_momentum": 0.5}, ValueError, "ema_momentum is 0.5, and has no effect without use_e"),
        ({"ema_overwrite_frequency": 2}, ValueError, "has no effect without use_ema"),
    ],
)
def test_bad_arguments_are_refused(
    settings: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        Adam(**settings)
