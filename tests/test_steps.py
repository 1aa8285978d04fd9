"""Steps by hand, and along losses of the caller's: of what has a gradient, done whole or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core
from ganglion.training import snapshot
from ganglion.training.parametrized import Parametrized

Array = NDArray[Any]

OPTIMIZERS = {
    "sgd": gn.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1),
    "clipped": gn.optimizers.SGD(0.1, momentum=0.9, global_clipnorm=0.01),
    "adamw": gn.optimizers.AdamW(1e-2, weight_decay=0.1),
    "rmsprop": gn.optimizers.RMSprop(1e-2, momentum=0.5, weight_decay=0.1),
}
ROWS = 30


def squared(y: Array, outputs: Array, weight: Array | None) -> tuple[float, Array]:
    """Return what "squared_error" does."""
    error = outputs - y
    return float((error**2).mean()), 2 * error / error.size


LOSSES: dict[str, Any] = {"the package's": "squared_error", "the caller's": squared}


def data() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, 4)), rng.normal(size=(ROWS, 2))


def blocks_of(model: gn.Model) -> list[Array]:
    return [block.copy() for block in model._objective("test").state.blocks]


def steps_of(model: gn.Model) -> int:
    return model._objective("test").state.steps


def step_by_hand(model: gn.Model, dy: Any) -> None:
    model.forward(data()[0])
    model.backward(dy)
    model.apply_gradients()


def moved(before: list[Array], model: gn.Model) -> list[bool]:
    """Tell of each parameter whether it is another than it was."""
    return [bool((a != b).any()) for a, b in zip(before, model.get_weights(), strict=True)]


def after_steps_along_both(optimizer: Any, loss: Any, *, frozen: bool) -> gn.Model:
    """Return a model of two outputs, the first with a loss; all that is trained has momentum."""
    x = gn.Input(4)
    top = gn.Dense(5, "tanh", trainable=not frozen)(x)
    outputs = {"one": gn.Dense(2, trainable=not frozen)(top), "two": gn.Dense(3)(top)}
    model = gn.Model(x, outputs, dtype="float64", seed=1)
    model.compile(optimizer, loss={"one": loss})
    for _ in range(2):
        step_by_hand(model, {"one": np.ones((ROWS, 2)), "two": np.ones((ROWS, 3))})
    return model


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_loss_moves_what_it_reaches_whoever_computes_it(name: str) -> None:
    x, y = data()
    found = []
    for loss in LOSSES.values():
        model = after_steps_along_both(OPTIMIZERS[name], loss, frozen=False)
        before, remembered = model.get_weights(), blocks_of(model)
        model.train_on_batch(x, {"one": y})
        assert moved(before, model) == [True] * 4 + [False] * 2
        behind_two = slice(-(5 * 3 + 3), None)
        for old, new in zip(remembered, blocks_of(model), strict=True):
            np.testing.assert_array_equal(old[behind_two], new[behind_two])
        found.append([model.parameter_vector.copy(), *blocks_of(model)])
    for known, own in zip(*found, strict=True):
        np.testing.assert_allclose(own, known, rtol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_loss_of_frozen_layers_moves_nothing(name: str, loss: str) -> None:
    x, y = data()
    model = after_steps_along_both(OPTIMIZERS[name], LOSSES[loss], frozen=True)
    before, remembered = model.get_weights(), blocks_of(model)
    assert moved(before, model) == [False] * 6
    model.train_on_batch(x, {"one": y})
    assert moved(before, model) == [False] * 6
    np.testing.assert_array_equal(remembered, blocks_of(model))


def stopped(optimizer: Any) -> gn.Model:
    """Return a model whose first layer has no gradient."""
    x = gn.Input(4)
    model = gn.Model(x, gn.Dense(2)(gn.stop_gradient(gn.Dense(5, "tanh")(x))), dtype="float64")
    model.compile(optimizer, loss="squared_error")
    return model


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_by_hand_moves_what_backward_gives_gradients_of(name: str) -> None:
    x, y = data()
    by_hand, fitted = (stopped(OPTIMIZERS[name]) for _ in range(2))
    before = by_hand.get_weights()
    for _ in range(3):
        step_by_hand(by_hand, squared(y, by_hand.forward(x), None)[1])
        fitted.train_on_batch(x, y)
    assert moved(before, by_hand) == [False, False, True, True]
    np.testing.assert_allclose(by_hand.parameter_vector, fitted.parameter_vector, rtol=1e-12)
    assert not any(block[: 4 * 5 + 5].any() for block in blocks_of(by_hand))


def test_a_gradient_that_the_caller_wrote_moves_the_same() -> None:
    model = stopped(OPTIMIZERS["sgd"])
    before = model.get_weights()
    model.gradient_vector[:] = 1
    model.apply_gradients()  # nothing went forward yet
    assert moved(before, model) == [False, False, True, True]


TOO_LARGE = {
    "norm": (gn.optimizers.SGD(0.1, momentum=0.9, global_clipnorm=1.0), 1e200),
    "step": (gn.optimizers.SGD(1e10, momentum=0.9), 1e300),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_step_by_hand_that_is_not_finite_leaves_all_as_it_was(name: str) -> None:
    optimizer, gradient = TOO_LARGE[name]
    model = stopped(optimizer)
    model.gradient_vector[:] = 1
    model.apply_gradients()
    kept, remembered = model.parameter_vector.copy(), blocks_of(model)
    model.gradient_vector[:] = gradient
    with pytest.raises(gn.LossNotFiniteError, match=r"apply_gradients: a parameter is not finite"):
        model.apply_gradients()
    np.testing.assert_array_equal(model.parameter_vector, kept)
    np.testing.assert_array_equal(blocks_of(model), remembered)
    assert steps_of(model) == 1
    model.gradient_vector[:] = 1
    model.apply_gradients()
    assert steps_of(model) == 2


@pytest.mark.parametrize("loss", LOSSES)
def test_memory_too_large_for_a_copy_begins_afresh_after_such_a_step(
    loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_MOST_STATE", 0)
    x, y = data()
    model = gn.MLP([4, 5, 2], dtype="float64")
    model.compile(gn.optimizers.SGD(1e308, momentum=0.9), loss=LOSSES[loss])
    before = model.get_weights()
    with pytest.raises(gn.LossNotFiniteError):
        model.train_on_batch(x, 1e3 * y)  # whose loss is finite
    assert moved(before, model) == [False] * 4
    assert steps_of(model) == 0
    assert not any(block.any() for block in blocks_of(model))


@pytest.mark.parametrize("trainable", [False, True])
def test_a_team_is_worth_it_by_what_is_stepped(trainable: bool) -> None:
    model = gn.Sequential([gn.Dense(400, trainable=trainable), gn.Dense(2)], input_size=400)
    model.compile("sgd", loss="squared_error")
    model.gradient_vector[:] = 1
    gn.set_num_threads(2)
    try:
        with _core.PlayedTeams(_core.play_orders()[0], seed=1) as teams:
            model.apply_gradients()
            assert (teams.works > 0) == trainable
    finally:
        gn.set_num_threads(None)


def compiled() -> gn.MLP:
    model = gn.MLP([4, 5, 2])
    model.compile(gn.optimizers.AdamW(1e-2, weight_decay=0.1), loss="squared_error")
    return model


USED_UP: dict[str, Callable[[gn.MLP], object]] = {
    "nothing": lambda model: None,
    "forward": lambda model: model.forward(data()[0]),
    "a step": lambda model: step_by_hand(model, data()[1]),
    "a fit": lambda model: backward(model).fit(*data(), verbose=0),
    "a batch": lambda model: backward(model).train_on_batch(*data()),
}


def backward(model: gn.MLP) -> gn.MLP:
    model.forward(data()[0])
    model.backward(data()[1])
    return model


@pytest.mark.parametrize("before", USED_UP)
def test_a_step_by_hand_without_a_gradient_of_its_own_is_refused(before: str) -> None:
    model = compiled()
    USED_UP[before](model)
    kept, remembered, steps = model.parameter_vector.copy(), blocks_of(model), steps_of(model)
    with pytest.raises(ValueError, match="apply_gradients: there is no backward pass since"):
        model.apply_gradients()
    np.testing.assert_array_equal(model.parameter_vector, kept)
    np.testing.assert_array_equal(blocks_of(model), remembered)
    assert steps_of(model) == steps
    step_by_hand(model, data()[1])
    assert steps_of(model) == steps + 1


def test_a_gradient_stays_for_the_step_after_one_that_failed() -> None:
    model = compiled()
    backward(model)
    model.compile(gn.optimizers.SGD(1e38), loss="squared_error")
    with pytest.raises(gn.LossNotFiniteError):
        model.apply_gradients()
    model.learning_rate = 0.1
    model.apply_gradients()
    assert steps_of(model) == 1


def test_a_forward_pass_beside_a_first_step_can_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = compiled(), data()[0]
    model.gradient_vector[:] = 1  # a step may go along it without a pass
    passes: list[Array] = []

    def passing(parametrized: Parametrized) -> Parametrized:
        if not passes:  # as another thread may, while the step looks for what it steps by
            passes.append(np.empty(0))
            passes[0] = model.forward(x)
        return parametrized

    monkeypatch.setattr(Parametrized, "of_one_step", passing)
    model.apply_gradients()
    model.backward(np.ones_like(passes[0]))
    assert model.gradient_vector.any()
