"""What the core refuses: graphs, routines and calls that do not fit, each with what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from ganglion import _core

core = _core.float64


class Parts:
    """A network of one layer with its loss, and all that a routine takes."""

    def __init__(self) -> None:
        self.graph = graph = _core.Graph()
        self.x, self.target, self.weight = (
            graph.input("x", 3),
            graph.input("target", 2),
            graph.input("weight", 1),
        )
        self.w = graph.parameter("w", 3, 2)
        self.y = graph.affine(self.x, self.w, None)
        self.loss = graph.loss("squared_error", self.y, self.target, self.weight)
        self.label = graph.input("label", 1)
        self.of_classes = graph.loss("cross_entropy", self.y, self.label, self.weight)
        self.figures = _core.Figures([], 2)
        self.store = core.ParameterStore(graph)

    def head(self, **changed: Any) -> tuple[Any, ...]:
        fields = {
            "output": self.y,
            "loss": self.loss,
            "factor": 1.0,
            "figures": self.figures,
        }
        return tuple((fields | changed).values())

    def routine(self, **changed: Any) -> _core.Routine:
        arguments: dict[str, Any] = {
            "graph": self.graph,
            "feeds": [self.x, self.target, self.weight],
            "heads": [self.head()],
            "purpose": "evaluate",
            "store": self.store,
            "optimizer": None,
            "max_batch": 4,
            "seed": 0,
        }
        return core.Routine(**(arguments | changed))

    def predictor(self, inputs: list[int], outputs: list[int]) -> _core.Predictor:
        return core.Predictor(
            graph=self.graph, inputs=inputs, outputs=outputs, store=self.store, max_batch=4
        )

    def tape(
        self, outputs: list[int], *, inputs: Sequence[int] = (), input_gradients: bool = True
    ) -> _core.Tape:
        return core.Tape(
            graph=self.graph,
            inputs=inputs or [self.x],
            outputs=outputs,
            input_gradients=input_gradients,
            store=self.store,
            max_batch=4,
            seed=0,
        )

    def other_store(self) -> _core.ParameterStore:
        graph = _core.Graph()
        graph.parameter("w", 1, 1)
        return core.ParameterStore(graph)


def run(routine: _core.Routine, **changed: Any) -> None:
    feeds = [(np.zeros((4, cols)), 1.0, None) for cols in (3, 2, 1)]
    arguments: dict[str, Any] = {
        "feeds": feeds,
        "order": None,
        "batch_size": 4,
        "first": 0,
        "rates": np.zeros(1),
    }
    core.Trainer([routine]).run(**(arguments | changed))


def backward(parts: Parts, dx: Any, *, input_gradients: bool = True) -> None:
    tape = parts.tape([parts.y], input_gradients=input_gradients)
    tape.forward([np.zeros((4, 3))], [np.zeros((4, 2))], 0)
    tape.backward([np.zeros((4, 2))], [dx])


def of_loss(parts: Parts) -> None:
    tape = parts.tape([parts.loss])
    tape.backward([np.zeros((1, 1))], [])


def with_weights_that_are_made(parts: Parts) -> None:
    graph = parts.graph
    weight = graph.activation(parts.weight, "relu", 0.0)
    loss = graph.loss("squared_error", parts.y, parts.target, weight)
    parts.routine(heads=[parts.head(loss=loss)])


def with_an_output_of_more_positions(parts: Parts) -> None:
    graph = parts.graph
    steps = graph.affine(graph.input("steps", 3, 2), parts.w, None)
    loss = graph.loss(
        "squared_error", graph.slice(steps, (1, 2), (0, 2)), parts.target, parts.weight
    )
    parts.routine(heads=[parts.head(output=steps, loss=loss)])


def without_weights_that_are_also_read(parts: Parts) -> None:
    graph = parts.graph
    output = graph.concatenate([parts.y, parts.weight])
    loss = graph.loss("squared_error", output, parts.x, parts.weight)
    head = parts.head(output=output, loss=loss, figures=_core.Figures([], 3))
    feeds = [(np.zeros((4, 3)), 1.0, None), None]
    run(parts.routine(feeds=[parts.x, parts.weight], heads=[head]), feeds=feeds)


def with_classes_that_are_made(parts: Parts) -> int:
    made = parts.graph.activation(parts.label, "relu", 0.0)
    return parts.graph.loss("cross_entropy", parts.y, made, parts.weight)


def step_without_backward(parts: Parts) -> None:
    tape = parts.tape([parts.graph.activation(parts.y, "step", 0.0)])
    tape.apply_gradients(core.OptimizerState("sgd", {}, 6), 1.0)


REFUSED: dict[str, tuple[Callable[[Parts], object], str]] = {
    "an activation of a parameter": (
        lambda p: p.graph.activation(p.w, "relu", 0.0),
        "activation: w is a parameter, must have a row for each sample",
    ),
    "a bias that is no parameter": (
        lambda p: p.graph.affine(p.x, p.w, p.graph.input("b", 2)),
        "affine: b is no parameter",
    ),
    "an input that is too wide": (
        lambda p: p.graph.input("x", 2**62, 4),
        "input: x has 4 positions of 4611686018427387904 channels, must have at most",
    ),
    "a shape that wraps around": (
        lambda p: p.graph.reshape(p.x, 9, 6148914691236517206),
        "reshape: x has 3 columns, cannot be 9 positions",
    ),
    "weights that there are not": (
        lambda p: p.graph.loss("squared_error", p.y, p.target, 99),
        "there is no value 99",
    ),
    "weights of two columns": (
        lambda p: p.graph.loss("squared_error", p.y, p.target, p.target),
        "loss: target has 2 columns, must have 1",
    ),
    "an output that is none": (
        lambda p: p.predictor([p.x], [99]),
        "there is no value 99",
    ),
    "an output that is a parameter": (
        lambda p: p.predictor([p.x], [p.w]),
        "w is a parameter, and cannot be an output",
    ),
    "an input that is none": (
        lambda p: p.predictor([p.y], [p.y]),
        "Predictor: affine is no input of the graph",
    ),
    "an input twice": (
        lambda p: p.predictor([p.x, p.x], [p.y]),
        "Predictor: x is there twice among the inputs",
    ),
    "an input too few": (
        lambda p: p.predictor([p.target], [p.y]),
        "Predictor: x is read, and is not among the inputs",
    ),
    "another network's parameters": (
        lambda p: p.routine(store=p.other_store()),
        "Routine: the store is for 1 parameters, not 6",
    ),
    "a loss that is none": (
        lambda p: p.routine(heads=[p.head(loss=p.y)]),
        "is no loss's value",
    ),
    "a loss in two heads": (
        lambda p: p.routine(heads=[p.head(), p.head()]),
        "loss is twice among the losses",
    ),
    "weights that are not fed": (
        with_weights_that_are_made,
        "Routine: activation is what a loss counts by, and must be fed",
    ),
    "an output of other positions than its loss": (
        with_an_output_of_more_positions,
        "Routine: affine has 2 positions, must have those of its loss, 1",
    ),
    "room for no batch": (
        lambda p: p.routine(max_batch=-1),
        "compile: max_batch is -1, must be from 1 to",
    ),
    "class numbers that are not fed to a tape": (
        lambda p: p.tape([with_classes_that_are_made(p)], inputs=[p.x, p.label]),
        "tape: activation holds whole numbers below 2, and must be fed",
    ),
    "class numbers that are not fed to a predictor": (
        lambda p: p.predictor([p.x, p.label], [with_classes_that_are_made(p)]),
        "Predictor: activation holds whole numbers below 2, and must be fed",
    ),
    "a factor that is no number": (
        lambda p: p.routine(heads=[p.head(factor=np.nan)]),
        "a loss's factor is nan, must be finite",
    ),
    "a group of nothing": (
        lambda p: p.routine(groups=[7]),
        "groups has 7, to which no parameter belongs",
    ),
    "a penalty on part of a weight": (
        lambda p: p.routine(penalty=_core.Penalty(0.1, [(0, 3)])),
        "penalized parameters 0 to 3 are part of w, which must be all there or not at all",
    ),
    "no routine": (
        lambda p: core.Trainer([None]),  # type: ignore[list-item]
        "routines holds nothing in place of a routine",
    ),
    "nothing that is fed": (
        lambda p: run(p.routine(), feeds=[None, None, None]),
        "run: feeds holds no array",
    ),
    "weights that are left out, and are not only weights": (
        without_weights_that_are_also_read,
        "run: weight is not given, which only weights may be",
    ),
    "a first batch beyond all": (
        lambda p: run(p.routine(), first=2**63 - 1),
        "run: first is 9223372036854775807, must be from 0",
    ),
    "a first batch that is a sample's number": (
        lambda p: run(p.routine(), first=2),
        "run: first is 2, must be from 0 to the number of batches, 1",
    ),
    "metric weights of two columns": (
        lambda p: run(p.routine(), metric_weights=[np.ones((4, 2))]),
        r"run: metric_weights\[0\] has 2 columns, must have 1",
    ),
    "one of two inputs of a predictor": (
        lambda p: p.predictor([p.x, p.target], [p.y]).predict(
            [(np.zeros((4, 3)), 1.0, None)] * 2, [np.zeros((4, 2))]
        ),
        "predict: x of target is 4x3, must be 4x2",
    ),
    "one of two outputs of a predictor": (
        lambda p: p.predictor([p.x], [p.x, p.y]).predict(
            [(np.zeros((4, 3)), 1.0, None)], [np.zeros((4, 3))] * 2
        ),
        "predict: out of affine is 4x3, must be 4x2",
    ),
    "one of two outputs of a tape": (
        lambda p: p.tape([p.x, p.y]).forward([np.zeros((4, 3))], [np.zeros((4, 3))] * 2, 0),
        "tape: y of affine is 4x3, must be 4x2",
    ),
    "a step where there is no backward": (
        step_without_backward,
        "step has no useful derivative",
    ),
    "more metric weights than heads": (
        lambda p: run(p.routine(), metric_weights=[None, None]),
        "there are 2 metric weights, must be at most 1",
    ),
    "a gradient of another shape": (
        lambda p: backward(p, np.zeros((4, 1))),
        "tape: dx is 4x1, must be 4x3",
    ),
    "a gradient that was not asked for": (
        lambda p: backward(p, np.zeros((4, 3)), input_gradients=False),
        "dx is given, and the tape was made without input_gradients",
    ),
    "an array whose rows lie between bytes": (
        lambda p: p.tape([p.y]).forward(
            [np.zeros(4, [("x", np.float64, 3), ("byte", np.uint8)])["x"]], [np.zeros((4, 2))], 0
        ),
        "x: has a stride of 25 bytes, must be a multiple of 8",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused(name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        call(Parts())


NO_CLASS = [2.0, -1.0, 0.5, 1e12, -1e300]


@pytest.mark.parametrize("wrong", NO_CLASS)
def test_a_tape_looks_nowhere_that_is_no_class(wrong: float) -> None:
    parts = Parts()
    tape = parts.tape([parts.of_classes], inputs=[parts.x, parts.label])
    x, y = np.ones((3, 3)), np.empty((3, 1))
    tape.forward([x, np.array([[0.0], [1], [1]])], [y], 0)
    message = "tape: label is .* at row 2, column 0, must be a whole number from 0 to 1"
    with pytest.raises(ValueError, match=message):
        tape.forward([x, np.array([[0.0], [1], [wrong]])], [y], 0)
    assert tape.rows == 0  # there is nothing to go back through


@pytest.mark.parametrize("wrong", NO_CLASS)
def test_a_predictor_looks_nowhere_that_is_no_class(wrong: float) -> None:
    parts = Parts()
    predictor = parts.predictor([parts.x, parts.label], [parts.of_classes])
    x, losses = (np.ones((9, 3)), 1.0, None), np.empty((9, 1))
    label = np.ones((9, 1))
    assert predictor.predict([x, (label, 1.0, None)], [losses]) == "complete"
    label[7] = wrong
    assert predictor.predict([x, (label, 1.0, None)], [losses]) == "no_index"
    assert label[7] == wrong  # it was looked at in a copy


@pytest.mark.parametrize("wrong", NO_CLASS)
def test_a_routine_looks_nowhere_that_is_no_class_for_a_loss_within_it(wrong: float) -> None:
    parts = Parts()
    graph = parts.graph
    aim = graph.input("aim", 1)
    loss = graph.loss("squared_error", parts.of_classes, aim, parts.weight)
    head = parts.head(output=parts.of_classes, loss=loss, figures=_core.Figures([], 1))
    routine = parts.routine(feeds=[parts.x, parts.label, aim, parts.weight], heads=[head])
    feeds = [(np.ones((4, cols)), 1.0, None) for cols in (3, 1, 1)]
    feeds[1][0][2] = wrong
    ending, _ = core.Trainer([routine]).run(
        feeds=[*feeds, None], order=None, batch_size=4, first=0, rates=np.zeros(1)
    )
    assert ending == "no_index"


def test_a_loss_that_is_not_minimised_needs_no_weights() -> None:
    parts = Parts()
    losses = np.empty((4, 1))
    x, target = (np.ones((4, cols)) for cols in (3, 2))
    predictor = parts.predictor([parts.x, parts.target], [parts.loss])
    ending = predictor.predict([(x, 1.0, None), (target, 1.0, None)], [losses])
    assert ending == "complete"
    np.testing.assert_array_equal(losses, 1)


def test_what_a_trainer_was_given_stays_when_lists_change() -> None:
    parts = Parts()
    heads, routines = [parts.head()], []
    routines.append(parts.routine(heads=heads))
    trainer = core.Trainer(routines)
    heads.clear()
    routines.clear()
    del parts
    feeds = [(np.zeros((4, cols)), 1.0, None) for cols in (3, 2, 1)]
    ending, _ = trainer.run(feeds=feeds, order=None, batch_size=4, first=0, rates=np.zeros(1))
    assert ending == "complete"


def test_neither_a_state_is_stepped_nor_what_has_no_gradient() -> None:
    graph = _core.Graph()
    x = graph.input("x", 2)
    state = graph.slot(graph.table.add("state", 2, 2, state=True))
    one, other = graph.parameter("one", 2, 1), graph.parameter("other", 2, 1)
    read = graph.affine(x, state, None)
    outputs = [graph.affine(read, weight, None) for weight in (one, other)]
    store = core.ParameterStore(graph)
    store.values[:] = 1
    store.gradients[:] = np.nan
    optimizer = core.OptimizerState("sgd", {"weight_decay": 0.5}, store.values.size)
    tape = core.Tape(
        graph=graph,
        inputs=[x],
        outputs=[outputs[0]],
        input_gradients=False,
        store=store,
        max_batch=1,
        seed=0,
    )
    tape.forward([np.ones((1, 2))], [np.zeros((1, 1))], 0)
    tape.backward([np.ones((1, 1))], [])
    assert tape.apply_gradients(optimizer, 1.0)
    np.testing.assert_array_equal(store.gradients, [0, 0, 0, 0, 2, 2, 0, 0])
    assert outputs[1] > outputs[0]  # it is in the graph, and nothing reads it
    np.testing.assert_array_equal(store.values, [1, 1, 1, 1, -1.5, -1.5, 1, 1])
