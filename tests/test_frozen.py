"""Layers that are not trainable: what trains the others leaves them and counts them in nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core

Array = NDArray[Any]

OPTIMIZERS = {
    "sgd": gn.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1),
    "clipped": gn.optimizers.SGD(0.1, global_clipnorm=0.01),
    "adamw": gn.optimizers.AdamW(1e-2, weight_decay=0.1),
    "rmsprop": gn.optimizers.RMSprop(1e-2, momentum=0.5),
}
FROZEN = slice(4 * 5 + 5, 4 * 5 + 5 + 5 * 5 + 5)  # among the parameters


def model_of(optimizer: Any, loss: Any = "squared_error") -> gn.Sequential:
    """Return a model whose layer in the middle is frozen."""
    layers = [gn.Dense(5, "tanh"), gn.Dense(5, "tanh", trainable=False), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=4, dtype="float64")
    model.compile(optimizer, loss=loss)
    return model


def data() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 4)), rng.normal(size=(60, 2))


def half_squares(y: Array, outputs: Array, weight: Array | None) -> tuple[float, Array]:
    """Return what "squared_error" does."""
    error = outputs - y
    return float((error**2).mean()), 2 * error / error.size


def step_by_hand(model: gn.Sequential, x: Array, y: Array) -> None:
    model.backward(half_squares(y, model.forward(x), None)[1])
    model.apply_gradients()


def assert_frozen(model: gn.Sequential, before: Array) -> None:
    moved = model.parameter_vector != before
    assert not moved[FROZEN].any()
    moved[FROZEN] = True
    assert moved.all()
    for block in model._objective("test").state.blocks:
        assert not block[FROZEN].any()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fit_does_not_move_a_frozen_layer(name: str) -> None:
    model = model_of(OPTIMIZERS[name])
    before = model.parameter_vector.copy()
    model.fit(*data(), epochs=2, verbose=0)
    assert_frozen(model, before)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_by_hand_are_those_of_fit(name: str) -> None:
    by_hand, fitted = (model_of(OPTIMIZERS[name]) for _ in range(2))
    before = by_hand.parameter_vector.copy()
    for _ in range(3):
        step_by_hand(by_hand, *data())
        fitted.train_on_batch(*data())
    assert_frozen(by_hand, before)
    np.testing.assert_allclose(by_hand.parameter_vector, fitted.parameter_vector, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_loss_of_ones_own_does_not_move_a_frozen_layer(name: str) -> None:
    own, known = model_of(OPTIMIZERS[name], half_squares), model_of(OPTIMIZERS[name])
    before = own.parameter_vector.copy()
    for model in (own, known):
        model.fit(*data(), epochs=2, verbose=0)
    assert_frozen(own, before)
    np.testing.assert_allclose(own.parameter_vector, known.parameter_vector, rtol=1e-12)


def test_backward_gives_a_frozen_layer_no_gradient() -> None:
    model, (x, y) = model_of("sgd"), data()
    model.gradient_vector[:] = np.nan
    dy = half_squares(y, model.forward(x, input_gradient=True), None)[1]
    dx = model.backward(dy)
    assert not model.gradient_vector[FROZEN].any()
    whole = gn.Sequential(
        [gn.Dense(5, "tanh"), gn.Dense(5, "tanh"), gn.Dense(2)], input_size=4, dtype="float64"
    )
    whole.set_weights(model.get_weights())
    whole.forward(x, input_gradient=True)
    np.testing.assert_array_equal(whole.backward(dy), dx)
    expected = whole.gradient_vector.copy()
    expected[FROZEN] = 0
    np.testing.assert_array_equal(model.gradient_vector, expected)


def test_a_step_does_not_read_the_gradient_of_a_frozen_layer() -> None:
    one, other = (model_of(OPTIMIZERS["clipped"]) for _ in range(2))
    for model, frozen in ((one, 0.0), (other, 1e3)):
        model.gradient_vector[:] = 1.0
        model.gradient_vector[FROZEN] = frozen
        model.apply_gradients()
    np.testing.assert_array_equal(one.parameter_vector, other.parameter_vector)


def test_a_network_of_frozen_layers_is_run_and_not_trained() -> None:
    model = gn.Sequential([gn.Dense(2, trainable=False)], input_size=3)
    with pytest.raises(ValueError, match="no layer is trainable"):
        model.compile(loss="squared_error")
    model.gradient_vector[:] = np.nan
    model.forward(np.ones((4, 3)), input_gradient=True)
    assert model.backward(np.ones((4, 2))).any()
    assert not model.gradient_vector.any()


def test_a_group_that_no_parameter_belongs_to_is_refused() -> None:
    graph = _core.Graph()
    x = graph.input("x", 2)
    y = graph.affine(x, graph.parameter("w", 2, 3, group=4), None)
    core = _core.float64
    store, state = core.ParameterStore(graph), core.OptimizerState("sgd", {}, 6)

    def tape(groups: list[int]) -> _core.Tape:
        return core.Tape(
            graph=graph,
            inputs=[x],
            outputs=[y],
            input_gradients=False,
            store=store,
            max_batch=1,
            seed=0,
            groups=groups,
        )

    with pytest.raises(ValueError, match=r"groups has 3, to which no parameter belongs"):
        tape([3])
    store.gradients[:] = 1
    assert tape([]).apply_gradients(state, 0.1)
    assert not store.values.any()
    assert tape([4]).apply_gradients(state, 0.1)
    np.testing.assert_array_equal(store.values, -0.1)
