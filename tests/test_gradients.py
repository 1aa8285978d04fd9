"""Gradients against central differences in float64.

The difference of fourth order is taken twice, with one step and with half of it. Where the two
disagree a kink (of relu, say, or of the absolute error) is too near, and another random point is
drawn: the choice is made by the loss alone, before the gradient under test is looked at.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from gradient_cases import (
    ACTIVATIONS,
    DROPOUTS,
    FOLDED,
    INPUTS,
    NETWORKS,
    NOISES,
    OTHER_TASKS,
    OUTPUTS,
    SEED,
    TASKS,
    WIDE_TASKS,
    Array,
    Layers,
    Task,
    function,
    shared_value,
    shared_weight,
)
from reference import assert_close, loss

import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual, _core
from ganglion._base import precision
from ganglion._base.scaling import InputScale
from ganglion.graphs import chains
from ganglion.layers import Layer
from ganglion.training.parametrized import Parametrized

Function = Callable[[], float]

TOLERANCE = 1e-6
TRUST = 1e-7  # how well two differences must agree to judge a gradient by them
FLOOR = (
    1e-4  # of what an error is relative to: next to a zero of the gradient rounding is all there is
)
STEP = 2e-3
ROWS = 6


class Objective:
    """A network's loss on one batch, in training mode at step 0, dropout and all."""

    def __init__(self, graph: _core.Graph, x: int, y: int, task: Task, data: Sequence[Any]) -> None:
        self._data = [np.asarray(part, np.float64) for part in data[:2]]
        self._weight = None if data[2] is None else np.asarray(data[2], np.float64)
        target, weight = graph.input("y", self._data[1].shape[1]), graph.input("weight", 1)
        self.store = _core.float64.ParameterStore(graph)
        self._state = _core.float64.OptimizerState("sgd", {}, self.store.values.size)
        self._figures = _core.Figures([], graph.cols(y))
        value = graph.loss(task.name, y, target, weight, task.parameters)
        routines = [
            _core.float64.Routine(
                graph=graph,
                feeds=[x, target, weight],
                heads=[(y, value, 1.0, self._figures)],
                purpose="evaluate" if state is None else "train",
                store=self.store,
                optimizer=state,
                max_batch=ROWS + 3,  # what is not filled must not count
                seed=SEED,
            )
            for state in (self._state, None)
        ]
        self._trainers = [_core.float64.Trainer([routine]) for routine in routines]

    def loss(self, *, training: bool = True) -> float:
        """Return the loss; in training mode also write the gradient, and move nothing."""
        self._state.steps = 0  # the same dropout masks
        self._figures.reset()
        ending, _ = self._trainers[0 if training else 1].run(
            feeds=[
                (self._data[0], 1.0, None),
                (self._data[1], 1.0, None),
                None if self._weight is None else (self._weight, 1.0, None),
            ],
            order=None,
            batch_size=ROWS,
            first=0,
            rates=np.zeros(1),
        )
        assert ending == "complete"
        return self._figures.results()[0]

    def gradient(self) -> Array:
        self.store.gradients[:] = np.nan
        self.loss()
        return self.store.gradients.copy()


def relative_error(one: Array, other: Array) -> float:
    return float((np.abs(one - other) / np.maximum(np.abs(one), FLOOR)).max(initial=0))


def difference(value: Function, at: Array, step: float) -> Array:
    """Return the derivative of `value` by each number of the vector `at`, which it reads."""
    slopes = np.zeros(at.size)
    for i, number in enumerate(at.copy()):
        ends = []
        for distance in (-2, -1, 1, 2):
            at[i] = number + distance * step
            ends.append(value())
        at[i] = number
        slopes[i] = (8 * (ends[2] - ends[1]) - (ends[3] - ends[0])) / (12 * step)
    return slopes


def trusted_difference(value: Function, at: Array, rng: np.random.Generator) -> Array:
    """Return the derivative at a random point, drawn until there is no kink near by."""
    for _ in range(100):
        at[:] = rng.normal(size=at.size) * 0.7
        slopes = difference(value, at, STEP)
        if relative_error(slopes, difference(value, at, STEP / 2)) < TRUST:
            return slopes
    raise AssertionError("there is a kink near every point that was drawn")


def check(layers: Sequence[Layer], task: Task, *, weighted: bool = False) -> None:
    rng = np.random.default_rng(1)
    network = chains.build(layers, INPUTS)
    x, y = rng.normal(size=(ROWS, INPUTS)), task.targets(rng, ROWS, network.output_size)
    weight = rng.uniform(0.2, 3, (ROWS, 1)) * (np.arange(ROWS) != 2)[:, None] if weighted else None
    objective = Objective(network.graph, network.input, network.output, task, (x, y, weight))
    check_objective(objective, rng)


def check_objective(objective: Objective, rng: np.random.Generator) -> None:
    values = objective.store.values
    expected = trusted_difference(objective.loss, values, rng)
    before = values.copy()
    actual = objective.gradient()
    np.testing.assert_array_equal(values, before)
    assert np.abs(expected).max(initial=0) > 1e-3  # there is something to compare
    assert relative_error(expected, actual) < TOLERANCE


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("network", NETWORKS)
def test_gradient_is_the_slope_of_the_loss(network: str, activation: str, task: str) -> None:
    check(NETWORKS[network](function(activation)), TASKS[task])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("network", DROPOUTS)
def test_gradient_goes_through_the_same_mask(network: str, activation: str, task: str) -> None:
    check(DROPOUTS[network](Dropout(0.4), function(activation)), TASKS[task])


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("network", DROPOUTS)
def test_gradient_goes_through_the_same_noise(network: str, noise: str) -> None:
    check(DROPOUTS[network](NOISES[noise], function("gelu")), TASKS["squares"])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("network", DROPOUTS)
def test_gradient_goes_through_dropout_that_is_off(network: str, task: str) -> None:
    check(DROPOUTS[network](Dropout(0.0), function("gelu")), TASKS[task])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("network", ["dense", "output", "residual"])
def test_gradient_counts_each_row_by_its_weight(network: str, task: str) -> None:
    check(NETWORKS[network](function("softplus")), TASKS[task], weighted=True)


@pytest.mark.parametrize("task", [name for name, t in TASKS.items() if t.name != "cross_entropy"])
@pytest.mark.parametrize("activation", ["identity", "sigmoid"])
def test_gradient_of_one_output(activation: str, task: str) -> None:
    check([Dense(3, "tanh"), Dense(1, activation)], TASKS[task])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", OTHER_TASKS)
def test_gradient_of_other_losses_is_their_slope(name: str, weighted: bool) -> None:
    for network in ("deep", "residual_last"):
        check(NETWORKS[network](function("tanh")), OTHER_TASKS[name], weighted=weighted)


@pytest.mark.parametrize("name", WIDE_TASKS)
def test_gradient_of_more_outputs_than_targets(name: str) -> None:
    task, outputs = WIDE_TASKS[name]
    check([Dense(5, "tanh"), Dense(outputs)], task, weighted=True)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 33, 70])
def test_gradient_of_wide_layers(width: int) -> None:
    check([Dense(width, "gelu"), Dense(1, "elu")], TASKS["huber"])


@pytest.mark.parametrize("task", ["classes", "class_probabilities", "labels", "probabilities"])
@pytest.mark.parametrize("alone", [False, True])
def test_probabilities_are_folded_into_their_cross_entropy(task: str, alone: bool) -> None:
    name = FOLDED[TASKS[task].name]
    last: Layers = [Dense(OUTPUTS), Activation(name)] if alone else [Dense(OUTPUTS, name)]
    rng = np.random.default_rng(2)
    values, x = rng.normal(size=43) * 20, rng.normal(size=(ROWS, INPUTS))
    y = TASKS[task].targets(rng, ROWS, OUTPUTS)
    results = []
    for layers in ([Dense(5, "tanh"), *last], [Dense(5, "tanh"), Dense(OUTPUTS)]):
        network = chains.build(layers, INPUTS)
        objective = Objective(
            network.graph, network.input, network.output, TASKS[task], (x, y, None)
        )
        objective.store.values[:] = values
        results.append([*objective.gradient(), objective.loss(), objective.loss(training=False)])
    assert_close(results[0], results[1], family="exact")


@pytest.mark.kernel
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", [*TASKS, *WIDE_TASKS, *OTHER_TASKS])
def test_loss_and_its_gradient_are_those_of_the_oracle(isa: str, name: str, weighted: bool) -> None:
    rng = np.random.default_rng(3)
    known = {**TASKS, **OTHER_TASKS}
    task, outputs = WIDE_TASKS[name] if name in WIDE_TASKS else (known[name], OUTPUTS)
    network = chains.build([Dense(outputs, use_bias=False)], ROWS)
    y = task.targets(rng, ROWS, outputs)
    weight = rng.uniform(0, 2, (ROWS, 1)) if weighted else None
    data = (np.eye(ROWS), y, weight)  # so that the weights are the outputs
    objective = Objective(network.graph, network.input, network.output, task, data)
    objective.store.values[:] = rng.normal(size=ROWS * outputs) * 2
    output = objective.store.values.reshape(ROWS, outputs).copy()
    row_weight = None if weight is None else weight[:, 0]
    expected, gradient = loss(task.name, output, y, row_weight, task.parameters)
    actual = objective.gradient().reshape(ROWS, outputs)
    assert_close(actual, gradient, family="reduction", depth=outputs)
    assert_close(objective.loss(), expected, family="reduction", depth=ROWS * outputs)
    assert objective.loss(training=False) == objective.loss()


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("build", [shared_weight, shared_value])
def test_gradient_of_what_is_used_twice_is_summed(
    build: Callable[[_core.Graph, int], int], task: str
) -> None:
    rng = np.random.default_rng(4)
    graph = _core.Graph()
    x = graph.input("x", INPUTS)
    y = build(graph, x)
    data = (rng.normal(size=(ROWS, INPUTS)), TASKS[task].targets(rng, ROWS, INPUTS), None)
    check_objective(Objective(graph, x, y, TASKS[task], data), rng)


def check_tape(layers: Sequence[Layer], rescale: float = 1.0) -> None:
    """Compare what `backward` gives for the inputs, and for the parameters."""
    rng = np.random.default_rng(5)
    network = chains.build(layers, INPUTS)
    store = _core.float64.ParameterStore(network.graph)
    model = Parametrized(network, store, precision.get("float64"), (InputScale(),), SEED)
    x, dy = np.zeros((ROWS, INPUTS)), rng.normal(size=(ROWS, network.output_size))
    y, both = np.zeros_like(dy), np.zeros(x.size + store.values.size)

    def value() -> float:
        x[:], store.values[:] = both[: x.size].reshape(x.shape), both[x.size :]
        tape = model.tape(ROWS)  # a new one, whose first masks are always the same
        tape.forward([x * rescale], [y], 0)
        return float((dy * y).sum())

    expected = trusted_difference(value, both, rng)
    value()
    net = gn.Sequential(layers, input_size=INPUTS, dtype="float64", seed=SEED, rescale=rescale)
    net.parameter_vector[:] = store.values
    net.gradient_vector[:] = np.nan
    assert_close(net.forward(x, input_gradient=True), y, family="exact")
    dx = net.backward(dy)
    assert dx is not None
    assert relative_error(expected, np.append(dx, net.gradient_vector)) < TOLERANCE


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("network", NETWORKS)
def test_tape_gives_the_gradient_of_the_inputs(network: str, activation: str) -> None:
    check_tape(NETWORKS[network](function(activation)))


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "softmax"])
@pytest.mark.parametrize("network", DROPOUTS)
def test_tape_goes_back_through_the_masks_of_its_forward_pass(
    network: str, activation: str
) -> None:
    check_tape(DROPOUTS[network](Dropout(0.4), function(activation)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_tape_of_a_network_without_parameters(activation: str) -> None:
    check_tape([Activation(function(activation))])
    check_tape([Dropout(0.3), Residual([Activation(function(activation))])])


def test_input_gradient_is_that_of_the_numbers_before_rescaling() -> None:
    check_tape([Dense(5, "tanh"), Dense(OUTPUTS)], rescale=0.25)


def test_parameters_gradient_is_the_same_without_that_of_the_inputs(rng: Any) -> None:
    layers = NETWORKS["nested"](function("gelu"))
    net = gn.Sequential(layers, input_size=INPUTS, dtype="float64")
    x, dy = rng.normal(size=(ROWS, INPUTS)), rng.normal(size=(ROWS, OUTPUTS))
    gradients = []
    for input_gradient in (True, False):
        net.forward(x, input_gradient=input_gradient)
        net.gradient_vector[:] = np.nan
        assert (net.backward(dy) is not None) == input_gradient
        gradients.append(net.gradient_vector.copy())
    assert_close(gradients[0], gradients[1], family="exact")


def test_step_of_the_inputs_needs_no_derivative() -> None:
    check([Activation("step"), Dense(5, "tanh"), Dense(OUTPUTS)], TASKS["squares"])
    net = gn.Sequential([Activation("step"), Dense(2)], input_size=INPUTS, dtype="float64")
    net.forward(np.ones((ROWS, INPUTS)), input_gradient=True)
    with pytest.raises(ValueError, match="step has no useful derivative"):
        net.backward(np.ones((ROWS, 2)))
