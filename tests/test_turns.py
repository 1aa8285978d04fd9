"""Turns: two parts of one network, each trained by losses and an optimizer of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion._base import precision
from ganglion._base.scaling import InputScale
from ganglion.callbacks import Logs
from ganglion.graphs.builders import Builder
from ganglion.graphs.wirings import Nested
from ganglion.layers import GaussianNoise
from ganglion.losses import BinaryCrossEntropy
from ganglion.optimizers import Adam, Group
from ganglion.schedules import ExponentialDecay
from ganglion.training import loop
from ganglion.training.data import Dataset, Inputs, Targets
from ganglion.training.fit_plan import FitPlan
from ganglion.training.parametrized import Parametrized
from ganglion.training.passes import BatchNotFiniteError
from ganglion.training.progress import Progress
from ganglion.training.turns import Turn, Turns, TurnSource

Array = NDArray[Any]

NOISE, FEATURES, ROWS, BATCH, SEED = 3, 2, 60, 20, 4
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
LOSS = BinaryCrossEntropy()


def dense(units: Sequence[int], size: int, seed: int, dtype: str) -> gn.Sequential:
    layers = [gn.Dense(count, "tanh") for count in units[:-1]]
    return gn.Sequential([*layers, gn.Dense(units[-1])], input_size=size, dtype=dtype, seed=seed)


class Adversaries:
    """A network whose one part makes samples of noise, which the other tells from real ones."""

    def __init__(
        self,
        dtype: str = "float64",
        in_round: Sequence[int] = (0, 1),
        groups: Sequence[Group] = (),
    ) -> None:
        builder, core = Builder(), precision.get(dtype)
        models = [dense([8, FEATURES], NOISE, 1, dtype), dense([8, 1], FEATURES, 2, dtype)]
        make, judge = (Nested(model.architecture) for model in models)
        real, zero = builder.input("real", (FEATURES,)), builder.input("zero", (NOISE,))
        outputs, parts = {}, (2, 3)
        with builder.parameters.of_group(parts[0]):
            fakes = [
                builder.applied(make, [GaussianNoise(1.0).build(builder, zero, "")], "make")[0]
                for _ in range(2)
            ]
        with builder.parameters.of_group(parts[1]):
            for name, judged in zip(("real", "fake", "passed"), (real, *fakes), strict=True):
                (outputs[name],) = builder.applied(judge, [judged], "judge")
        network = builder.network({"real": real, "zero": zero}, outputs)
        store = core.parameter_store(network.graph)
        store.values[:] = np.concatenate([model.parameter_vector for model in models])
        scales = (InputScale(1.0, None),) * 2
        self.model = Parametrized(network, store, core, scales, SEED)
        self.own = [
            np.concatenate([np.full(one.size, one.group == group) for one in network.parameters])
            for group in parts
        ]
        rates = ExponentialDecay(3e-3, 10, 0.5), 2e-3
        tell = Turn(
            "tell",
            self.model,
            {"real": LOSS, "fake": LOSS},
            parts[1:],
            Adam(rates[0], beta_1=0.5, groups=groups),
            is_given_samples=True,
        )
        make_turn = Turn(
            "make",
            self.model,
            {"passed": LOSS},
            parts[:1],
            Adam(rates[1], beta_1=0.5, groups=groups),
            is_given_samples=False,
        )
        self.turns = Turns(self.model, [tell, make_turn], in_round)

    @property
    def values(self) -> Array:
        values: Array = self.model.store.values
        return values

    def source(self, x: Array, batch_size: int = BATCH) -> TurnSource:
        yes, no = (np.broadcast_to(value, (len(x), 1)) for value in (1.0, 0.0))
        zero = np.broadcast_to(0.0, (len(x), NOISE))
        data = Dataset((Inputs(x), Inputs(zero)), (Targets(yes), Targets(no), Targets(yes)))
        order = np.arange(len(x))
        return TurnSource(
            lambda epoch: (data, order), len(x), batch_size, self.turns.are_given_samples
        )

    def run(self, x: Array, batch_size: int = BATCH) -> Logs:
        return self.turns.training.run_epoch("fit", self.source(x, batch_size), self.turns.rates)


@pytest.fixture
def real(rng: np.random.Generator) -> Array:
    return rng.normal(2, 1, (ROWS, FEATURES))


@pytest.mark.parametrize("turn", [0, 1])
def test_a_turn_moves_its_own_part_and_no_bit_of_the_other(turn: int, real: Array) -> None:
    pair = Adversaries()
    runner = Turns(pair.model, pair.turns.each[turn : turn + 1], (0,)).training
    own, other = pair.own[1 - turn], pair.own[turn]
    whole, order = pair.source(real).data(0)
    targets = whole.targets[:2] if turn == 0 else whole.targets[2:]
    data = Dataset(whole.inputs, targets)
    source = TurnSource(lambda epoch: (data, order), ROWS, BATCH, [True])
    for _ in range(3):
        before = pair.values.copy()
        runner.run_epoch("fit", source, lambda count: np.full(count, 1e-3))
        assert (pair.values != before)[own].all()
        np.testing.assert_array_equal(pair.values[other], before[other])


@pytest.mark.parametrize("in_round", [(0, 1), (0, 0, 1)])
def test_turns_do_in_one_call_what_they_do_one_by_one(in_round: Sequence[int], real: Array) -> None:
    together, apart = Adversaries(in_round=in_round), Adversaries(in_round=in_round)
    figures = together.run(real)
    rounds = -(-ROWS // (BATCH * in_round.count(0)))
    given = np.resize(real.reshape(-1, BATCH, FEATURES), (rounds, in_round.count(0), BATCH, 2))
    losses = [apart.run(one.reshape(-1, FEATURES)) for one in given]
    np.testing.assert_array_equal(together.values, apart.values)
    for name in ("tell_loss", "make_loss"):
        mean = np.mean([one[name] for one in losses])
        assert figures[name] == pytest.approx(mean, rel=1e-12)


def test_groups_are_of_the_parameters_that_a_turn_moves(real: Array) -> None:
    groups = [Group("*.bias", learning_rate_factor=0)]
    pair = Adversaries(groups=groups)
    before = pair.values.copy()
    pair.run(real)
    network = pair.model.network
    then_and_now = map(network.split, (before, pair.values))
    for parameter, then, now in zip(network.parameters, *then_and_now, strict=True):
        assert (then != now).all() == (then != now).any() == parameter.name.endswith("weight")
    with pytest.raises(ValueError, match=r"'make\.\*' matches none of .*: \['judge"):
        Adversaries(groups=[Group("make.*")])


def test_rates_are_those_of_the_steps_of_each_turn() -> None:
    turns = Adversaries(in_round=(0, 0, 1)).turns
    tell = 3e-3 * 0.5 ** (np.arange(6) / 10)
    expected = np.insert(tell, [2, 4, 6], 2e-3)
    np.testing.assert_allclose(turns.rates(9), expected)
    turns.each[0].state.steps = 10
    np.testing.assert_allclose(turns.rates(3), [3e-3 / 2, 3e-3 / 2 * 0.5**0.1, 2e-3])


def test_a_round_is_filled_up_and_who_is_given_none_sees_the_samples_before() -> None:
    data = Dataset.of(np.zeros((7, 1)), np.zeros((7, 1)))
    order_of = np.arange(7)[::-1]
    source = TurnSource(lambda epoch: (data, epoch * order_of), 7, 2, [True, True, False])
    assert (source.samples, source.steps) == (7, 6)
    (part,) = source.parts(1, [6])
    assert (part.first, part.count, part.batch_size) == (0, 6, 2)
    order = part.order
    assert order is not None
    assert order.reshape(6, 2).tolist() == [[6, 5], [4, 3], [4, 3], [2, 1], [0, 6], [0, 6]]


def noise(dtype: str, steps: int) -> list[list[Array]]:
    """Return what each step of each turn draws."""
    zero = gn.Input(NOISE)
    drawn = [gn.GaussianNoise(1.0)(zero) for _ in range(2)]
    model = gn.Model(zero, drawn, dtype=dtype, seed=SEED)
    return [model.forward(np.zeros((BATCH, NOISE))) for _ in range(steps)]


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_adversaries_learn_as_pytorchs(dtype: str, rng: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    kind, entropy = getattr(torch, dtype), torch.nn.functional.binary_cross_entropy_with_logits
    pair, steps = Adversaries(dtype), 50
    real = rng.normal(2, 1, (steps * BATCH, FEATURES))
    parts = [
        torch.tensor(part, dtype=kind, requires_grad=True)
        for part in pair.model.network.split(pair.values)
    ]
    make = torch.optim.Adam(parts[:4], lr=2e-3, betas=(0.5, 0.999))
    tell = torch.optim.Adam(parts[4:], lr=3e-3, betas=(0.5, 0.999))
    decay = torch.optim.lr_scheduler.ExponentialLR(tell, 0.5 ** (1 / 10))

    def through(x: Any, first: int) -> Any:
        wh, bh, wo, bo = parts[first : first + 4]
        return torch.tanh(x @ wh + bh) @ wo + bo

    def step(loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    yes, no = (torch.full((BATCH, 1), value, dtype=kind) for value in (1.0, 0.0))
    for number, drawn in enumerate(noise(dtype, steps)):
        x = real[number * BATCH : (number + 1) * BATCH]
        fake, passed = (through(torch.tensor(one, dtype=kind), 0) for one in drawn)
        judged = through(torch.tensor(x, dtype=kind), 4), through(fake.detach(), 4)
        told = step(entropy(judged[0], yes) + entropy(judged[1], no), tell)
        decay.step()
        made = step(entropy(through(passed, 4), yes), make)
        found = pair.run(x)
        assert found["tell_loss"] == pytest.approx(told, rel=TOLERANCE[dtype])
        assert found["make_loss"] == pytest.approx(made, rel=TOLERANCE[dtype])
    theirs = np.concatenate([part.detach().numpy().ravel() for part in parts])
    np.testing.assert_allclose(pair.values, theirs, rtol=0, atol=TOLERANCE[dtype])


def test_the_one_loop_runs_rounds_which_a_snapshot_undoes(real: Array) -> None:
    pair = Adversaries()

    class Epochs:
        samples = ROWS

        @property
        def weights(self) -> Array:
            return pair.values

        def run(self, epoch: int) -> Logs:
            return pair.run(real)

    first = pair.values.copy()
    pair.turns.snapshot.take()
    progress = Progress()
    loop.run(FitPlan(epochs=range(3)), progress, Epochs(), [])
    assert {name: len(curve) for name, curve in progress.history.history.items()} == {
        "tell_loss": 3,
        "make_loss": 3,
    }
    assert progress.loss is None
    last = pair.values.copy()
    pair.turns.snapshot.put_back()
    np.testing.assert_array_equal(pair.values, first)
    loop.run(FitPlan(epochs=range(3)), Progress(), Epochs(), [])
    np.testing.assert_array_equal(pair.values, last)


def test_what_is_not_finite_is_told_with_its_batch(real: Array) -> None:
    pair = Adversaries()
    with pytest.raises(BatchNotFiniteError, match="a square of gradients") as raised:
        pair.turns.training.run_epoch("fit", pair.source(real), lambda count: np.full(count, 1e307))
    assert raised.value.batch == 1  # through weights that the first turn has made so large
