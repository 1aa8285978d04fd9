"""The gradient of a table, and a step along it, are of the rows that a batch holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from embedding_cases import EMBEDDING_CASES
from graph_cases import Made, flat
from numpy.typing import NDArray
from played_team import PLAYS, played

import ganglion as gn
from ganglion import _core

Array = NDArray[Any]

WORDS, SIZE = 12, 5
TABLE = WORDS * SIZE
HELD = [7, 1, 7, 3, 3, 7, 9, 1]  # the rows that the batch holds, in two columns
MISSING = [row for row in range(WORDS) if row not in HELD]

ADAM = {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-8}
OPTIMIZERS: dict[str, tuple[str, dict[str, float]]] = {
    "sgd": ("sgd", {}),
    "momentum": ("sgd", {"momentum": 0.9}),
    "nesterov": ("sgd", {"momentum": 0.9, "nesterov": 1.0}),
    "decay": ("sgd", {"weight_decay": 0.1}),
    "clipped": ("sgd", {"clipvalue": 0.01}),
    "adam": ("adam", ADAM),
    "adamw": ("adamw", ADAM | {"weight_decay": 0.1}),
    "rmsprop": ("rmsprop", {"rho": 0.9, "epsilon": 1e-8, "centered": 1.0, "momentum": 0.5}),
    "adagrad": ("adagrad", {"epsilon": 1e-10, "initial_accumulator_value": 0.1}),
    "adadelta": ("adadelta", {"rho": 0.9, "epsilon": 1e-6}),
}


def read_once() -> Made:
    made = Made(rows=4)
    words = made.graph.input("words", 2)
    made.feed(words, np.array(HELD, float).reshape(4, 2))
    y = made.graph.embedding(words, made.weight(WORDS, SIZE))
    made.loss(made.dense(flat(made, y), 3, None))
    return made


class Trained:
    """Training of a graph in the core, in batches of all rows that it is fed.

    Args:
        made: The graph with its data.
        optimizer: Name and settings.
        dtype: "float32" or "float64".
    """

    def __init__(
        self, made: Made, optimizer: tuple[str, dict[str, float]], dtype: str = "float64"
    ) -> None:
        self.made, self.core = made, getattr(_core, dtype)
        self.store = self.core.ParameterStore(made.graph)
        size = self.store.values.size
        self.store.values[:] = np.random.default_rng(1).normal(size=size)
        self.store.gradients[:] = np.nan
        self.state = self.core.OptimizerState(*optimizer, size)
        for block in self.state.blocks:
            block[:] = np.random.default_rng(2).uniform(0.1, 0.2, size)

    def trainer(self, purpose: str, state: Any) -> Any:
        routine = self.core.Routine(
            graph=self.made.graph,
            feeds=self.made.feeds,
            heads=self.made.heads,
            purpose=purpose,
            store=self.store,
            optimizer=state,
            max_batch=self.made.rows + 2,
            seed=0,
            terms=self.made.terms,
        )
        return self.core.Trainer([routine])

    def run(self, purpose: str, steps: int = 1) -> str:
        trainer = self.trainer(purpose, self.state if purpose == "train" else None)
        order = np.tile(np.arange(self.made.rows), steps)
        ending: str = trainer.run(
            feeds=[None if data is None else (data, 1.0, None) for data in self.made.data],
            order=order,
            batch_size=self.made.rows,
            first=0,
            rates=np.full(steps, 0.1),
        )[0]
        return ending

    def step_of_all(self) -> None:
        """A step along the whole gradient."""
        assert self.run("gradients") == "complete"
        tape = self.core.Tape(
            graph=self.made.graph,
            inputs=[feed for feed in self.made.feeds if feed == self.made.feeds[0]],
            outputs=[self.made.heads[0][0]],
            input_gradients=False,
            store=self.store,
            max_batch=1,
            seed=0,
        )
        assert tape.apply_gradients(self.state, 0.1)

    def tables(self) -> list[Array]:
        """The table, and what the optimizer remembers of it."""
        blocks = [self.store.values, *self.state.blocks]
        return [block[:TABLE].reshape(WORDS, SIZE).copy() for block in blocks]

    def results(self) -> list[bytes]:
        return [block.tobytes() for block in (self.store.values, *self.state.blocks)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_of_a_batch_step_as_if_all_did_and_others_stay(name: str, dtype: str) -> None:
    some, whole = (Trained(read_once(), OPTIMIZERS[name], dtype) for _ in range(2))
    before = some.tables()
    assert some.run("train") == "complete"
    whole.step_of_all()
    for after, of_all, first in zip(some.tables(), whole.tables(), before, strict=True):
        np.testing.assert_array_equal(after[MISSING], first[MISSING])
        np.testing.assert_array_equal(after[HELD], of_all[HELD])
    np.testing.assert_array_equal(some.store.values[TABLE:], whole.store.values[TABLE:])
    assert np.isnan(some.store.gradients[:TABLE]).all()  # nothing is as large as the table


def test_moments_of_rows_that_do_not_come_are_not_decayed() -> None:
    """Where all rows step, those of zero gradient do."""
    some, whole = (Trained(read_once(), OPTIMIZERS["adam"]) for _ in range(2))
    before = some.tables()
    some.run("train", steps=3)
    whole.step_of_all()
    for after, of_all, first in zip(some.tables(), whole.tables(), before, strict=True):
        np.testing.assert_array_equal(after[MISSING], first[MISSING])
        assert (of_all[MISSING] != first[MISSING]).all()


@pytest.mark.parametrize("clipnorm", [1e-3, 0.5, 1e6])
def test_the_norm_is_that_of_the_whole_gradient(clipnorm: float) -> None:
    optimizer = "sgd", {"global_clipnorm": clipnorm}
    some, whole = (Trained(read_once(), optimizer) for _ in range(2))
    some.run("train")
    whole.step_of_all()
    np.testing.assert_allclose(some.store.values, whole.store.values, rtol=1e-13, atol=1e-15)


SHARED: Sequence[Callable[[Made], None]] = [
    one for one in EMBEDDING_CASES if "twice" in one.__name__ or "again" in one.__name__
] + [one for one in EMBEDDING_CASES if "kept_small" in one.__name__]


@pytest.mark.parametrize("make", SHARED, ids=lambda make: make.__name__)
def test_a_table_that_others_read_too_steps_as_a_whole(make: Callable[[Made], None]) -> None:
    made = Made()
    make(made)
    trained = Trained(made, OPTIMIZERS["adam"])
    before = trained.store.values.copy()
    assert trained.run("train") == "complete"
    table = slice(0, made.sizes[0])
    assert (trained.store.values[table] != before[table]).all()
    assert np.isfinite(trained.store.gradients[table]).all()


@pytest.mark.parametrize("clipnorm", [0.0, 0.1])
@pytest.mark.parametrize("make", EMBEDDING_CASES, ids=lambda make: make.__name__)
def test_training_has_the_same_bits_on_played_teams(
    make: Callable[[Made], None], clipnorm: float
) -> None:
    def results() -> list[bytes]:
        made = Made(rows=41)
        make(made)
        trained = Trained(made, ("adam", ADAM | {"global_clipnorm": clipnorm}))
        assert trained.run("train", steps=2) == "complete"
        return trained.results()

    gn.set_num_threads(1)
    expected = results()
    for members, order in PLAYS:
        with played(members, order):
            assert results() == expected, (members, order)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_has_the_same_bits_on_any_number_of_threads(dtype: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5000, (600, 40)), rng.normal(size=(600, 40, 2))

    def trained(threads: int) -> bytes:
        layers = [gn.Embedding(5000, 48), gn.Dense(300, "relu"), gn.Dense(2)]
        model = gn.Sequential(layers, input_size=(None, 1), seed=1, dtype=dtype)
        model.compile(gn.optimizers.Adam(global_clipnorm=1.0), "squared_error")
        gn.set_num_threads(threads)
        try:
            model.fit(x, y, batch_size=100, epochs=2, verbose=0)
        finally:
            gn.set_num_threads(None)
        return model.parameter_vector.tobytes()

    assert trained(1) == trained(2) == trained(3)


def squares(t: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    return float(((p - t) ** 2).mean()), 2 * (p - t) / p.size


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_loss_of_ones_own_trains_the_same_rows(optimizer: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 50, (90, 2)), rng.normal(size=(90, 1))
    found = []
    for loss in ("squared_error", squares):
        layers = [gn.Embedding(100, 4), gn.Flatten(), gn.Dense(1)]
        model = gn.Sequential(layers, input_size=2, seed=1, dtype="float64")
        model.compile(optimizer, loss)
        before = model.get_weights()[0]
        model.fit(x, y, batch_size=8, epochs=2, verbose=0)
        np.testing.assert_array_equal(model.get_weights()[0][50:], before[50:])
        found.append(model.parameter_vector.copy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-10, atol=1e-12)


def test_by_hand_the_gradient_is_whole_and_so_is_a_step() -> None:
    layers = [gn.Embedding(6, 3), gn.Flatten(), gn.Dense(1)]
    model = gn.Sequential(layers, input_size=1, seed=1, dtype="float64")
    model.compile(gn.optimizers.SGD(0.1, weight_decay=0.5), "squared_error")
    y = model.forward(np.array([[2], [4], [2]]))
    model.backward(np.ones_like(y))
    gradient = model.gradient_vector[:18].reshape(6, 3)
    assert sorted(np.flatnonzero(gradient.any(axis=1))) == [2, 4]
    before = model.get_weights()[0]
    model.apply_gradients()
    np.testing.assert_allclose(model.get_weights()[0], before - 0.1 * (gradient + before / 2))


def test_a_step_along_rows_needs_a_backward_pass() -> None:
    made = read_once()
    store = _core.float64.ParameterStore(made.graph)
    state = _core.float64.OptimizerState("sgd", {}, store.values.size)
    of_rows: Any = {"graph": made.graph, "inputs": made.feeds[:1], "outputs": [made.heads[0][0]]}
    tape = _core.float64.Tape(
        **of_rows, input_gradients=False, store=store, max_batch=4, seed=0, row_gradients=True
    )
    x, y = np.array(HELD, float).reshape(4, 2), np.zeros((4, 3))
    for _ in range(2):
        with pytest.raises(ValueError, match="gradients of rows are there after a backward pass"):
            tape.apply_gradients(state, 0.1)
        tape.forward([x], [y], 0)
    tape.backward([np.ones((4, 3))], [])
    assert tape.apply_gradients(state, 0.1)


def test_a_row_that_becomes_infinite_undoes_the_epoch() -> None:
    x, y = np.arange(40)[:, None], np.ones((40, 1))
    layers = [gn.Embedding(40, 2), gn.Flatten(), gn.Dense(1)]
    model = gn.Sequential(layers, input_size=1, seed=1)
    model.compile(gn.optimizers.SGD(1e30), "absolute_error")
    before = model.parameter_vector.copy()
    with pytest.raises(gn.LossNotFiniteError):
        model.fit(x, y, batch_size=4, epochs=9, verbose=0)
    np.testing.assert_array_equal(model.parameter_vector, before)


def test_training_goes_on_from_a_file_with_the_same_bits(tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 50, (90, 2)), rng.integers(0, 2, 90)
    layers = [gn.Embedding(60, 4), gn.Flatten(), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=2, seed=1)
    model.compile("adam", "cross_entropy")
    model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    model.save(tmp_path / "model", optimizer=True)
    again = gn.load(tmp_path / "model")
    for one in (model, again):
        one.fit(x, y, batch_size=8, epochs=2, verbose=0)
    np.testing.assert_array_equal(again.parameter_vector, model.parameter_vector)
