"""Adversarial networks in the comparison: their losses, their gradients, what is drawn, costs."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganglion.bench import compare, peers
from ganglion.bench.adversaries import ADVERSARIES, Adversaries
from ganglion.bench.results import disagreeing
from ganglion.bench.runners import (
    ganglion_runner,
    numpy_adversaries,
    numpy_runner,
    numpy_training,
)
from ganglion.bench.suite import chosen

Array = NDArray[Any]

FRAMEWORKS = ["ganglion", "numpy", "sklearn"]
ABLE = FRAMEWORKS[:2]
SMALL = Adversaries((2, 5, 5, 3), 6, 6)


@pytest.mark.parametrize("task", ["train", "batch"])
def test_frameworks_compute_the_same(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "TURN", 0.0)
    (done,) = compare.measure(task, ADVERSARIES[:1], FRAMEWORKS, rounds=1, threads=1)
    assert done.refused == []
    assert list(done.measured) == peers.able(FRAMEWORKS, task, ADVERSARIES[0]) == ABLE
    figures = 2 if task == "train" else 0  # a loss of each network
    assert all(len(one.drawn) == figures for one in done.measured.values())


@pytest.mark.parametrize("framework", ["numpy", "torch", "jax"])
def test_losses_are_those_of_frameworks_that_may_be_installed(framework: str) -> None:
    pytest.importorskip(framework)
    runner = importlib.import_module(f"ganglion.bench.runners.{framework}_runner")
    workload = replace(ADVERSARIES[0], samples=4 * ADVERSARIES[0].batch).quiet()
    ours, theirs = (
        one.training(workload).run(2, shuffle=False) for one in (ganglion_runner, runner)
    )
    assert len(ours) == 4
    assert theirs == pytest.approx(ours, rel=2e-4)


def test_a_loss_without_noise_is_refused() -> None:
    def drawn(seed: int, noise: float) -> list[float]:
        training = numpy_runner.training(replace(ADVERSARIES[0], noise=noise))
        training._rng = np.random.default_rng(seed)
        return training.run(1, shuffle=False)

    losses = {str(seed): drawn(seed, 1.0) for seed in range(3)}
    assert disagreeing(losses, Adversaries.drawn_tolerance) == []
    losses["silent"] = drawn(3, 0.0)
    assert disagreeing(losses, Adversaries.drawn_tolerance) == ["silent"]


def test_a_reset_brings_the_first_losses_back() -> None:
    """Adam goes on, which moves the discriminator before the generator's loss is taken."""
    training = ganglion_runner.training(replace(SMALL, learning_rate=0.01).quiet())
    first = training.run(1, shuffle=False)
    assert training.run(1, shuffle=False) != pytest.approx(first, rel=5e-3)
    training.reset()
    assert training.run(1, shuffle=False) == pytest.approx(first, rel=2e-3)


def test_gradients_by_hand_are_central_differences() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=SMALL.parameters)
    gradients = np.full_like(values, np.nan)
    layers, places = (numpy_training.views(vector, SMALL) for vector in (values, gradients))
    chains = list(map(numpy_training.Chain, SMALL.chains(layers), SMALL.chains(places)))
    x, made, noise = (rng.normal(size=(6, columns)) for columns in (3, 3, 2))
    made_by = sum((inputs + 1) * units for inputs, units in SMALL.chains(SMALL.layers)[0])

    def central(i: int, loss_of: Any) -> Any:
        value, losses = values[i], []
        for moved in (1e-6, -1e-6):
            values[i] = value + moved
            losses.append(loss_of())
        values[i] = value
        return (losses[0] - losses[1]) / 2e-6

    def judged() -> float:
        return numpy_adversaries.judge(chains[1], x, made)

    def passed() -> float:
        return numpy_adversaries.pass_as_real(chains, noise)

    judged()
    passed()
    found = gradients.copy()
    expected = [central(i, passed if i < made_by else judged) for i in range(values.size)]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def test_adversaries_are_chosen_by_their_name() -> None:
    name = "GAN 2-128-128-2 and 2-128-128-1, 128"
    assert chosen([name]) == list(ADVERSARIES[:1])


def test_costs_are_those_counted_by_hand() -> None:
    training, inference = SMALL.training_cost(), SMALL.inference_cost(rows=1)
    made, judged, units_made, units_judged = 10 + 25 + 15, 15 + 25 + 5, 13, 11
    telling = made + 2 * (3 * judged - 15)  # of twice as many rows
    making = 3 * made - 10 + 2 * judged
    assert training.flops == 2 * 6 * (telling + making)
    parameters = 2 * (made + units_made) + (made + units_made - 10)  # forward twice, and back
    parameters += 3 * (judged + units_judged) + (judged + units_judged - 15)
    parameters += 6 * (made + judged + units_made + units_judged)
    rows = (2 + units_made) + (3 + 2 * 2 * units_judged) + (2 + 2 * units_made + 2 * units_judged)
    assert training.bytes == 4 * (parameters + 3 * 6 * rows)
    assert inference.flops == 2 * made
    floor = [one.training_cost().flops / 234e3 for one in ADVERSARIES]
    assert floor == pytest.approx([220, 1556], rel=0.01)
