"""Routines: several inputs and heads, and routines in turn over one store of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import precision

Array = NDArray[Any]

ROWS, BATCH, STEPS = 200, 20, 50
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


def dense(graph: _core.Graph, x: int, units: int, name: str, group: int = 0) -> int:
    weight = graph.parameter(f"{name} weight", graph.cols(x), units, group)
    return graph.affine(x, weight, graph.parameter(f"{name} bias", 1, units, group))


def hidden(graph: _core.Graph, x: int, units: int, name: str, group: int = 0) -> int:
    return graph.activation(dense(graph, x, units, name, group), "tanh", 0.0)


class TwoByTwo:
    """Inputs of 5 and 3 columns; three classes, and two numbers that count a third."""

    def __init__(self, dtype: str) -> None:
        rng = np.random.default_rng(2)
        self.data = [
            rng.normal(size=(ROWS, 5)),
            rng.normal(size=(ROWS, 3)),
            rng.integers(0, 3, (ROWS, 1)).astype(np.float64),
            rng.normal(size=(ROWS, 2)),
            rng.uniform(0.5, 2, (ROWS, 1)),
        ]
        core, graph = precision.get(dtype), _core.Graph()
        one, other = graph.input("one", 5), graph.input("other", 3)
        both = graph.concatenate([hidden(graph, one, 8, "a"), hidden(graph, other, 6, "b")])
        top = hidden(graph, both, 7, "c")
        classes, numbers = dense(graph, top, 3, "d"), dense(graph, top, 2, "e")
        label, value = graph.input("label", 1), graph.input("value", 2)
        weight, none = graph.input("weight", 1), graph.input("no weight", 1)
        self.figures = [_core.Figures([], 3), _core.Figures([], 2)]
        self.store = core.parameter_store(graph)
        self.store.values[:] = 0.4 * rng.normal(size=self.store.values.size)
        self.state = core.optimizer_state("adam", ADAM, self.store.values.size)
        self.sizes = [(rows, cols) for _, rows, cols, *_ in graph.table.slots]
        losses = [
            graph.loss("cross_entropy", classes, label, weight),
            graph.loss("squared_error", numbers, value, none),
        ]
        self.routine = core.routine(
            graph=graph,
            feeds=[one, other, label, value, weight, none],
            heads=[
                (classes, losses[0], 1.0, self.figures[0]),
                (numbers, losses[1], 1 / 3, self.figures[1]),
            ],
            purpose="train",
            store=self.store,
            optimizer=self.state,
            max_batch=BATCH,
            seed=0,
        )
        self.trainer = core.trainer([self.routine])
        self.predictor = core.predictor(
            graph=graph,
            inputs=[one, other],
            outputs=[classes, numbers],
            store=self.store,
            max_batch=64,
        )

    def run(self, first: int, count: int) -> None:
        ending, _ = self.trainer.run(
            feeds=[*((data, 1.0, None) for data in self.data), None],
            order=None,
            batch_size=BATCH,
            first=first,
            rates=np.full(count, 1e-2),
        )
        assert ending == "complete"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_two_inputs_and_two_heads_train_as_in_pytorch(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    ours = TwoByTwo(dtype)
    ends = np.cumsum([rows * cols for rows, cols in ours.sizes])[:-1]
    parts = [
        torch.tensor(part.reshape(size).copy(), requires_grad=True)
        for part, size in zip(np.split(ours.store.values, ends), ours.sizes, strict=True)
    ]
    wa, ba, wb, bb, wc, bc, wd, bd, we, be = parts
    one, other, label, value, weight = (
        torch.tensor(data, dtype=getattr(torch, dtype)) for data in ours.data
    )
    optimizer = torch.optim.Adam(parts, lr=1e-2)
    functional = torch.nn.functional
    for step in range(STEPS):
        rows = slice(step % 10 * BATCH, (step % 10 + 1) * BATCH)
        both = torch.cat([torch.tanh(one[rows] @ wa + ba), torch.tanh(other[rows] @ wb + bb)], 1)
        top = torch.tanh(both @ wc + bc)
        scores = functional.cross_entropy(top @ wd + bd, label[rows, 0].long(), reduction="none")
        loss = (scores * weight[rows, 0]).sum() / weight[rows].sum()
        loss = loss + functional.mse_loss(top @ we + be, value[rows]) / 3
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ours.run(step % 10, 1)
    theirs = np.concatenate([part.detach().numpy().ravel() for part in parts])
    np.testing.assert_allclose(ours.store.values, theirs, atol=TOLERANCE[dtype], rtol=0)


def test_a_predictor_gives_all_outputs() -> None:
    model = TwoByTwo("float64")
    outputs = [np.full((ROWS, 3), np.nan), np.full((ROWS, 2), np.nan)]
    inputs = [(data, 1.0, None) for data in model.data[:2]]
    assert model.predictor.predict(inputs, outputs) == "complete"
    parts = np.split(model.store.values, np.cumsum([r * c for r, c in model.sizes])[:-1])
    wa, ba, wb, bb, wc, bc, wd, bd, we, be = (
        part.reshape(size) for part, size in zip(parts, model.sizes, strict=True)
    )
    one, other = model.data[:2]
    both = np.hstack([np.tanh(one @ wa + ba), np.tanh(other @ wb + bb)])
    top = np.tanh(both @ wc + bc)
    np.testing.assert_allclose(outputs[0], top @ wd + bd, rtol=1e-12)
    np.testing.assert_allclose(outputs[1], top @ we + be, rtol=1e-12)


GENERATOR, DISCRIMINATOR = 0, 1


class Adversaries:
    """Noise becomes samples; another network tells them from real ones.

    Args:
        together: How many batches make a step of an optimizer that both have; None: each has its
            own.
    """

    def __init__(self, together: int | None = None) -> None:
        rng = np.random.default_rng(4)
        self.data = [
            rng.normal(size=(ROWS, 3)),
            rng.normal(2, 1, size=(ROWS, 2)),
            np.ones((ROWS, 1)),
            np.zeros((ROWS, 1)),
        ]
        self._graph = graph = _core.Graph()
        noise, real = graph.input("noise", 3), graph.input("real", 2)
        self._yes, self._no = graph.input("yes", 1), graph.input("no", 1)
        self._weight = graph.input("weight", 1)
        self._feeds = [noise, real, self._yes, self._no, self._weight]
        table = graph.table
        fake = dense(graph, hidden(graph, noise, 8, "g1"), 2, "g2")
        names = [("d1 weight", 2, 8), ("d1 bias", 1, 8), ("d2 weight", 8, 1), ("d2 bias", 1, 1)]
        slots = [graph.slot(table.add(*name, DISCRIMINATOR)) for name in names]

        def judged(x: int) -> int:
            first = graph.activation(graph.affine(x, slots[0], slots[1]), "tanh", 0.0)
            return graph.affine(first, slots[2], slots[3])

        self.store = _core.float32.ParameterStore(graph)
        self.store.values[:] = 0.5 * rng.normal(size=self.store.values.size)
        self._shared: Any = None
        if together is not None:
            settings = ADAM | {"gradient_accumulation_steps": float(together)}
            size = self.store.values.size
            self._shared = _core.float32.OptimizerState("adam", settings, size)
        self.groups = np.concatenate([np.full(r * c, group) for _, r, c, group, *_ in table.slots])
        self.discriminate = self._routine(
            [(judged(real), self._yes), (judged(fake), self._no)], DISCRIMINATOR
        )
        self.generate = self._routine([(judged(fake), self._yes)], GENERATOR)

    def _routine(self, heads: Sequence[tuple[int, int]], group: int) -> _core.Routine:
        graph, size = self._graph, self.store.values.size
        made = []
        for output, target in heads:
            loss = graph.loss("binary_cross_entropy", output, target, self._weight)
            made.append((output, loss, 1.0, _core.Figures([], 1)))
        return _core.float32.Routine(
            graph=graph,
            feeds=self._feeds,
            heads=made,
            purpose="train",
            store=self.store,
            optimizer=self._shared or _core.float32.OptimizerState("adam", ADAM, size),
            max_batch=BATCH,
            seed=0,
            groups=[group],
        )

    def run(self, routines: Sequence[_core.Routine], first: int, count: int) -> None:
        ending, _ = _core.float32.Trainer(routines).run(
            feeds=[*((data, 1.0, None) for data in self.data), None],
            order=None,
            batch_size=BATCH,
            first=first,
            rates=np.full(count, 1e-3),
        )
        assert ending == "complete"


def test_the_step_of_one_moves_nothing_of_the_other() -> None:
    pair = Adversaries()
    for step in range(STEPS):
        trained = DISCRIMINATOR if step % 2 == 0 else GENERATOR
        routine = pair.discriminate if trained == DISCRIMINATOR else pair.generate
        before = pair.store.values.copy()
        pair.run([routine], step % 10, 1)
        moved = pair.store.values != before
        assert not moved[pair.groups != trained].any()
        assert moved[pair.groups == trained].any()


def test_routines_in_turn_do_what_they_do_one_by_one() -> None:
    together, apart = Adversaries(), Adversaries()
    together.run([together.discriminate, together.discriminate, together.generate], 0, 9)
    for batch in range(9):
        apart.run([apart.generate if batch % 3 == 2 else apart.discriminate], batch, 1)
    np.testing.assert_array_equal(together.store.values, apart.store.values)


def test_routines_of_one_trainer_share_a_store() -> None:
    with pytest.raises(ValueError, match="routines have different stores, must share one"):
        _core.float32.Trainer([Adversaries().generate, Adversaries().generate])


def test_routines_whose_batches_make_steps_together_train_the_same() -> None:
    """A step goes along the gradients that its last batch has."""
    one = Adversaries(together=1)
    one.run([one.discriminate, one.generate], 0, 2)
    two = Adversaries(together=2)
    two.run([two.discriminate, two.discriminate], 0, 2)
    with pytest.raises(ValueError, match="make steps together train different parameters"):
        two.run([two.discriminate, two.generate], 0, 2)


def test_only_weights_may_be_left_out() -> None:
    model = TwoByTwo("float32")
    feeds = [(data, 1.0, None) if i != 1 else None for i, data in enumerate(model.data)]
    with pytest.raises(ValueError, match="other is not given, which only weights may be"):
        model.trainer.run(
            feeds=[*feeds, None], order=None, batch_size=BATCH, first=0, rates=np.zeros(1)
        )


def test_an_output_may_be_part_of_each_position_and_an_input_unused() -> None:
    graph = _core.Graph()
    x, unused = graph.input("x", 3, positions=4), graph.input("unused", 2)
    weight = graph.parameter("weight", 3, 5)
    outputs = [graph.slice(graph.affine(x, weight, None), (1, 3), (0, 2)), x]
    store = _core.float64.ParameterStore(graph)
    store.values[:] = np.arange(15.0)
    rng = np.random.default_rng(0)
    data = [rng.normal(size=(ROWS, 12)), rng.normal(size=(ROWS, 2))]
    expected = (data[0].reshape(ROWS, 4, 3) @ store.values.reshape(3, 5))[:, 1:3, :2]
    both: dict[str, Any] = {
        "graph": graph,
        "inputs": [x, unused],
        "outputs": outputs,
        "store": store,
    }
    for rows in (1, ROWS):
        found = [np.full((rows, 4), np.nan), np.full((rows, 12), np.nan)]
        predictor = _core.float64.Predictor(**both, max_batch=32)
        feeds = [(part[:rows], 1.0, None) for part in data]
        assert predictor.predict(feeds, found) == "complete"
        np.testing.assert_allclose(found[0], expected[:rows].reshape(rows, 4))
        np.testing.assert_array_equal(found[1], data[0][:rows])
    tape = _core.float64.Tape(**both, input_gradients=True, max_batch=ROWS, seed=0)
    tape.forward(data, found, 0)
    np.testing.assert_allclose(found[0], expected.reshape(ROWS, 4))
    gradients = [np.full((ROWS, 12), np.nan), np.full((ROWS, 2), np.nan)]
    tape.backward([np.ones((ROWS, 4)), np.zeros((ROWS, 12))], gradients)
    np.testing.assert_array_equal(gradients[1], 0)
    of_sum = np.zeros((4, 3))
    of_sum[1:3] = store.values.reshape(3, 5)[:, :2].sum(axis=1)
    np.testing.assert_allclose(gradients[0], np.tile(of_sum.ravel(), (ROWS, 1)))
