"""Norms of weights that are limited after each step."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from played_team import assert_same_in_any_order
from reference import Optimizer as Twin

import ganglion as gn
from ganglion import _core
from ganglion.constraints import MaxNorm
from ganglion.optimizers import OPTIMIZERS, SGD, Adam, Optimizer

Array = NDArray[Any]

ROWS = 40
RNG = np.random.default_rng(0)


def net(
    constraint: Any, optimizer: Any, sizes: tuple[int, ...], dtype: str, **more: Any
) -> gn.Sequential:
    *hidden, outputs = sizes[1:]
    layers = [gn.Dense(units, "tanh", kernel_constraint=constraint, **more) for units in hidden]
    made = gn.Sequential([*layers, gn.Dense(outputs)], input_size=sizes[0], dtype=dtype, seed=1)
    made.compile(optimizer, "squared_error")
    return made


def data(sizes: tuple[int, ...]) -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    return rng.normal(size=(ROWS, sizes[0])), 5 * rng.normal(size=(ROWS, sizes[-1]))


def limited(w: Array, most: float, axis: int) -> Array:
    """Return weights by the definition."""
    norms = np.sqrt((w**2).sum(axis=axis, keepdims=True))
    return w * np.where(norms > most, most / norms, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_of_50_steps_are_those_of_a_twin(name: str, axis: int, dtype: str) -> None:
    sizes, most = (6, 70, 2), {0: 0.5, 1: 1.3}[axis]
    record = OPTIMIZERS[name]()
    rate = 0.05 if name != "adadelta" else 1.0
    model = net(MaxNorm(most, axis), type(record)(rate), sizes, dtype)
    weights = [one.astype(np.float64) for one in model.get_weights()]
    twins = [Twin(name, **record.settings()) for _ in weights]
    x, y = data(sizes)
    held = 0
    for _ in range(50):
        h = np.tanh(x @ weights[0] + weights[1])
        error = 2 * (h @ weights[2] + weights[3] - y) / y.size
        dz = error @ weights[2].T * (1 - h**2)
        gradients = [x.T @ dz, dz.sum(axis=0), h.T @ error, error.sum(axis=0)]
        weights = [
            twin.step(one, gradient, rate)
            for twin, one, gradient in zip(twins, weights, gradients, strict=True)
        ]
        held += int((np.linalg.norm(weights[0], axis=axis) > most).any())
        weights[0] = limited(weights[0], most, axis)
        model.train_on_batch(x, y)
    tolerance = {"float32": 1e-4, "float64": 1e-9}[dtype]
    for ours, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    assert held > 10


@pytest.mark.kernel
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (9, 1), (5, 16), (67, 131), (200, 65)])
def test_norms_are_limited_by_the_definition(shape: tuple[int, int], dtype: str, axis: int) -> None:
    model = net(MaxNorm(1.5, axis), SGD(0.0), (shape[0], shape[1], 1), dtype)
    scales = np.geomspace(0.01, 100, shape[1 - axis])
    w = RNG.normal(size=shape) * (scales if axis == 0 else scales[:, None])
    w = w.astype(dtype)
    model.set_weights([w, *model.get_weights()[1:]])
    model.train_on_batch(*data((shape[0], 1)))
    expected = limited(w.astype(np.float64), 1.5, axis)
    rtol = {"float32": 2e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=rtol)
    short = np.linalg.norm(w.astype(np.float64), axis=axis) < 1.49
    kept, before = (one if axis == 0 else one.T for one in (model.get_weights()[0], w))
    np.testing.assert_array_equal(kept[:, short], before[:, short])


WIDE = (300, 310, 4)  # whose weights step in the product that makes their gradient


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.1),
        SGD(0.1, global_clipnorm=1e30),
        Adam(0.01, gradient_accumulation_steps=2),
        Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    ],
    ids=str,
)
def test_the_bits_are_the_same_on_any_team(optimizer: Optimizer, axis: int) -> None:
    x, y = data(WIDE)
    found = []
    for threads in (1, 2, 4):
        model = net(MaxNorm(1.0, axis), optimizer, WIDE, "float32")
        gn.set_num_threads(threads)
        try:
            for _ in range(4):
                model.train_on_batch(x, y)
        finally:
            gn.set_num_threads(None)
        norms = np.linalg.norm(model.get_weights()[0].astype(np.float64), axis=axis)
        assert norms.max() == pytest.approx(1, abs=1e-6)
        found.append(model.parameter_vector)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_steps_in_products_and_sweeps_are_held_alike() -> None:
    x, y = data(WIDE)
    fused = net(MaxNorm(1.0), SGD(0.1), WIDE, "float32")
    swept = net(MaxNorm(1.0), SGD(0.1, global_clipnorm=1e30), WIDE, "float32")
    for model in (fused, swept):
        model.gradient_vector[:] = 7
        model.train_on_batch(x, y)
    assert (fused.gradient_vector == 7).sum() == 300 * 310
    assert not (swept.gradient_vector == 7).any()
    np.testing.assert_array_equal(fused.parameter_vector, swept.parameter_vector)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_bits_are_the_same_in_any_order_of_a_played_teams_parts(axis: int) -> None:
    sizes = (130, 140, 2)

    def fitted() -> Array:
        model = net(MaxNorm(0.5, axis), "adam", sizes, "float32")
        model.train_on_batch(*data(sizes))
        return model.parameter_vector.copy()

    assert_same_in_any_order(fitted)


def wrong(value: Any) -> Any:
    """Return a value of a wrong type as the type checker does not see it."""
    return value


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    error = p - y
    return float((error**2).mean()), 2 * error / error.size


def test_steps_by_hand_and_losses_of_ones_own_are_held_too() -> None:
    sizes = (5, 8, 2)
    x, y = data(sizes)
    by_hand, own, fitted = (net("max_norm", SGD(1.0), sizes, "float64") for _ in range(3))
    own.compile(SGD(1.0), own_loss)
    for _ in range(5):
        by_hand.backward(own_loss(y, by_hand.forward(x), None)[1])
        by_hand.apply_gradients()
        for model in (own, fitted):
            model.train_on_batch(x, y)
    assert np.linalg.norm(fitted.get_weights()[0], axis=0).max() == pytest.approx(2)
    for model in (by_hand, own):
        np.testing.assert_allclose(model.parameter_vector, fitted.parameter_vector, rtol=1e-9)


def test_weights_are_held_once_their_step_is_made() -> None:
    model = net("max_norm", Adam(gradient_accumulation_steps=2), (5, 8, 2), "float64")
    model.set_weights([10 * one for one in model.get_weights()])
    before = model.parameter_vector.copy()
    model.train_on_batch(*data((5, 2)))
    np.testing.assert_array_equal(model.parameter_vector, before)
    model.train_on_batch(*data((5, 2)))
    assert np.linalg.norm(model.get_weights()[0], axis=0).max() <= 2 + 1e-12


def test_what_does_not_step_is_not_held() -> None:
    model = net("max_norm", "sgd", (5, 8, 2), "float64", trainable=False)
    model.set_weights([10 * one for one in model.get_weights()])
    before = model.get_weights()[0]
    model.train_on_batch(*data((5, 2)))
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_a_layer_called_twice_is_held_once() -> None:
    x = gn.Input(4)
    layer = gn.Dense(4, "tanh", kernel_constraint=MaxNorm(0.5))
    model = gn.Model(x, layer(layer(x)), dtype="float64")
    model.compile(SGD(0.1), "squared_error")
    model.train_on_batch(*data((4, 4)))
    np.testing.assert_allclose(np.linalg.norm(model.get_weights()[0], axis=0), 0.5)


def test_a_norm_that_is_infinite_is_told_and_undone() -> None:
    model = net("max_norm", SGD(1.0), (2, 1, 1), "float32")
    before = model.parameter_vector.copy()
    model.gradient_vector[:] = [1e30, 1e30, 0, 0, 0]
    with pytest.raises(gn.LossNotFiniteError, match="a parameter is not finite after the step"):
        model.apply_gradients()
    np.testing.assert_array_equal(model.parameter_vector, before)


def test_files_and_pickles_keep_it(tmp_path: Path) -> None:
    x, y = data((5, 2))
    model = net(MaxNorm(0.5, axis=1), Adam(0.1), (5, 8, 2), "float64")
    model.train_on_batch(x, y)
    model.save(tmp_path / "a.safetensors", optimizer=True)
    loaded = gn.load(tmp_path / "a.safetensors")
    assert loaded.layers == model.layers
    copied = pickle.loads(pickle.dumps(model))
    copied.compile(SGD(0.0), "squared_error")
    copied.set_weights([10 * one for one in copied.get_weights()])
    copied.train_on_batch(x, y)
    assert np.linalg.norm(copied.get_weights()[0], axis=1).max() <= 0.5 + 1e-12
    for one in (model, loaded):
        one.train_on_batch(x, y)
    np.testing.assert_array_equal(loaded.parameter_vector, model.parameter_vector)


def test_layers_say_it_where_it_is() -> None:
    assert repr(gn.Dense(3, kernel_constraint="max_norm")).endswith("kernel_constraint='max_norm')")
    assert "constraint" not in repr(gn.Dense(3))
    assert gn.constraints.get("max_norm") == MaxNorm(2.0, 0)


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (lambda: MaxNorm(0), ValueError, "max_value must be a positive finite number, got 0"),
        (lambda: MaxNorm(wrong("2")), TypeError, "max_value must be a positive finite number, got"),
        (lambda: MaxNorm(2, axis=2), ValueError, "axis must be 0 or 1, got 2"),
        (lambda: MaxNorm(2, axis=-1), ValueError, "axis must be a whole number, .* got -1"),
        (
            lambda: MaxNorm(2, axis=wrong(None)),
            TypeError,
            "axis must be a whole number, .* got None",
        ),
        (
            lambda: gn.Dense(3, kernel_constraint="maxnorm"),
            ValueError,
            "constraint: unknown name 'maxnorm'",
        ),
        (
            lambda: gn.Dense(3, kernel_constraint=wrong(2.0)),
            TypeError,
            "constraint must be a name or a",
        ),
    ],
)
def test_bad_arguments_are_refused(make: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        make()


def test_the_core_refuses_what_is_no_norm() -> None:
    graph = _core.Graph()
    w = graph.parameter("w", 2, 3)
    for most, axis in ((0.0, 0), (np.nan, 0), (np.inf, 0), (1.0, 2)):
        with pytest.raises(ValueError, match="max_norm: w"):
            graph.limit_norm(w, most, axis)
    with pytest.raises(ValueError, match="x is no parameter"):
        graph.limit_norm(graph.input("x", 3), 1.0, 0)
