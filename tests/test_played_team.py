"""The bits of one thread, from teams that are played: in any order, over memory that was poisoned.

`csrc/base/play.h` says how. `tests/cpp/test_played_mutants.cpp` shows that a plan which lacks a
barrier, frees memory too soon or does not know of a read is found out so.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from embedding_cases import EMBEDDING_CASES
from gradient_cases import (
    ACTIVATIONS,
    DROPOUTS,
    FOLDED,
    INPUTS,
    NETWORKS,
    NOISES,
    OTHER_TASKS,
    OUTPUTS,
    TASKS,
    WIDE_TASKS,
    Layers,
    Task,
    function,
    shared_value,
    shared_weight,
)
from graph_cases import CASES, Differentiated, Made
from played_team import PLAYS, Passes, played
from recurrent_cases import RECURRENT_CASES
from sklearn.exceptions import ConvergenceWarning
from term_cases import TERM_CASES

import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual, _core
from ganglion.graphs import chains
from ganglion.layers import Layer
from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier


@pytest.fixture(autouse=True)
def one_thread() -> None:
    gn.set_num_threads(1)


def check(passes: Passes, what: object = "") -> None:
    check_calls(passes.results, what)


def check_calls(results: Callable[[], list[bytes]], what: object = "") -> None:
    expected = results()
    for members, order in PLAYS:
        with played(members, order):
            assert results() == expected, (what, members, order)


def passes_of(layers: Sequence[Layer], task: Task, inputs: int = INPUTS, **options: Any) -> Passes:
    network = chains.build(layers, inputs)
    return Passes(network.graph, network.input, network.output, task, **options)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network(network: str, activation: str) -> None:
    for name, task in TASKS.items():
        check(passes_of(NETWORKS[network](function(activation)), task), name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("network", DROPOUTS)
def test_dropout_in_every_place(network: str, activation: str) -> None:
    for name, task in TASKS.items():
        check(passes_of(DROPOUTS[network](Dropout(0.4), function(activation)), task), name)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("network", DROPOUTS)
def test_noise_in_every_place(network: str, noise: str) -> None:
    layers = DROPOUTS[network](NOISES[noise], function("gelu"))
    check(passes_of(layers, TASKS["squares"]), noise)


@pytest.mark.parametrize("network", DROPOUTS)
def test_dropout_that_is_off(network: str) -> None:
    for name, task in TASKS.items():
        check(passes_of(DROPOUTS[network](Dropout(0.0), function("gelu")), task), name)


@pytest.mark.parametrize("activation", ["identity", "sigmoid"])
def test_one_output(activation: str) -> None:
    for name, task in TASKS.items():
        if task.name != "cross_entropy":
            check(passes_of([Dense(3, "tanh"), Dense(1, activation)], task), name)


@pytest.mark.parametrize("name", WIDE_TASKS)
def test_more_outputs_than_targets(name: str) -> None:
    task, outputs = WIDE_TASKS[name]
    check(passes_of([Dense(5, "tanh"), Dense(outputs)], task))


@pytest.mark.parametrize("name", OTHER_TASKS)
def test_other_losses(name: str) -> None:
    check(passes_of([Dense(5, "tanh"), Dense(OUTPUTS)], OTHER_TASKS[name]))


@pytest.mark.parametrize("width", [1, 7, 8, 9, 33, 70])
def test_wide_layers(width: int) -> None:
    check(passes_of([Dense(width, "gelu"), Dense(1, "elu")], TASKS["huber"]))


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.name in FOLDED])
def test_probabilities_that_are_folded_into_their_cross_entropy(name: str) -> None:
    task = TASKS[name]
    folded = FOLDED[task.name]
    check(passes_of([Dense(5, "tanh"), Dense(OUTPUTS, folded)], task))
    check(passes_of([Dense(5, "tanh"), Dense(OUTPUTS), Activation(folded)], task))


@pytest.mark.parametrize("build", [shared_weight, shared_value])
def test_what_is_used_twice(build: Callable[[_core.Graph, int], int]) -> None:
    for name, task in TASKS.items():
        graph = _core.Graph()
        x = graph.input("x", INPUTS)
        check(Passes(graph, x, build(graph, x), task), name)


@pytest.mark.parametrize(
    "make",
    [*CASES, *TERM_CASES, *EMBEDDING_CASES, *RECURRENT_CASES],
    ids=lambda make: make.__name__,
)
def test_graphs_of_any_shape(make: Callable[[Made], None]) -> None:
    made = Made(rows=41)
    make(made)
    objective = Differentiated(made)
    check_calls(lambda: [objective.gradient().tobytes(), np.array(objective.loss()).tobytes()])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_networks_without_parameters(activation: str) -> None:
    layers: Layers = [Dropout(0.3), Residual([Activation(function(activation))])]
    check(passes_of(layers, TASKS["squares"]))


def test_step_of_the_inputs() -> None:
    layers: Layers = [Activation("step"), Dense(5, "tanh"), Dense(OUTPUTS)]
    check(passes_of(layers, TASKS["squares"], input_gradient=False))


LARGE: dict[str, Layers] = {  # with weights whose products are divided by tiles, not by rows
    "dense": [Dense(260, "gelu"), Dense(256, "relu"), Dense(OUTPUTS)],
    "residual": [Dense(260), Residual([Dense(256, "tanh"), Dropout(0.2), Dense(260)])],
    "wide and narrow": [Dense(9, "tanh"), Dense(7500, "elu"), Dense(9), Dense(2)],
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("clipnorm", [0.0, 1.0])
@pytest.mark.parametrize("network", LARGE)
def test_large_weights(network: str, clipnorm: float, dtype: str) -> None:
    """Where nothing is clipped by the norm, they make their steps in the backward pass."""
    options = {"samples": 57, "clipnorm": clipnorm, "dtype": dtype}
    check(passes_of(LARGE[network], TASKS["squares"], inputs=256, **options))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fit_and_predict(dtype: str) -> None:
    """The whole way, also where members predict rows of their own."""

    def fitted() -> list[bytes]:
        net = gn.MLP([INPUTS, 20, 300, 300, OUTPUTS], activation="relu", dropout=0.1, dtype=dtype)
        net.compile(gn.optimizers.AdamW(1e-3), "squared_error", metrics=["r2"])
        rng = np.random.default_rng(2)
        x, y = rng.normal(size=(70, INPUTS)), rng.normal(size=(70, OUTPUTS))
        history = net.fit(x, y, batch_size=32, epochs=2, verbose=0, validation_split=0.2)
        figures = np.array(list(history.history.values()))
        outputs = [net.predict(x), net.predictor()(x.astype(dtype)), figures]
        return [one.tobytes() for one in [net.parameter_vector, *outputs]]

    check_calls(fitted)


def test_estimators() -> None:
    def fitted() -> list[bytes]:
        rng = np.random.default_rng(3)
        x, y = rng.normal(size=(90, INPUTS)), rng.integers(0, OUTPUTS, 90)
        mlp = MLPClassifier((20, 300, 300), alpha=0.1, dropout=0.1, max_iter=3, random_state=0)
        one = Perceptron(early_stopping=True, max_iter=5, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mlp.fit(x, y)
            one.fit(x, y)
        return [part.tobytes() for part in [*mlp.coefs_, mlp.predict_proba(x), one.coef_]]

    check_calls(fitted)


@pytest.mark.parametrize("order", _core.play_orders())
def test_teams_are_really_played(order: str) -> None:
    """Else the tests above would compare one thread with itself."""
    passes = passes_of([Dense(5, "tanh"), Dense(OUTPUTS)], TASKS["squares"])
    with played(3, order) as teams:
        passes.results()
        assert teams.works > passes.jobs(3) > 0  # the tape's are more
