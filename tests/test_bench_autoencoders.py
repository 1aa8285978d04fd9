"""Autoencoders in the comparison: their losses, their gradients, what is drawn, their costs."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganglion.bench import compare, peers
from ganglion.bench.autoencoders import AUTOENCODERS, Autoencoder, VariationalAutoencoder
from ganglion.bench.machine import Machine
from ganglion.bench.results import Measured, Row, table
from ganglion.bench.runners import ganglion_runner, numpy_training
from ganglion.bench.suite import chosen
from ganglion.bench.workloads import TABLE, Workload

Array = NDArray[Any]

FRAMEWORKS = ["ganglion", "numpy", "sklearn"]
PLAIN, VARIATIONAL, _ = AUTOENCODERS
FEW_STEPS = replace(PLAIN, samples=4 * PLAIN.batch)
SMALL = VariationalAutoencoder((4, 5, 2, 5, 4), 6, 6)


@pytest.mark.parametrize("task", ["train", "batch"])
@pytest.mark.parametrize("workload", [FEW_STEPS, VARIATIONAL], ids=lambda one: one.kind)
def test_frameworks_compute_the_same(
    workload: Workload, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "TURN", 0.0)
    (done,) = compare.measure(task, [workload], FRAMEWORKS, rounds=1, threads=1)
    assert done.refused == []
    assert list(done.measured) == peers.able(FRAMEWORKS, task, workload)
    draws = workload is VARIATIONAL and task == "train"
    assert all(len(one.drawn) == draws for one in done.measured.values())


@pytest.mark.parametrize("framework", ["torch", "jax"])
@pytest.mark.parametrize("workload", [FEW_STEPS, VARIATIONAL.quiet()], ids=lambda one: one.kind)
def test_losses_are_those_of_frameworks_that_may_be_installed(
    framework: str, workload: Workload
) -> None:
    pytest.importorskip(framework)
    runner = importlib.import_module(f"ganglion.bench.runners.{framework}_runner")
    ours, theirs = (
        one.training(workload).run(1, shuffle=False) for one in (ganglion_runner, runner)
    )
    assert theirs == pytest.approx(ours, rel=2e-4)


class SameDraws:
    """A generator that draws the same numbers each time."""

    def standard_normal(self, shape: tuple[int, ...], dtype: Any = None) -> Array:
        return np.random.default_rng(3).standard_normal(shape)


@pytest.mark.parametrize(
    "workload", [SMALL, Autoencoder(SMALL.sizes, 6, 6)], ids=lambda one: one.kind
)
def test_gradients_by_hand_are_central_differences(workload: Workload) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=workload.parameters)
    gradients = np.full_like(values, np.nan)
    layers, places = (numpy_training.views(vector, workload) for vector in (values, gradients))
    chains = list(map(numpy_training.Chain, workload.chains(layers), workload.chains(places)))
    x = rng.normal(size=(6, 4))

    def loss() -> float:
        return numpy_training.PASSES[workload.kind](chains, SameDraws(), x)

    loss()
    found, expected = gradients.copy(), np.empty_like(gradients)
    for i, value in enumerate(values.copy()):
        values[i] = value + 1e-6
        above = loss()
        values[i] = value - 1e-6
        expected[i] = (above - loss()) / 2e-6
        values[i] = value
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def rows(drawn: float) -> list[Row]:
    """Return a row of each autoencoder: of the variational one NumPy has drawn such a loss."""
    plain = {name: Measured([1.0], [], [10.0]) for name in FRAMEWORKS}
    losses = dict(zip(["ganglion", "numpy"], [30.0, drawn], strict=True))
    drawing = {name: Measured([1.0], [loss], [10.0]) for name, loss in losses.items()}
    return [Row("train", PLAIN, plain), Row("train", VARIATIONAL, drawing)]


def test_losses_of_draws_may_differ_as_draws_do() -> None:
    _, close = rows(30.2)
    assert close.refused == []
    _, quiet = rows(24.0)  # as without noise
    assert quiet.refused == ["ganglion", "numpy"]  # of two nobody knows which
    assert quiet.over_best() is None


def test_the_table_has_no_time_of_a_network_that_a_framework_has_not() -> None:
    text = table(rows(30.0), Machine(peak=1e11, bandwidth=1e10))
    head, columns, plain, variational, _ = text.splitlines()
    assert head.startswith("train, autoencoders: ")
    assert columns.split()[2:5] == FRAMEWORKS
    assert plain.startswith("AE 64-128-32-128-64, 128  ")
    assert variational.split()[-7:-3] == ["(10)", "10", "(10)", "-"]


def test_families_have_tables_of_their_own() -> None:
    assert compare.by_family([PLAIN, TABLE[0], VARIATIONAL]) == [[PLAIN, VARIATIONAL], [TABLE[0]]]


def test_an_autoencoder_is_chosen_by_its_name() -> None:
    assert chosen([VARIATIONAL.name]) == chosen(["7"]) == [VARIATIONAL]


def test_costs_are_those_counted_by_hand() -> None:
    training, inference = SMALL.training_cost(), SMALL.inference_cost(rows=1)
    assert SMALL.layers == [(4, 5), (5, 4), (2, 5), (5, 4)]
    weights, biases = 20 + 20 + 10 + 20, 5 + 4 + 5 + 4
    assert training.flops == 2 * 6 * (2 * 20 + 3 * 20 + 3 * 10 + 3 * 20)
    numbers = 4 + 2 * (5 + 4 + 2 + 5 + 4)  # those of a row, a code that is drawn among them
    assert training.bytes == 4 * (8 * (weights + biases) - 20 + 3 * 6 * numbers)
    assert inference.flops == 2 * (20 + 10 + 10 + 20)
    assert inference.bytes == 4 * (60 + 5 + 2 + 5 + 4 + 4 + 2 * (5 + 2 + 5) + 4)
    floor = [one.training_cost().flops / 234e3 for one in AUTOENCODERS]
    assert floor == pytest.approx([72, 130, 3110], rel=0.01)
