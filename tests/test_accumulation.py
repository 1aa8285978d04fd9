"""Steps along the mean gradient of several batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from played_team import WIDE, assert_same_in_any_order, state_of

import ganglion as gn
from ganglion import _core
from ganglion.callbacks import BackupAndRestore, LambdaCallback, Logs
from ganglion.optimizers import OPTIMIZERS, SGD, Adam, Optimizer, RMSprop
from ganglion.schedules import StepDecay
from ganglion.training import snapshot

Array = NDArray[Any]

SAMPLES, FEATURES, CLASSES = 90, 6, 3
RNG = np.random.default_rng(0)
X = RNG.normal(size=(SAMPLES, FEATURES))
Y = RNG.integers(0, CLASSES, SAMPLES)


def net(optimizer: Any, dtype: str = "float64", dropout: float = 0.0, loss: Any = None) -> gn.MLP:
    made = gn.MLP([FEATURES, 8, CLASSES], activation="tanh", dtype=dtype, dropout=dropout, seed=3)
    made.compile(optimizer, loss or "cross_entropy")
    return made


def of_batches(count: int, record: type[Optimizer] = Adam, **settings: Any) -> Optimizer:
    return record(gradient_accumulation_steps=count, **settings)


def batch(number: int, rows: int = 10) -> tuple[Array, Array]:
    start = number * rows % SAMPLES
    return X[start : start + rows], Y[start : start + rows]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_batches_of_one_size_step_as_one_that_holds_them_all(name: str, dtype: str) -> None:
    record = OPTIMIZERS[name]
    several, one = net(of_batches(3, record), dtype), net(record(), dtype)
    for step in range(6):
        for number in range(3 * step, 3 * step + 3):
            several.train_on_batch(*batch(number))
        one.train_on_batch(*batch(step, rows=30))
    rtol = {"float32": 1e-4, "float64": 1e-9}[dtype]
    expected = one.parameter_vector
    np.testing.assert_allclose(several.parameter_vector, expected, rtol=rtol, atol=rtol / 10)


def test_batches_of_any_size_count_the_same() -> None:
    model = net(of_batches(2, SGD, learning_rate=0.5))
    before, gradients = model.parameter_vector.copy(), []
    for rows in (1, 50):
        model.train_on_batch(X[:rows], Y[:rows])
        gradients.append(model.gradient_vector.copy())
    expected = before - 0.5 * np.mean(gradients, axis=0)
    np.testing.assert_allclose(model.parameter_vector, expected, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("clipping", [{"global_clipnorm": 0.01}, {"clipvalue": 1e-3}])
def test_what_is_clipped_is_the_mean(clipping: dict[str, float]) -> None:
    model = net(of_batches(3, SGD, learning_rate=1.0, **clipping))
    before, gradients = model.parameter_vector.copy(), []
    for number in range(3):
        model.train_on_batch(*batch(number))
        gradients.append(model.gradient_vector.copy())
    mean = np.mean(gradients, axis=0)
    assert np.linalg.norm(mean) > 0.01
    if "clipvalue" in clipping:
        expected = np.clip(mean, -1e-3, 1e-3)
    else:
        expected = mean * 0.01 / np.linalg.norm(mean)
    np.testing.assert_allclose(before - model.parameter_vector, expected, atol=1e-15)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_nothing_moves_before_the_last_batch(name: str) -> None:
    model = net(of_batches(4, OPTIMIZERS[name], weight_decay=0.1))
    before, moments = model.parameter_vector.copy(), state_of(model).blocks[:-1]
    for number in range(3):
        model.train_on_batch(*batch(number))
    np.testing.assert_array_equal(model.parameter_vector, before)
    assert not any(block.any() for block in moments)
    assert (state_of(model).steps, state_of(model).summed) == (0, 3)
    model.train_on_batch(*batch(3))
    assert (model.parameter_vector != before).all()
    assert (state_of(model).steps, state_of(model).summed) == (1, 0)
    assert not state_of(model).blocks[-1].any()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_fit_and_steps_by_hand_go_along_the_same(name: str) -> None:
    """Nine batches an epoch: its end does not end what they add up to."""
    fitted, single, by_hand = (net(of_batches(2, OPTIMIZERS[name])) for _ in range(3))
    fitted.fit(X, Y, batch_size=10, epochs=2, shuffle=False, verbose=0)
    for number in range(18):
        x, y = batch(number)
        single.train_on_batch(x, y)
        logits = by_hand.forward(x)
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        by_hand.backward((shares - np.eye(CLASSES)[y]) / len(x))
        by_hand.apply_gradients()
    assert state_of(fitted).steps == state_of(by_hand).steps == 9
    np.testing.assert_array_equal(single.parameter_vector, fitted.parameter_vector)
    np.testing.assert_allclose(by_hand.parameter_vector, fitted.parameter_vector, rtol=1e-9)


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    error = p - y
    return float((error**2).mean()), 2 * error / error.size


def test_losses_of_ones_own_go_along_the_same() -> None:
    targets = np.eye(CLASSES)[Y]
    for optimizer in (of_batches(3), of_batches(3, RMSprop, global_clipnorm=0.1)):
        ours, own = net(optimizer, loss="squared_error"), net(optimizer, loss=own_loss)
        for model in (ours, own):
            model.fit(X, targets, batch_size=10, epochs=3, verbose=0)
        np.testing.assert_allclose(own.parameter_vector, ours.parameter_vector, rtol=1e-9)


def test_schedules_count_steps() -> None:
    """One weight, and a loss of slope 1: each step takes it down by the learning rate."""
    model = gn.Sequential([gn.Dense(1, use_bias=False)], input_size=1, dtype="float64")
    model.set_weights([np.zeros((1, 1))])
    optimizer = of_batches(2, SGD, learning_rate=StepDecay(1.0, 2, decay_rate=0.5))
    model.compile(optimizer, loss="absolute_error")
    model.fit(np.ones((6, 1)), np.full(6, -100.0), batch_size=1, epochs=1, verbose=0)
    assert -model.parameter_vector[0] == 1 + 1 + 0.5
    assert model.learning_rate == 0.5


def test_each_batch_draws_a_dropout_of_its_own() -> None:
    model = net(of_batches(4), dropout=0.5)
    losses = {model.train_on_batch(*batch(0))["loss"] for _ in range(4)}
    assert len(losses) == 4


@pytest.mark.parametrize("clipnorm", [None, 0.01])
def test_the_bits_are_the_same_on_any_team(clipnorm: float | None) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(100, WIDE)), rng.integers(0, 4, 100)
    found = []
    for threads in (1, 2, 4):
        model = gn.MLP([WIDE, WIDE, WIDE, 4], activation="tanh")
        model.compile(of_batches(3, global_clipnorm=clipnorm), loss="cross_entropy")
        gn.set_num_threads(threads)
        try:
            model.fit(x, y, batch_size=20, epochs=2, verbose=0)
        finally:
            gn.set_num_threads(None)
        assert state_of(model).summed == 1
        found.append(np.concatenate([model.parameter_vector, *state_of(model).blocks]))
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_the_bits_are_the_same_in_any_order_of_a_played_teams_parts() -> None:
    def fitted() -> Array:
        model = net(of_batches(2, global_clipnorm=0.1), "float32")
        model.fit(X, Y, batch_size=10, epochs=1, verbose=0)
        return np.concatenate([model.parameter_vector, *state_of(model).blocks])

    assert_same_in_any_order(fitted)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_file_between_two_batches_of_a_step_trains_on_with_the_same_bits(
    tmp_path: Path, name: str, dtype: str
) -> None:
    def train(model: gn.Model, numbers: range) -> Array:
        for number in numbers:
            model.train_on_batch(*batch(number))
        return np.concatenate([model.parameter_vector, *state_of(model).blocks])

    optimizer = of_batches(3, OPTIMIZERS[name])
    whole = train(net(optimizer, dtype, dropout=0.2), range(9))
    begun = net(optimizer, dtype, dropout=0.2)
    train(begun, range(5))
    begun.save(tmp_path / "a.safetensors", optimizer=True)
    restored = net(optimizer, dtype, dropout=0.2)
    restored.restore(tmp_path / "a.safetensors")
    for model in (begun, restored, gn.load(tmp_path / "a.safetensors")):
        assert model.optimizer == optimizer
        np.testing.assert_array_equal(train(model, range(5, 9)), whole)


def test_a_backup_goes_on_within_a_step(tmp_path: Path) -> None:
    def fit(model: gn.Model, *callbacks: gn.callbacks.Callback) -> None:
        backup = BackupAndRestore(tmp_path / "backup")
        model.fit(X, Y, batch_size=10, epochs=4, verbose=0, callbacks=[backup, *callbacks])

    def fail(epoch: int, logs: Logs) -> None:
        if epoch == 2:
            raise InterruptedError

    whole, ended, resumed = (net(of_batches(4), dropout=0.2) for _ in range(3))
    fit(whole)
    with pytest.raises(InterruptedError):
        fit(ended, LambdaCallback(on_epoch_end=fail))
    fit(resumed)
    assert state_of(whole).summed == 0
    np.testing.assert_array_equal(resumed.parameter_vector, whole.parameter_vector)


@pytest.mark.parametrize("kept", [True, False])
def test_an_epoch_that_fails_is_undone_within_a_step(
    kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(snapshot, "_MOST_STATE", 0)
    model = net(of_batches(4, SGD, learning_rate=0.1), loss="squared_error")
    targets = np.eye(CLASSES)[Y]
    model.train_on_batch(X[:5], targets[:5])
    before, total = model.parameter_vector.copy(), state_of(model).blocks[-1].copy()
    with pytest.raises(gn.LossNotFiniteError):  # in the batch after one that was added
        model.fit(X[:20], np.vstack([targets[:10], targets[:10] * 1e300]), 10, 1, 0, shuffle=False)
    np.testing.assert_array_equal(model.parameter_vector, before)
    np.testing.assert_array_equal(state_of(model).blocks[-1], total * kept)
    assert state_of(model).summed == int(kept)


def test_a_sum_that_is_not_finite_is_told_and_undone() -> None:
    model = net(of_batches(3, SGD), "float32")
    for value in (1.0, 3e38):
        model.gradient_vector[:] = value
        model.apply_gradients()
    said = "apply_gradients: the sum of gradients that the optimizer remembers is not finite"
    with pytest.raises(gn.LossNotFiniteError, match=said):
        model.apply_gradients()
    assert state_of(model).summed == 2
    model.gradient_vector[:] = -3e38
    model.apply_gradients()
    assert state_of(model).steps == 1


@pytest.mark.parametrize("value", [True, 2.5, "2"])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="gradient_accumulation_steps must be a whole number, two"):
        Adam(gradient_accumulation_steps=value)


@pytest.mark.parametrize("value", [1, 0, -3])
def test_fewer_than_two_batches_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match=f"must be a whole number, two or more, got {value}"):
        Adam(gradient_accumulation_steps=value)


def test_a_file_of_more_batches_than_a_step_has_is_refused(tmp_path: Path) -> None:
    from ganglion.training.kept import Kept

    kept = Kept.of("test", net(of_batches(2))._objective("test"))
    assert replace(kept, summed=1).summed == 1
    with pytest.raises(ValueError, match="summed is 2, must be less than the 2 of a step"):
        replace(kept, summed=2)
    with pytest.raises(ValueError, match="summed is 2, must be less than the 2 batches"):
        state_of(net(of_batches(2))).summed = 2


def test_the_core_refuses_a_penalty_on_several_batches() -> None:
    model = net(of_batches(2))
    phase = model._objective("test").training
    penalty = _core.Penalty(0.1, [(0, FEATURES * 8)])
    phase._extras = replace(phase._extras, penalty=penalty)
    with pytest.raises(ValueError, match="a penalty goes by the rows of one batch, and a step is"):
        phase.prepare()


class TwoHeads:
    """Two outputs, of which one has a loss: a fit reaches fewer parameters than a backward pass."""

    def __init__(self, batches: int) -> None:
        x = gn.Input(FEATURES)
        shared = gn.Dense(4)(x)
        outputs = {"told": gn.Dense(1)(shared), "untold": gn.Dense(2)(shared)}
        self.model = gn.Model(x, outputs, dtype="float64")
        self.model.compile(of_batches(batches, SGD, learning_rate=0.1), {"told": "squared_error"})

    def fit(self) -> None:
        self.model.fit(X, {"told": X[:, :1]}, batch_size=SAMPLES, verbose=0)

    def step_by_hand(self) -> Array:
        y = self.model.forward(X)
        self.model.backward({name: np.ones_like(one) for name, one in y.items()})
        gradient = self.model.gradient_vector.copy()
        self.model.apply_gradients()
        return gradient


def test_a_step_leaves_out_no_gradient_of_its_batches() -> None:
    two = TwoHeads(2)
    first, before = two.step_by_hand(), two.model.parameter_vector.copy()
    said = "fit: batches that make one step must have gradients of the same parameters, 1 before"
    for _ in range(2):
        with pytest.raises(ValueError, match=said):
            two.fit()
    np.testing.assert_array_equal(two.model.parameter_vector, before)
    second = two.step_by_hand()
    expected = before - 0.1 * (first + second) / 2
    np.testing.assert_allclose(two.model.parameter_vector, expected, rtol=1e-13)
    two.fit()  # which now begins a step
    assert state_of(two.model).summed == 1


def test_a_step_may_gain_parameters_from_batch_to_batch() -> None:
    two, rest = TwoHeads(2), TwoHeads(2)
    two.fit()
    gradient, before = two.model.gradient_vector.copy(), two.model.parameter_vector.copy()
    untold = slice(FEATURES * 4 + 4 + 4 + 1, None)
    gradient[untold] = 0
    second = two.step_by_hand()
    expected = before - 0.1 * (gradient + second) / 2
    np.testing.assert_allclose(two.model.parameter_vector, expected, rtol=1e-13)
    assert (two.model.parameter_vector[untold] != rest.model.parameter_vector[untold]).any()
