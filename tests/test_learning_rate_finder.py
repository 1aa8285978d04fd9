"""The learning-rate finder: what it tries, what it suggests, and that nothing stays of it."""

import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import ganglion as gn
from ganglion.training import snapshot
from ganglion.training.core_passes import CorePass
from ganglion.training.rate_trials import LearningRateCurve

Array = NDArray[Any]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 5)).astype(np.float32)
Y = (X @ RNG.normal(size=(5, 3))).argmax(axis=1)


def model(optimizer: Any = "adam", seed: int = 1) -> gn.Sequential:
    layers = [gn.Dense(16), gn.BatchNormalization(), gn.Activation("relu"), gn.Dropout(0.2)]
    net = gn.Sequential([*layers, gn.Dense(3)], input_size=5, seed=seed)
    net.compile(optimizer, loss="cross_entropy", metrics=["auc"])
    return net


def all_of(net: gn.Model) -> list[Array]:
    """Return what training has changed."""
    state = net._objective("test").state
    return [net.parameter_vector.copy(), np.array(state.steps), *map(np.array, state.blocks)]


def assert_same(one: list[Array], other: list[Array]) -> None:
    for before, after in zip(one, other, strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_trial_is_steps_at_rates_that_rise_by_a_factor() -> None:
    net, by_hand = model(), model()
    batches = [(X[first : first + 20], Y[first : first + 20]) for first in range(0, 200, 20)]
    curve = gn.find_learning_rate(net, batches, min_lr=1e-4, max_lr=1e-1, steps=25)
    np.testing.assert_allclose(np.diff(np.log(curve.learning_rates)), np.log(1000) / 24)
    assert curve.learning_rates[[0, -1]] == pytest.approx([1e-4, 1e-1])
    losses = []
    for number, rate in enumerate(curve.learning_rates):
        by_hand.learning_rate = rate
        losses.append(by_hand.train_on_batch(*batches[number % 10])["loss"])
    np.testing.assert_array_equal(curve.losses, losses)


@pytest.mark.parametrize("optimizer", ["adam", gn.optimizers.SGD(0.1, momentum=0.9)])
def test_nothing_stays_of_a_trial(optimizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_MOST_STATE", 0)  # what a fit's copy has no room for is kept too
    net, other = model(optimizer), model(optimizer)
    for one in (net, other):
        one.fit(X, Y, epochs=2, batch_size=16, verbose=0)
    before, history = all_of(net), net.history
    gn.find_learning_rate(net, X, Y, 16)
    assert_same(before, all_of(net))
    assert net.history is history
    assert net.learning_rate == other.learning_rate
    for one in (net, other):
        one.fit(X, Y, epochs=2, batch_size=16, verbose=0)
    assert_same(all_of(other), all_of(net))
    assert net.history.history == other.history.history


def test_a_schedule_stays_and_so_do_its_steps() -> None:
    decay = gn.schedules.ExponentialDecay(0.01, decay_steps=3, decay_rate=0.5)
    net = model(gn.optimizers.Adam(decay))
    gn.find_learning_rate(net, X, Y, steps=5)
    assert net.learning_rate == 0.01
    assert net.optimizer.learning_rate is decay


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_nothing_stays_of_a_trial_that_fails(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    net = model()
    net.fit(X, Y, verbose=0)
    before, run, runs = all_of(net), CorePass.run, [0]

    def failing(self: CorePass, call: str, part: Any, rates: Any) -> None:
        run(self, call, part, rates)
        runs[0] += 1
        if runs[0] == 7:
            raise error

    monkeypatch.setattr(CorePass, "run", failing)
    with pytest.raises(error):
        gn.find_learning_rate(net, X, Y)
    assert runs == [7]
    assert_same(before, all_of(net))


def test_a_trial_ends_where_the_loss_grows_too_large_or_is_not_finite() -> None:
    net = gn.MLP([5, 1], dtype="float64")
    net.compile("sgd", loss="squared_error")
    long = gn.find_learning_rate(net, X, X[:, 0], early_stop_threshold=1e300, max_lr=1e30)
    short = gn.find_learning_rate(net, X, X[:, 0], max_lr=1e30)
    assert 20 < len(short.losses) < len(long.losses) < 100
    assert np.isfinite(long.losses).all()
    means = short.smoothed_losses
    assert means[-1] > 4 * means.min() > means[-2]


def digits_model(optimizer: Any, seed: int) -> gn.MLP:
    net = gn.MLP([64, 32, 10], seed=seed)
    net.compile(optimizer, loss="cross_entropy")
    return net


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("optimizer", ["adam", gn.optimizers.SGD(1.0)])
def test_the_suggestion_trains_better_than_rates_far_from_it(optimizer: Any, seed: int) -> None:
    x, y = load_digits(return_X_y=True)
    x = x / 16
    suggested = gn.find_learning_rate(digits_model(optimizer, seed), x, y).suggestion
    assert suggested is not None
    losses = []
    for rate in (suggested / 30, suggested, suggested * 30):
        net = digits_model(optimizer, seed)
        net.learning_rate = rate
        losses.append(net.fit(x, y, epochs=3, verbose=0).history["loss"][-1])
    assert losses[1] < 0.5 * min(losses[0], losses[2])


def test_the_suggestion_is_in_the_middle_of_the_steepest_line() -> None:
    rates = np.geomspace(1e-4, 1, 41)
    falls = np.interp(np.log10(rates), [-4, -3, -2, -1, 0], [2.0, 1.9, 1.0, 0.8, 3.0])
    curve = LearningRateCurve(rates, falls + np.random.default_rng(0).normal(0, 0.01, 41))
    slopes = [
        np.polyfit(np.log(rates[middle - 4 : middle + 5]), curve.losses[middle - 4 : middle + 5], 1)
        for middle in range(4, int(curve.smoothed_losses.argmin()) - 3)
    ]
    assert curve.suggestion == rates[4 + np.array(slopes)[:, 0].argmin()]
    assert curve.suggestion == pytest.approx(10**-2.5, rel=0.5)


def test_smoothed_losses_are_means_that_fade() -> None:
    curve = gn.find_learning_rate(model(), X, Y, steps=9)
    for number, mean in enumerate(curve.smoothed_losses, 1):
        weights = 0.9 ** np.arange(number)[::-1]
        assert mean == pytest.approx((weights * curve.losses[:number]).sum() / weights.sum())


def test_where_the_loss_never_falls_nothing_is_suggested() -> None:
    net = gn.MLP([1, 1], dtype="float64")
    net.compile("sgd", loss="squared_error")
    net.set_weights([[[1.0]], [0.0]])
    ones = np.ones((20, 1))
    curve = gn.find_learning_rate(net, ones, ones)
    assert curve.suggestion is None
    assert "none is suggested" in repr(curve)
    assert gn.find_learning_rate(model(), X, Y, steps=3).suggestion is None
    assert "3 rates, 1e-06 to 10" in repr(gn.find_learning_rate(model(), X, Y, steps=3))


def test_the_record_is_frozen() -> None:
    curve = gn.find_learning_rate(model(), X, Y, steps=3)
    with pytest.raises(AttributeError):
        curve.losses = curve.learning_rates  # type: ignore[misc]


def test_plot_draws_losses_and_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    curve = gn.find_learning_rate(model(), X, Y)
    axes = curve.plot()
    assert axes.get_xscale() == "log"
    dots, line, marked = axes.get_lines()
    np.testing.assert_array_equal(dots.get_ydata(), curve.losses)
    np.testing.assert_array_equal(line.get_ydata(), curve.smoothed_losses)
    np.testing.assert_array_equal(marked.get_xdata(), curve.suggestion)
    assert curve.plot(ax=axes) is axes
    plt.close(axes.figure)
    with pytest.raises(TypeError, match="ax must be axes of matplotlib's, got 3"):
        curve.plot(3)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="plot needs matplotlib"):
        curve.plot()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"min_lr": 0.0}, "min_lr must be a positive"),
    ({"min_lr": 1.0, "max_lr": 1.0}, "max_lr is 1.0, must be higher than min_lr, 1.0"),
    ({"max_lr": float("nan")}, "max_lr must be "),
    ({"steps": 1}, "steps must be at least 2, got 1"),
    ({"early_stop_threshold": 0}, "early_stop_threshold must be a positive"),
    ({"batch_size": 0}, "batch_size must be "),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        gn.find_learning_rate(model(), X, Y, **arguments)


def test_what_is_no_compiled_model_is_refused() -> None:
    with pytest.raises(ValueError, match="find_learning_rate: the model is not compiled"):
        gn.find_learning_rate(gn.MLP([5, 3]), X, Y)
    with pytest.raises(TypeError, match="model must be a model, got 3"):
        gn.find_learning_rate(3, X, Y)  # type: ignore[arg-type]


def test_a_first_loss_that_is_not_finite_is_told() -> None:
    net = gn.MLP([5, 1])
    net.compile("sgd", loss="squared_error")
    net.set_weights([np.full((5, 1), 1e30), [0.0]])
    with pytest.raises(gn.LossNotFiniteError, match="the loss of the first batch"):
        gn.find_learning_rate(net, X, X[:, 0])


def test_a_trial_within_a_fit_is_refused() -> None:
    net = model()
    inside = gn.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: gn.find_learning_rate(net, X, Y)
    )
    with pytest.raises(RuntimeError, match="find_learning_rate"):
        net.fit(X, Y, callbacks=[inside], verbose=0)


def test_messages_name_the_function_that_was_called() -> None:
    def loss(t: Array, p: Array, w: Any) -> Any:
        return 1.0

    told: list[tuple[Any, tuple[Any, ...], dict[str, Any], str]] = [
        (model(), (X,), {}, "x must be an array, with y, or an iterable|y is missing"),
        (model(), (X[:, :2], Y), {}, "X has 2 columns"),
        (model(), (X, Y), {"class_weight": {7: 1.0}}, "class_weight names class 7"),
        (model(), ([(X, Y)],), {"batch_size": 3}, "batch_size goes with arrays"),
        (model(), ([X],), {}, "a batch must be"),
        (model(), ([],), {}, "x gave 0 batches"),
        (compiled_with(loss), (X, X[:, :3]), {}, "the loss loss must return"),
    ]
    for net, data, arguments, message in told:
        with pytest.raises((TypeError, ValueError), match=rf"^find_learning_rate: ({message})"):
            gn.find_learning_rate(net, *data, **arguments)
    with pytest.raises(TypeError, match=r"^train_on_batch: the loss loss must return"):
        compiled_with(loss).train_on_batch(X, X[:, :3])


def compiled_with(loss: Any) -> gn.MLP:
    net = gn.MLP([5, 3])
    net.compile("sgd", loss)
    return net


@pytest.mark.parametrize("iterator", [iter([(X, Y)]), ((X, Y) for _ in range(200))])
def test_what_can_be_gone_over_once_is_refused_and_not_used_up(iterator: Any) -> None:
    with pytest.raises(TypeError, match="find_learning_rate: x is an iterator, whose batches"):
        gn.find_learning_rate(model(), iterator)
    assert next(iterator)[0] is X
