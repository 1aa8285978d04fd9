"""Models and residual layers within models: whose weights they are, and frozen ones."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

Array = NDArray[Any]


@pytest.fixture
def data() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    return x, np.column_stack([x.sum(axis=1), x[:, 0] - x[:, 1]])


def moved(model: gn.Model, data: tuple[Array, Array], optimizer: str = "adam") -> list[str]:
    """Return the names of the parameters that training moves."""
    before = model.get_weights()
    model.compile(optimizer, loss="squared_error")
    x, y = data
    model.fit(x, y, epochs=2, verbose=0)
    return [
        name
        for name, old, new in zip(model.parameter_names, before, model.get_weights(), strict=True)
        if (old != new).any()
    ]


def around(inner: gn.Model, *, trainable: bool) -> gn.Model:
    x = gn.Input(4)
    return gn.Model(x, gn.Dense(2)(inner(gn.Dense(4, "tanh")(x), trainable=trainable)))


INNER = gn.MLP([4, 6, 4], activation="tanh", seed=3)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_frozen_model_is_not_moved_within_another(data: Any, optimizer: str) -> None:
    all_of_them = moved(around(INNER, trainable=True), data, optimizer)
    assert len(all_of_them) == 8
    others = moved(around(INNER, trainable=False), data, optimizer)
    assert others == [name for name in all_of_them if not name.startswith("layers.1.")]


def test_what_is_before_a_frozen_model_learns_through_it(data: Any) -> None:
    x = gn.Input(4)
    model = gn.Model(x, gn.MLP([4, 6, 2], activation="tanh")(gn.Dense(4)(x), trainable=False))
    model.compile(gn.optimizers.Adam(0.02), loss="squared_error")
    rows, targets = data
    losses = model.fit(rows, targets, epochs=40, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]


def test_a_residual_layer_is_frozen_with_its_projection(data: Any) -> None:
    residual = gn.Residual([gn.Dense(5, "tanh"), gn.Dense(3)], trainable=False)
    net = gn.Sequential([gn.Dense(4), residual, gn.Dense(2)], input_size=4)
    assert any(name.endswith("projection.weight") for name in net.parameter_names)
    assert moved(net, data) == [
        *("layers.0.weight", "layers.0.bias"),
        *("layers.2.weight", "layers.2.bias"),
    ]
    free = gn.Residual(residual.layers)
    net = gn.Sequential([gn.Dense(4), free, gn.Dense(2)], input_size=4)
    assert moved(net, data) == net.parameter_names


def test_what_is_frozen_within_stays_so_where_its_model_is_not(data: Any) -> None:
    inner = gn.Sequential([gn.Dense(4, trainable=False), gn.Dense(4)], input_size=4)
    found = moved(around(inner, trainable=True), data)
    assert [name for name in found if name.startswith("layers.1.")] == [
        "layers.1.layers.1.weight",
        "layers.1.layers.1.bias",
    ]
    outer = around(around(INNER, trainable=True), trainable=False)
    assert not any(".layers." in name.removeprefix("layers") for name in moved(outer, data))


def test_what_comes_after_a_frozen_model_learns(data: Any) -> None:
    x = gn.Input(4)
    y = gn.Dense(2)(INNER(x, trainable=False))
    model = gn.Model(x, y)
    assert moved(model, data) == ["layers.1.weight", "layers.1.bias"]


def test_a_frozen_model_that_is_called_twice_shares_its_weights() -> None:
    x = gn.Input(4)
    model = gn.Model(x, INNER(INNER(x, trainable=False), trainable=False))
    assert model.count_params() == INNER.count_params()
    rows = np.random.default_rng(0).normal(size=(9, 4))
    np.testing.assert_array_equal(model.predict(rows), INNER.predict(INNER.predict(rows)))
    with pytest.raises(ValueError, match="no layer is trainable"):
        model.compile(loss="squared_error")


def test_it_is_told_what_is_frozen(capsys: pytest.CaptureFixture[str]) -> None:
    residual = gn.Residual([gn.Dense(4)], trainable=False)
    x = gn.Input(4)
    gn.Model(x, INNER(residual(x), trainable=False)).summary()
    told = capsys.readouterr().out
    assert "1. Residual(Dense(4), frozen)" in told
    assert "2. Model(frozen)" in told
    assert repr(residual).endswith("trainable=False)")
    assert "trainable" not in repr(gn.Residual([gn.Dense(4)]))


def test_files_pickles_and_copies_keep_what_is_frozen(data: Any, tmp_path: Path) -> None:
    x = gn.Input(4)
    frozen = gn.Residual([gn.Dense(4)], trainable=False)(INNER(x, trainable=False))
    model = gn.Model(x, gn.Dense(2)(frozen))
    model.save(tmp_path / "model")
    expected = model.predict(data[0])
    again = [gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    for one in again:
        np.testing.assert_array_equal(one.predict(data[0]), expected)
        assert moved(one, data) == ["layers.2.weight", "layers.2.bias"]


def test_weights_are_the_new_models_own_and_can_be_given_back(data: Any) -> None:
    inner = gn.MLP([4, 6, 4], activation="tanh")
    model = around(inner, trainable=True)
    kept = inner.get_weights()
    model.compile("adam", loss="squared_error")
    x, y = data
    model.fit(x, y, verbose=0)
    for before, after in zip(kept, inner.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    named = dict(zip(model.parameter_names, model.get_weights(), strict=True))
    inner.set_weights([named[f"layers.1.{name}"] for name in inner.parameter_names])
    again = around(inner, trainable=True)
    for name, part in zip(again.parameter_names, again.get_weights(), strict=True):
        if name.startswith("layers.1."):
            np.testing.assert_array_equal(part, named[name])


@pytest.mark.parametrize("wrong", [None, 0, "no"])
def test_trainable_is_yes_or_no(wrong: Any) -> None:
    with pytest.raises(TypeError, match="trainable must be True or False, got"):
        INNER(gn.Input(4), trainable=wrong)
    with pytest.raises(TypeError, match="trainable must be True or False, got"):
        gn.Residual([gn.Dense(4)], trainable=wrong)


SCALED = gn.MLP([4, 4], rescale=0.5)
NORMALIZED = gn.Sequential([gn.Normalization([0] * 4, [1] * 4)], input_size=4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: SCALED(x),
            "^a model whose rescale is 0.5 cannot be a layer: .* make it without",
        ),
        (lambda x: INNER([x, np.ones((2, 4))]), "^a model takes tensors, got "),
        (lambda x: INNER(gn.Dense(3)(x)), r"^a model takes shape \(4,\), got \(3,\)"),
        (lambda x: NORMALIZED(gn.Dense(4)(x)), "must be the first layer"),
    ],
)
def test_a_model_as_a_layer_is_called_a_model(call: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        call(gn.Input(4))
    assert "Nested" not in str(caught.value)


def test_what_comes_out_of_a_model_is_shown_in_a_line() -> None:
    x = gn.Input(4)
    assert repr(INNER(x)) == "<Tensor (4,), out of <a model, layers: 2>>"
    assert repr(INNER(x, trainable=False)) == "<Tensor (4,), out of <a model, layers: 2, frozen>>"
    assert repr(gn.Model(x, INNER(x)).layers) == "(<a model, layers: 2>,)"
