"""Groups of an optimizer: parameters that step by a rate and a decay of their own."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from played_team import (
    WIDE,
    assert_same_in_any_order,
    assert_same_wherever_weights_step,
    state_of,
)
from reference import Optimizer as Twin

import ganglion as gn
from ganglion.callbacks import BackupAndRestore, LambdaCallback, Logs
from ganglion.constraints import MaxNorm
from ganglion.estimators.multilayer.loss import LossRule, PenalizedLoss
from ganglion.losses import CrossEntropy
from ganglion.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Group, Optimizer
from ganglion.schedules import StepDecay
from ganglion.training.data import Dataset

Array = NDArray[Any]

SIZES, BATCH, SAMPLES = (6, 8, 5, 3), 10, 50
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(SAMPLES, 6)), RNG.integers(0, 3, SAMPLES)
GROUPS = (
    Group("*.bias", weight_decay=0.0),
    Group("layers.[01].weight", learning_rate_factor=0.25, weight_decay=0.3),
)
DECAY, FACTORS, DECAYS = 0.05, [0.25, 1, 0.25, 1, 1, 1], [0.3, 0.0, 0.3, 0.0, 0.05, 0.0]


def net(optimizer: Any, dtype: str = "float64", loss: Any = "cross_entropy") -> gn.MLP:
    made = gn.MLP(list(SIZES), activation="tanh", dtype=dtype, seed=3)
    made.compile(optimizer, loss)
    return made


def batch(number: int) -> tuple[Array, Array]:
    start = number * BATCH % SAMPLES
    return X[start : start + BATCH], Y[start : start + BATCH]


def step(model: gn.Model, number: int) -> None:
    model.train_on_batch(*batch(number))


def split(model: gn.Model, vector: Array) -> list[Array]:
    return model._model.network.split(vector.astype(np.float64))


def twins_of(name: str, record: Optimizer) -> list[Twin]:
    settings = record.settings() | {"global_clipnorm": 0.0}
    return [Twin(name, **settings | {"weight_decay": decay}) for decay in DECAYS]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_parameter_steps_as_a_twin_by_its_own_rate_and_decay(name: str, dtype: str) -> None:
    record = OPTIMIZERS[name](0.01, weight_decay=DECAY, groups=GROUPS)
    model, twins = net(record, dtype), twins_of(name, record)
    rtol = {"float32": 2e-5, "float64": 1e-12}[dtype]
    for number in range(20):
        before = split(model, model.parameter_vector)
        step(model, number)
        each = zip(twins, before, split(model, model.gradient_vector), FACTORS, strict=True)
        expected = [twin.step(one, dw, 0.01 * factor) for twin, one, dw, factor in each]
        for ours, theirs in zip(model.get_weights(), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol / 10)


def test_the_norm_is_that_of_all_parameters_and_of_the_mean_of_batches() -> None:
    clipnorm = 0.01
    record = Adam(
        0.01,
        groups=GROUPS,
        weight_decay=DECAY,
        global_clipnorm=clipnorm,
        gradient_accumulation_steps=2,
    )
    model, twins = net(record), twins_of("adam", record)
    for number in range(10):
        before = split(model, model.parameter_vector)
        gradients = []
        for part in (2 * number, 2 * number + 1):
            step(model, part)
            gradients.append(model.gradient_vector.copy())
        mean = np.mean(gradients, axis=0)
        assert np.linalg.norm(mean) > clipnorm
        clipped = split(model, mean * clipnorm / np.linalg.norm(mean))
        for ours, twin, one, dw, factor in zip(
            model.get_weights(), twins, before, clipped, FACTORS, strict=True
        ):
            expected = twin.step(one, dw, 0.01 * factor)
            np.testing.assert_allclose(ours, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_groups_that_change_nothing_leave_the_bits(name: str) -> None:
    plain = OPTIMIZERS[name](weight_decay=0.1)
    model, twin = (
        net(replace(plain, groups=[Group("*.weight"), Group("layers.0.bias")])),
        net(plain),
    )
    for number in range(6):
        step(model, number)
        step(twin, number)
    np.testing.assert_array_equal(model.parameter_vector, twin.parameter_vector)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_factor_of_zero_holds_parameters_where_they_are(name: str) -> None:
    group = Group("layers.1.*", learning_rate_factor=0)
    model = net(OPTIMIZERS[name](0.1, weight_decay=0.1, groups=[group]))
    before = model.get_weights()
    step(model, 0)
    moved = [bool((a != b).any()) for a, b in zip(before, model.get_weights(), strict=True)]
    assert moved == [True, True, False, False, True, True]


def test_the_factor_is_of_the_rate_of_the_moment() -> None:
    """One weight, and a loss of slope 1: each step takes it down by its learning rate."""
    model = gn.Sequential([gn.Dense(1, use_bias=False)], input_size=1, dtype="float64")
    model.set_weights([np.zeros((1, 1))])
    optimizer = SGD(StepDecay(1.0, 2, decay_rate=0.5), groups=[Group("*", learning_rate_factor=3)])
    model.compile(optimizer, "absolute_error")
    x, y = np.ones((3, 1)), np.full(3, -100.0)
    model.fit(x, y, batch_size=1, epochs=1, verbose=0)
    assert -model.parameter_vector[0] == 3 * (1 + 1 + 0.5)
    model.learning_rate = 0.25
    model.train_on_batch(x, y)
    assert -model.parameter_vector[0] == 3 * (1 + 1 + 0.5 + 0.25)


def test_averages_and_norms_of_weights_are_of_what_groups_make() -> None:
    """What AdamW makes of a gradient of zero: each weight shrinks by its own rate and decay."""
    layers = [gn.Dense(4, kernel_constraint=MaxNorm(0.5)), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=3, dtype="float64", seed=1)
    groups = [Group("layers.0.weight", learning_rate_factor=0.5, weight_decay=2.0)]
    model.compile(
        AdamW(0.1, weight_decay=1.0, groups=groups, use_ema=True, ema_momentum=0.75),
        "squared_error",
    )
    first = model.get_weights()
    averages = first[2]
    norms = np.linalg.norm(first[0] * 0.9, axis=0)
    assert (norms > 0.5).any()
    for number in range(1, 4):
        model.gradient_vector[:] = 0
        model.apply_gradients()
        shrunk = first[2] * 0.9**number
        averages = shrunk if number == 1 else 0.75 * averages + 0.25 * shrunk
        if number == 1:
            held = first[0] * 0.9 * np.minimum(1, 0.5 / norms)
            np.testing.assert_allclose(model.get_weights()[0], held, rtol=1e-13)
    np.testing.assert_allclose(model.get_weights()[2], shrunk, rtol=1e-13)
    kept = split(model, state_of(model).blocks[-1])
    np.testing.assert_allclose(kept[2], averages, rtol=1e-13)


def words(optimizer: Optimizer) -> gn.Sequential:
    layers = [gn.Embedding(12, 4), gn.Flatten(), gn.Dense(3)]
    model = gn.Sequential(layers, input_size=2, seed=1, dtype="float64")
    model.compile(optimizer, "cross_entropy")
    return model


@pytest.mark.parametrize("clipnorm", [None, 0.05])
def test_rows_of_a_table_step_by_the_tables_group(clipnorm: float | None) -> None:
    """A step by hand goes over the whole table, where rows that no batch holds have no gradient."""
    groups = [Group("layers.0.*", learning_rate_factor=0.25), Group("*.bias", weight_decay=0.5)]
    optimizer = SGD(0.1, momentum=0.5, groups=groups, global_clipnorm=clipnorm)
    fitted, by_hand, plain = (
        words(optimizer),
        words(optimizer),
        words(replace(optimizer, groups=())),
    )
    x = RNG.integers(0, 12, (4, 2))
    first = fitted.get_weights()[0]
    for model in (fitted, plain):
        model.train_on_batch(x, Y[:4])
    logits = by_hand.forward(x)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    by_hand.backward((shares - np.eye(3)[Y[:4]]) / 4)
    by_hand.apply_gradients()
    np.testing.assert_allclose(
        fitted.parameter_vector, by_hand.parameter_vector, rtol=1e-12, atol=1e-15
    )
    moved, without = fitted.get_weights()[0] - first, plain.get_weights()[0] - first
    assert without.any()
    np.testing.assert_allclose(moved, without / 4, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_bits_are_the_same_wherever_a_weight_steps_and_on_any_team(name: str) -> None:
    groups = [GROUPS[0], Group("layers.1.weight", learning_rate_factor=0.25, weight_decay=0.3)]
    assert_same_wherever_weights_step(
        lambda clipnorm: OPTIMIZERS[name](
            weight_decay=DECAY, groups=groups, global_clipnorm=clipnorm
        )
    )


@pytest.mark.parametrize(("width", "clipnorm"), [(WIDE, None), (8, None), (8, 0.1)])
def test_the_bits_are_the_same_in_any_order_of_a_played_teams_parts(
    width: int, clipnorm: float | None
) -> None:
    def fitted() -> Array:
        model = gn.MLP([6, width, width, 3], activation="tanh", seed=3)
        model.compile(Adam(groups=GROUPS, global_clipnorm=clipnorm), "cross_entropy")
        model.fit(X, Y, batch_size=25, epochs=1, verbose=0)
        return np.concatenate([model.parameter_vector, *state_of(model).blocks])

    assert_same_in_any_order(fitted)


def test_a_penalty_comes_to_each_groups_own_decay() -> None:
    """scikit-learn's estimators have one: alpha over the rows of a batch times the weights."""
    alpha, optimizer = 0.7, SGD(0.1, weight_decay=DECAY, groups=GROUPS)
    model = net(optimizer)
    before = split(model, model.parameter_vector)
    rule = LossRule(CrossEntropy(), 1.0, 1.0)
    penalized = PenalizedLoss(model._model, rule, alpha, "train", state_of(model))
    penalized.over(Dataset.of(X, Y[:, None]), SAMPLES, rates=lambda count: np.full(count, 0.1))
    gradients = split(model, model.gradient_vector)  # without the penalty's
    for ours, w, dw, factor, decay in zip(
        model.get_weights(), before, gradients, FACTORS, DECAYS, strict=True
    ):
        expected = w - 0.1 * factor * (dw + (decay + alpha / SAMPLES * (w.ndim == 2)) * w)
        np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-15)


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    error = p - y
    return float((error**2).mean()), 2 * error / error.size


def test_steps_by_hand_and_losses_of_ones_own_go_by_groups() -> None:
    targets = np.eye(3)[Y]
    optimizer = Adam(0.01, weight_decay=DECAY, groups=GROUPS, gradient_accumulation_steps=2)
    by_hand, own, fitted = (
        net(optimizer, loss=loss) for loss in ("squared_error", own_loss, "squared_error")
    )
    for _ in range(6):
        by_hand.backward(own_loss(targets, by_hand.forward(X), None)[1])
        by_hand.apply_gradients()
        for model in (own, fitted):
            model.train_on_batch(X, targets)
    for model in (by_hand, own):
        np.testing.assert_allclose(model.parameter_vector, fitted.parameter_vector, rtol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_file_trains_on_with_the_same_bits(tmp_path: Path, name: str) -> None:
    optimizer = OPTIMIZERS[name](weight_decay=DECAY, groups=list(GROUPS))
    model, restored = net(optimizer), net(optimizer)
    step(model, 0)
    model.save(tmp_path / "a.safetensors", optimizer=True)
    restored.restore(tmp_path / "a.safetensors")
    loaded = gn.load(tmp_path / "a.safetensors")
    assert loaded.optimizer == model.optimizer == replace(optimizer, groups=GROUPS)
    for one in (model, restored, loaded):
        step(one, 1)
    for other in (restored, loaded):
        np.testing.assert_array_equal(other.parameter_vector, model.parameter_vector)
    with pytest.raises(ValueError, match="compiled otherwise"):
        net(replace(optimizer, groups=GROUPS[:1])).restore(tmp_path / "a.safetensors")


def test_a_backup_goes_on_with_the_groups(tmp_path: Path) -> None:
    def fit(model: gn.Model, *callbacks: gn.callbacks.Callback) -> Array:
        backup = BackupAndRestore(tmp_path / "backup")
        model.fit(X, Y, BATCH, epochs=3, verbose=0, callbacks=[backup, *callbacks])
        return model.parameter_vector

    def fail(epoch: int, logs: Logs) -> None:
        if epoch == 1:
            raise InterruptedError

    optimizer = Adam(0.01, groups=GROUPS)
    expected = fit(net(optimizer))
    with pytest.raises(InterruptedError):
        fit(net(optimizer), LambdaCallback(on_epoch_end=fail))
    np.testing.assert_array_equal(fit(net(optimizer)), expected)


def test_a_record_is_the_same_in_any_copy() -> None:
    optimizer = AdamW(groups=list(GROUPS))
    assert optimizer == AdamW(groups=GROUPS) != AdamW()
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert other == optimizer
        assert hash(other) == hash(optimizer)
