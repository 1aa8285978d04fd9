import dataclasses
import math
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion import _core, optimizers
from ganglion._base import precision
from ganglion.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from ganglion.schedules import CosineDecay

DEFAULTS: dict[type[Optimizer], tuple[float, dict[str, float]]] = {
    SGD: (1e-3, {"momentum": 0.0, "nesterov": 0.0}),
    Adam: (1e-3, {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}),
    AdamW: (1e-3, {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}),
    RMSprop: (1e-2, {"rho": 0.99, "epsilon": 1e-8, "momentum": 0.0, "centered": 0.0}),
    Adagrad: (1e-2, {"initial_accumulator_value": 0.0, "epsilon": 1e-10}),
    Adadelta: (1.0, {"rho": 0.9, "epsilon": 1e-6}),
}
COMMON = {
    "weight_decay": 0.0,
    "global_clipnorm": 0.0,
    "clipvalue": 0.0,
    "gradient_accumulation_steps": 0.0,
    "use_ema": 0.0,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": 0.0,
}


def test_names_are_those_of_the_core() -> None:
    assert sorted(optimizers.OPTIMIZERS) == sorted(_core.optimizer_names())


@pytest.mark.parametrize("record", DEFAULTS)
def test_defaults_are_as_documented(record: type[Optimizer]) -> None:
    learning_rate, settings = DEFAULTS[record]
    optimizer = record()
    assert optimizer.learning_rate == learning_rate
    assert optimizer.settings() == COMMON | settings


def test_settings_are_numbers() -> None:
    optimizer = SGD(momentum=0.9, nesterov=True, global_clipnorm=1, clipvalue=0.5)
    settings = optimizer.settings()
    assert settings == COMMON | {
        "global_clipnorm": 1.0,
        "clipvalue": 0.5,
        "momentum": 0.9,
        "nesterov": 1.0,
    }
    assert all(type(value) is float for value in settings.values())


@pytest.mark.parametrize("record", DEFAULTS)
def test_get_takes_a_name_or_a_record(record: type[Optimizer]) -> None:
    assert optimizers.get(record.name) == record()
    optimizer = record(learning_rate=0.5)
    assert optimizers.get(optimizer) is optimizer


def test_get_suggests_a_name() -> None:
    with pytest.raises(ValueError, match="optimizer: unknown name 'adm', did you mean 'adam'"):
        optimizers.get("adm")


def test_get_refuses_the_class_of_a_record() -> None:
    with pytest.raises(TypeError, match="optimizer must be a name or a record"):
        optimizers.get(SGD)  # type: ignore[arg-type]


@pytest.mark.parametrize("learning_rate", [0, 0.0, 1e-3, 10.0, CosineDecay(0.1, 5)])
def test_learning_rate_may_be_zero_positive_or_a_schedule(learning_rate: Any) -> None:
    assert SGD(learning_rate=learning_rate).learning_rate == learning_rate


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        (SGD, "learning_rate", -1e-3),
        (SGD, "learning_rate", math.nan),
        (SGD, "learning_rate", math.inf),
        (SGD, "weight_decay", -1.0),
        (SGD, "global_clipnorm", 0.0),
        (SGD, "clipvalue", -1.0),
        (SGD, "momentum", 1.0),
        (RMSprop, "momentum", -0.1),
        (RMSprop, "rho", 1.0),
        (RMSprop, "epsilon", 0.0),
        (Adam, "beta_1", 1.0),
        (AdamW, "beta_2", -0.1),
        (AdamW, "weight_decay", math.nan),
        (Adagrad, "initial_accumulator_value", -1.0),
        (Adadelta, "epsilon", math.inf),
    ],
)
def test_field_out_of_range_is_refused(record: type[Optimizer], field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be .*, got {value}$"):
        record(**{field: value})


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        (SGD, "learning_rate", "0.1"),
        (SGD, "momentum", None),
        (SGD, "nesterov", "yes"),
        (RMSprop, "centered", 1),
    ],
)
def test_field_of_a_wrong_type_is_refused(record: type[Optimizer], field: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"^{field} must be .*, got {value!r}$"):
        record(**{field: value})


@pytest.mark.parametrize("record", DEFAULTS)
def test_records_are_frozen_and_take_the_rate_alone_by_position(record: type[Optimizer]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        record().learning_rate = 0.1  # type: ignore[misc]
    assert record(0.1) == record(learning_rate=0.1)
    with pytest.raises(TypeError, match=rf"{record.__name__}: 2 arguments by position, it takes 1"):
        record(0.1, 0.9)  # type: ignore[call-arg]


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("name", "settings", "block"),
    [
        ("sgd", {"momentum": 0.9}, 0),
        ("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}, 0),
        ("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}, 1),
        ("rmsprop", {"rho": 0.9, "epsilon": 1e-8}, 0),
        ("adadelta", {"rho": 0.9, "epsilon": 1e-6}, 0),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_fades_away_becomes_zero(
    name: str, settings: dict[str, float], block: int, dtype: str
) -> None:
    tape, _, state = of_21_weights(name, settings, dtype)
    tiny = np.finfo(dtype).tiny  # the least number that is not subnormal
    state.blocks[block][:] = tiny
    assert tape.apply_gradients(state, 0.0)
    assert not np.any(state.blocks[block])
    assert tiny / 2 > 0, "the caller's arithmetic is its own"


def of_21_weights(name: str, settings: dict[str, float], dtype: str) -> tuple[Any, Any, Any]:
    """Return what steps some weights, which are whole vectors and a part of one."""
    graph = _core.Graph()
    x = graph.input("x", 3)
    y = graph.affine(x, graph.parameter("w", 3, 7), None)
    chosen = precision.get(dtype)
    store = chosen.parameter_store(graph)
    state = chosen.optimizer_state(name, settings, store.values.size)
    tape = chosen.tape(
        graph=graph,
        inputs=[x],
        outputs=[y],
        input_gradients=False,
        store=store,
        max_batch=1,
        seed=0,
    )
    return tape, store, state


SQUARES = [Adam(), AdamW(), RMSprop(), RMSprop(centered=True, momentum=0.9), Adagrad(), Adadelta()]


@pytest.mark.kernel
@pytest.mark.parametrize("optimizer", SQUARES, ids=str)
@pytest.mark.parametrize(("dtype", "large"), [("float32", 3e19), ("float64", 3e154)])
def test_a_square_that_becomes_infinite_is_told(
    optimizer: Optimizer, dtype: str, large: float
) -> None:
    for place in (0, 5, 20):  # in whole vectors, and in the part of one
        tape, store, state = of_21_weights(optimizer.name, optimizer.settings(), dtype)
        store.gradients[place] = np.sqrt(np.finfo(dtype).max) / 2
        assert tape.apply_gradients(state, 1e-3)
        store.gradients[place] = -large
        assert not tape.apply_gradients(state, 1e-3)
        assert np.isfinite(store.values).all(), "else it would be told anyway"


@pytest.mark.parametrize("outputs", [1, 300], ids=["swept", "along the gradient"])
@pytest.mark.filterwarnings("ignore:X, column 0,")
def test_a_fit_whose_squares_become_infinite_is_undone_and_can_go_on(outputs: int) -> None:
    x = np.random.default_rng(0).normal(size=(40, 300)).astype(np.float32)
    y = x[:, :1] + np.zeros((1, outputs))
    net = gn.Sequential([gn.Dense(outputs, use_bias=False)], input_size=300)
    net.compile("adam", loss="absolute_error")
    net.fit(x, y, verbose=0)
    before, steps = net.parameter_vector.copy(), net._objective("test").state.steps
    said = "epoch 2, step 0: a square of gradients that the optimizer remembers is not finite"
    with pytest.raises(gn.LossNotFiniteError, match=said):
        net.fit(x * np.float32(1e25), y, epochs=2, initial_epoch=1, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)
    assert net._objective("test").state.steps == steps
    net.fit(x, y, verbose=0)
    assert (net.parameter_vector != before).all()


def test_a_step_by_hand_whose_squares_become_infinite_is_undone() -> None:
    net = gn.MLP([3, 1])
    net.compile("adam", loss="mse")
    before = net.parameter_vector.copy()
    net.forward(np.full((1, 3), 1e10))
    net.backward(np.full((1, 1), 1e10))
    with pytest.raises(gn.LossNotFiniteError, match="apply_gradients: a square of gradients that"):
        net.apply_gradients()
    np.testing.assert_array_equal(net.parameter_vector, before)
    assert net._objective("test").state.steps == 0


def test_clipping_keeps_squares_finite() -> None:
    for clipped in (Adam(0.1, global_clipnorm=1.0), Adam(0.1, clipvalue=1.0)):
        net = gn.MLP([3, 1])
        net.compile(clipped, loss="mse")
        before = net.parameter_vector.copy()
        net.forward(np.full((1, 3), 1e10))
        net.backward(np.full((1, 1), 1e10))
        net.apply_gradients()
        assert (net.parameter_vector[:3] != before[:3]).all()


def test_what_is_seldom_used_is_shown_where_it_is() -> None:
    shown = "SGD(learning_rate=0.1, weight_decay=0.0, global_clipnorm=None, clipvalue=None"
    assert repr(SGD(0.1)) == f"{shown}, momentum=0.0, nesterov=False)"
    assert repr(SGD(0.1, use_ema=True)) == f"{shown}, use_ema=True, momentum=0.0, nesterov=False)"
    assert "gradient_accumulation_steps=3" in repr(AdamW(gradient_accumulation_steps=3))
