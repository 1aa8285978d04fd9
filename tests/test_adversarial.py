"""The generative adversarial network: its steps, beside PyTorch's, and what is done with it."""

from __future__ import annotations

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone

import ganglion as gn
from ganglion import schedules
from ganglion._base.interrupts import heed
from ganglion.adversarial import GenerativeAdversarialNetwork
from ganglion.estimators.adversarial import pair
from ganglion.optimizers import Adam
from ganglion.regularizers import L2
from ganglion.training.sources import shuffled

Array = NDArray[Any]

TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
X = np.random.default_rng(0).normal(1, 0.5, (120, 3))
SMALL: dict[str, Any] = {
    "generator_hidden_layer_sizes": 16,
    "discriminator_hidden_layer_sizes": (16, 8),
    "batch_size": 40,
    "random_state": 0,
}


def small(**arguments: Any) -> GenerativeAdversarialNetwork:
    return GenerativeAdversarialNetwork(**SMALL | arguments)


def same(a: GenerativeAdversarialNetwork, b: GenerativeAdversarialNetwork) -> bool:
    """Tell whether two have the same weights, bit by bit."""
    halves = (a.generator_, b.generator_), (a.discriminator_, b.discriminator_)
    return all(np.array_equal(x.parameter_vector, y.parameter_vector) for x, y in halves)


def first_weights(net: GenerativeAdversarialNetwork, dtype: str) -> list[list[Array]]:
    """Return those of generator and discriminator that a fit begins with."""
    pair = clone(net)._new_pair(X.astype(dtype))
    return [model.get_weights() for model in (pair.generator, pair.discriminator)]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {
            "packing": 2,
            "discriminator_steps": 2,
            "label_smoothing": 0.1,
            "output_activation": "tanh",
            "learning_rate_init": (1e-3, 2e-3),
        },
    ],
)
def test_both_learn_as_pytorchs(dtype: str, arguments: Any) -> None:
    torch = pytest.importorskip("torch")
    kind, entropy = getattr(torch, dtype), torch.nn.functional.binary_cross_entropy_with_logits
    net = small(activation="tanh", max_iter=25, **arguments)
    packing, times = net.packing, net.discriminator_steps
    rows = 40 // packing
    generator, discriminator = (
        [torch.tensor(weight, dtype=kind, requires_grad=True) for weight in weights]
        for weights in first_weights(net, dtype)
    )
    net.fit(X.astype(dtype))
    rates = np.broadcast_to(net.learning_rate_init, 2).tolist()
    makes, tells = (
        torch.optim.Adam(parts, lr=rate, betas=(0.5, 0.999))
        for parts, rate in zip((generator, discriminator), rates, strict=True)
    )
    seed = net._pair.rules.seed
    zero = gn.Input(net.latent_dim)
    noise = [gn.GaussianNoise(1.0)(zero) for _ in range(2 * packing)]
    draws = gn.Model(zero, noise, dtype=dtype, seed=seed)

    def through(x: Any, weights: list[Any]) -> Any:
        for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            x = torch.tanh(x @ w + b)
        return x @ weights[-2] + weights[-1]

    def generated(noises: list[Array]) -> Any:
        made = [through(torch.tensor(one, dtype=kind), generator) for one in noises]
        whole = torch.cat(made, dim=1)
        return torch.tanh(whole) if net.output_activation == "tanh" else whole

    def step(optimizer: Any, *terms: tuple[Any, float]) -> float:
        loss = sum(entropy(logit, torch.full_like(logit, target)) for logit, target in terms)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    drawn = [draws.forward(np.zeros((rows, net.latent_dim))) for _ in range(100)]
    of_tells, of_makes = iter(drawn), iter(drawn)
    rounds = -(-120 // (40 * times))
    for epoch in range(25):
        order = shuffled(seed, 120)(epoch).reshape(-1, packing)
        batches = iter(np.resize(order, (rounds * times, rows, packing)))
        told, made = [], []
        for _ in range(rounds):
            for _ in range(times):
                real = torch.tensor(X[next(batches)].reshape(rows, -1), dtype=kind)
                fake = generated(next(of_tells)[:packing]).detach()
                yes = 1 - net.label_smoothing
                judged = through(real, discriminator), through(fake, discriminator)
                told.append(step(tells, (judged[0], yes), (judged[1], 0.0)))
            passed = through(generated(next(of_makes)[packing:]), discriminator)
            made.append(step(makes, (passed, 1.0)))
        means = np.mean(told), np.mean(made)
        found = net.discriminator_loss_curve_[epoch], net.generator_loss_curve_[epoch]
        assert found == pytest.approx(means, rel=TOLERANCE[dtype])
    for model, parts in ((net.generator_, generator), (net.discriminator_, discriminator)):
        for weight, part in zip(model.get_weights(), parts, strict=True):
            expected = part.detach().numpy()
            np.testing.assert_allclose(weight, expected, rtol=0, atol=TOLERANCE[dtype])


def test_a_step_moves_no_bit_of_the_other_not_even_what_is_remembered() -> None:
    def stack(columns: int, *last: gn.Layer) -> gn.Sequential:
        hidden = [gn.Dense(8), gn.BatchNormalization(), gn.Activation("relu")]
        return gn.Sequential([*hidden, *last], input_size=columns)

    given = {"generator": stack(2, gn.Dense(3)), "discriminator": stack(3, gn.Dense(1))}
    pair = small(**given, discriminator_steps=2)._new_pair(X)
    source = pair.source(X, 40, shuffled(0, len(X)))
    (part,) = source.parts(0, [source.steps])
    values, first = pair.turns.model.store.values, pair.generator.count_params()
    moved = []
    for number in range(part.count):
        before = values.copy()
        one = type(part)(part.data, part.order, part.batch_size, number, 1)
        pair.turns.training._pass_for(one).run("fit", one, np.full(1, 1e-3))
        moved.append(
            [(values != before)[half].any() for half in (slice(first), slice(first, None))]
        )
    assert moved == 2 * [[False, True], [False, True], [True, False]]


@pytest.mark.parametrize("packing", [1, 3])
def test_the_same_random_state_gives_the_same_bits_on_any_number_of_threads(packing: int) -> None:
    def fitted(**arguments: Any) -> GenerativeAdversarialNetwork:
        wide = {f"{half}_hidden_layer_sizes": (200, 200) for half in ("generator", "discriminator")}
        net = small(packing=packing, max_iter=4, **wide | arguments)
        net.fit(X)
        return net

    expected = fitted()
    assert all(same(fitted(n_jobs=n_jobs), expected) for n_jobs in (1, 2, 3, -1))
    assert not same(fitted(random_state=1), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("packing", [1, 2])
def test_copies_go_on_with_the_same_bits(dtype: str, packing: int) -> None:
    x = X.astype(dtype)
    net = small(packing=packing, discriminator_steps=2, max_iter=3).fit(x)
    others = [pickle.loads(pickle.dumps(net)), copy.deepcopy(net)]
    for one in others:
        np.testing.assert_array_equal(one.sample(9, 0), net.sample(9, 0))
        np.testing.assert_array_equal(one.discriminate(x), net.discriminate(x))
        one.partial_fit(x)
    net.partial_fit(x)
    assert all(same(one, net) for one in others)
    assert all(one.generator_loss_curve_ == net.generator_loss_curve_ for one in others)


def test_copies_go_on_within_a_step_of_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_two(**settings: Any) -> Adam:
        return Adam(**settings, gradient_accumulation_steps=2)

    monkeypatch.setattr(pair, "Adam", of_two)
    net = small(max_iter=1).fit(X)  # 3 rounds
    again = pickle.loads(pickle.dumps(net))
    for one in (net, again):
        assert [turn.state.summed for turn in one._pair.turns.each] == [1, 1]
        one.partial_fit(X)
    assert same(net, again)


def test_parts_are_the_epochs_of_a_fit() -> None:
    whole, parts = small(packing=2, max_iter=3).fit(X), small(packing=2)
    for _ in range(3):
        parts.partial_fit(X)
    assert same(whole, parts)
    assert whole.n_iter_ == 3
    for name in ("generator_loss_curve_", "discriminator_loss_curve_"):
        assert getattr(whole, name) == getattr(parts, name)
        assert len(getattr(whole, name)) == 3


def test_rates_follow_a_schedule_to_its_end() -> None:
    net = small(lr_schedule="cosine", learning_rate_init=(1e-3, 3e-3), discriminator_steps=2)
    net.set_params(max_iter=4, batch_size=20).fit(X)  # 3 rounds an epoch
    makes, tells = net._pair.turns.each[1], net._pair.turns.each[0]
    assert (makes.state.steps, tells.state.steps) == (12, 24)
    assert makes.schedule == schedules.CosineDecay(1e-3, 12)
    assert tells.schedule == schedules.CosineDecay(3e-3, 24)
    again = pickle.loads(pickle.dumps(net))
    assert [turn.schedule for turn in again._pair.turns.each] == [tells.schedule, makes.schedule]
    with pytest.raises(ValueError, match="lr_schedule is 'cosine', which goes over the epochs"):
        net.partial_fit(X)
    constant = small(max_iter=2).fit(X)
    assert same(small(max_iter=2, lr_schedule=lambda step: 1e-3).fit(X), constant)
    assert not same(small(max_iter=2, lr_schedule=lambda step: 2e-3).fit(X), constant)


def test_halves_are_saved_and_loaded(tmp_path: Any) -> None:
    net = small(max_iter=2).fit(X)
    noise = np.random.default_rng(5).normal(size=(7, 2))
    for name, half, rows in (("g", net.generator_, noise), ("d", net.discriminator_, X)):
        half.save(tmp_path / name)
        np.testing.assert_array_equal(gn.load(tmp_path / name).predict(rows), half.predict(rows))
        np.testing.assert_array_equal(half.predictor()(rows), half.predict(rows))
    np.testing.assert_array_equal(
        net.sample(7, 5), net.generator_.predict(np.random.RandomState(5).normal(size=(7, 2)))
    )


def test_samples_are_judged_in_packs() -> None:
    net = small(packing=3, max_iter=2).fit(X)
    judged = net.discriminate(X[:12])
    assert judged.shape == (4,)
    expected = net.discriminator_.predict(X[:12].reshape(4, 9))[:, 0]
    np.testing.assert_array_equal(judged, expected)
    assert ((judged > 0) & (judged < 1)).all()
    with pytest.raises(ValueError, match="X has 13 samples, must be a multiple of packing, 3"):
        net.discriminate(X[:13])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("activation", "low", "high"),
    [("identity", -np.inf, np.inf), ("logistic", 0, 1), ("tanh", -1, 1)],
)
def test_samples_have_the_type_of_the_data_and_the_range_of_the_last_activation(
    dtype: str, activation: str, low: float, high: float
) -> None:
    made = small(output_activation=activation, max_iter=1).fit(X.astype(dtype)).sample(50, 1)
    assert made.shape == (50, 3)
    assert made.dtype == dtype
    assert (made >= low).all()
    assert (made <= high).all()


def test_a_sparse_matrix_does_as_the_array() -> None:
    rows = sparse.csr_matrix(X)
    dense, thin = small(max_iter=2).fit(X), small(max_iter=2).fit(rows)
    assert same(dense, thin)
    np.testing.assert_array_equal(thin.discriminate(rows), dense.discriminate(X))


def test_models_may_be_given_and_stay_as_they_are() -> None:
    frozen = gn.Dense(16, "tanh", trainable=False)
    generator = gn.Sequential([frozen, gn.Dense(3)], input_size=5, seed=3)
    logits = gn.Sequential([gn.Dense(8, "relu"), gn.Dense(1)], input_size=3)
    chance = gn.Sequential([gn.Dense(8, "relu"), gn.Dense(1, "sigmoid")], input_size=3)
    weights = generator.get_weights()
    nets = [small(generator=generator, discriminator=d, max_iter=3) for d in (logits, chance)]
    for net, discriminator in zip(nets, (logits, chance), strict=True):
        judge = discriminator.get_weights()
        clone(net).fit(X)
        net.fit(X)
        for kept, weight in zip(weights, generator.get_weights(), strict=True):
            np.testing.assert_array_equal(kept, weight)
        np.testing.assert_array_equal(judge[0], discriminator.get_weights()[0])
        found = net.generator_.get_weights()
        np.testing.assert_array_equal(found[0], weights[0].astype(float))  # not trained
        assert (found[2] != weights[2]).any()
        assert net.sample(4).shape == (4, 3)
        assert ((net.discriminate(X) > 0) & (net.discriminate(X) < 1)).all()
    chance.set_weights(logits.get_weights())
    assert same(*(net.fit(X) for net in nets))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"generator": gn.MLP([2, 4])}, r"generator gives rows of shape \(4,\), must be \(3,\)"),
        (
            {"discriminator": gn.MLP([3, 1]), "packing": 2},
            r"takes rows of shape \(3,\), must be \(6,",
        ),
        (
            {"discriminator": gn.MLP([3, 2])},
            r"discriminator gives rows of shape \(2,\), must be \(1,",
        ),
        (
            {"generator": gn.Sequential([gn.Dense(3)], input_size=(4, 2))},
            r"generator takes rows of shape \(4, 2\), must be \(columns,\)",
        ),
        (
            {"discriminator": gn.Sequential([gn.Dense(1, kernel_regularizer=L2())], input_size=3)},
            "discriminator has losses of its own",
        ),
        (
            {"generator": gn.Sequential([gn.Dense(3, trainable=False)], input_size=2)},
            "generator has no layer that is trainable",
        ),
        ({"packing": 121}, "X has 120 samples, must have at least packing, 121"),
        (
            {"learning_rate_init": (1, 2, 3)},
            r"learning_rate_init is \(1, 2, 3\), must be a positive",
        ),
        ({"learning_rate_init": (1, 0.0)}, "must be a positive number, or two"),
        ({"generator_hidden_layer_sizes": (3, 0)}, "generator_hidden_layer_sizes must be > 0"),
        ({"activation": "relux"}, "Did you mean 'relu'"),
        ({"label_smoothing": 1.0}, "label_smoothing"),
        ({"n_jobs": 0}, "n_jobs is 0"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: Any, said: str) -> None:
    net = small(**arguments)
    with pytest.raises(ValueError, match=said):
        net.fit(X)
    assert not [name for name in vars(net) if name.endswith("_") and name != "n_features_in_"]


def test_a_model_of_two_outputs_is_refused() -> None:
    noise = gn.Input(2)
    generator = gn.Model(noise, [gn.Dense(3)(noise), gn.Dense(3)(noise)])
    with pytest.raises(ValueError, match="generator has 1 inputs and 2 outputs, must have one"):
        small(generator=generator).fit(X)


def test_a_part_that_fails_leaves_all_as_it_was() -> None:
    net, other = small(max_iter=2).fit(X), small(max_iter=2).fit(X)
    with pytest.raises(ValueError, match=r"fit: in epoch 3: .* is not finite\. Scale X, or lower"):
        net.partial_fit(1e200 * X)
    assert same(net, other)
    assert same(net.partial_fit(X), other.partial_fit(X))
    assert net.generator_loss_curve_ == other.generator_loss_curve_


def test_a_fit_that_is_interrupted_keeps_what_it_has_learnt() -> None:
    stop = threading.Event()
    stop.set()
    net = small(max_iter=50)
    with (
        ThreadPoolExecutor(1, initializer=heed, initargs=(stop,)) as pool,
        pytest.warns(UserWarning, match="Training interrupted by user"),
    ):
        pool.submit(net.fit, X).result()
    assert net.interrupted_
    assert net.n_iter_ == 1
    assert same(net, small(max_iter=1).fit(X))


def test_figures_of_both_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    net = small(max_iter=2, verbose=True).fit(X)
    lines = capsys.readouterr().out.splitlines()
    figures = net.discriminator_loss_curve_[1], net.generator_loss_curve_[1]
    told = "discriminator_loss = {:.8f}, generator_loss = {:.8f}".format(*figures)
    assert lines[1] == f"Iteration 2, {told}"
    assert len(lines) == 2


def test_threads_sample_at_once() -> None:
    net = small(max_iter=2).fit(X)
    expected = net.sample(200, 3)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: net.sample(200, 3), range(40)):
            np.testing.assert_array_equal(found, expected)


def test_the_module_is_there_when_it_is_asked_for() -> None:
    assert gn.adversarial.GenerativeAdversarialNetwork is GenerativeAdversarialNetwork
