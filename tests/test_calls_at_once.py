"""Calls at once on one network: each gets its own right figures, or is refused and changes nothing.

A call is held in its midst by a loss, a callback or a signal handler of the test's own, so that
nothing here depends on how long it takes.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import Callback, LambdaCallback

pytestmark = pytest.mark.threads

Array = NDArray[Any]

X = np.random.default_rng(0).normal(size=(400, 8)).astype(np.float32)
Y = np.eye(3)[np.random.default_rng(1).integers(0, 3, 400)]
IN_USE = "in use by another call"


def net_for(loss: Any = "cross_entropy") -> gn.MLP:
    net = gn.MLP([8, 16, 3], seed=1)
    net.compile("adam", loss, metrics=["accuracy"])
    return net


@contextmanager
def held_in_a_fit(net: gn.Sequential) -> Iterator[None]:
    """Hold a fit of another thread at the end of its second epoch."""
    there, go_on = threading.Event(), threading.Event()

    def hold(epoch: int, logs: Any) -> None:
        if epoch == 1:
            there.set()
            assert go_on.wait(60)

    callback = LambdaCallback(on_epoch_end=hold)
    with ThreadPoolExecutor(1) as pool:
        fit = pool.submit(
            net.fit, X, Y, epochs=4, validation_data=(X, Y), callbacks=[callback], verbose=0
        )
        try:
            assert there.wait(60)
            yield
        finally:
            go_on.set()
        history = fit.result(60)
    alone = net_for()
    expected = alone.fit(X, Y, epochs=4, validation_data=(X, Y), verbose=0)
    assert history is net.history
    assert history.history == expected.history
    np.testing.assert_array_equal(net.parameter_vector, alone.parameter_vector)


def is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except RuntimeError:
        return True
    return False


TRAINING: dict[str, Callable[[gn.Sequential], object]] = {
    "fit": lambda net: net.fit(X, Y, verbose=0),
    "train_on_batch": lambda net: net.train_on_batch(X, Y),
    "apply_gradients": lambda net: net.apply_gradients(),
}
READING: dict[str, Callable[[gn.Sequential, Path], object]] = {
    "evaluate": lambda net, _: net.evaluate(X, Y),
    "predict": lambda net, _: net.predict(X),
    "predictor": lambda net, _: net.predictor(),
    "get_weights": lambda net, _: net.get_weights(),
    "theta": lambda net, _: net.theta(1),
    "save": lambda net, folder: net.save(folder / "net.safetensors"),
    "pickle": lambda net, _: net.__reduce__(),
    "forward": lambda net, _: net.forward(X),
}


@pytest.mark.parametrize("call", TRAINING)
def test_training_beside_a_fit_is_refused_and_leaves_it_alone(call: str) -> None:
    net = net_for()
    with held_in_a_fit(net):
        with pytest.raises(RuntimeError, match=f"^{call}: .*{IN_USE}"):
            TRAINING[call](net)
        net.compile("sgd", "cross_entropy")  # a second objective has the same weights
        with pytest.raises(RuntimeError, match=f"^{call}: .*{IN_USE}"):
            TRAINING[call](net)


def test_a_refused_fit_leaves_stop_training_alone() -> None:
    net = net_for()
    with held_in_a_fit(net):
        history = net.history
        net.stop_training = True
        with pytest.raises(RuntimeError, match=IN_USE):
            net.fit(X, Y, verbose=0)
        assert net.stop_training
        assert net.history is history
        assert len(history) == 1
        net.stop_training = False


@pytest.mark.parametrize("call", READING)
def test_reading_beside_a_fit_is_refused_and_leaves_it_alone(call: str, tmp_path: Path) -> None:
    net = net_for()
    with held_in_a_fit(net), pytest.raises(RuntimeError, match=f"^{call}: .*{IN_USE}"):
        READING[call](net, tmp_path)
    READING[call](net, tmp_path)


def test_setting_weights_beside_a_fit_is_refused() -> None:
    net = net_for()
    weights = net.get_weights()
    with held_in_a_fit(net), pytest.raises(RuntimeError, match=f"^set_weights: .*{IN_USE}"):
        net.set_weights(weights)


def test_a_predictor_made_before_predicts_beside_a_fit() -> None:
    net = net_for()
    predictor, expected = net.predictor(), net.predict(X)
    with held_in_a_fit(net):
        np.testing.assert_array_equal(predictor(X), expected)


@pytest.mark.parametrize("call", TRAINING)
def test_training_within_a_callback_is_refused_and_leaves_the_fit_alone(call: str) -> None:
    net, alone = net_for(), net_for()
    refused: list[str] = []

    class Nested(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            net.stop_training = epoch == 1
            with pytest.raises(RuntimeError, match=IN_USE):
                TRAINING[call](net)
            refused.append(call)

    net.fit(X, Y, epochs=4, callbacks=[Nested()], verbose=0)
    alone.fit(X, Y, epochs=2, verbose=0)
    assert refused == [call] * 2
    assert net.history.history == alone.history.history
    np.testing.assert_array_equal(net.parameter_vector, alone.parameter_vector)


def test_a_callback_may_read_and_set_what_is_trained(tmp_path: Path) -> None:
    net = net_for()

    class Look(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            for read in READING.values():
                read(net, tmp_path)
            net.set_weights(net.get_weights())

    net.fit(X, Y, callbacks=[Look()], verbose=0)


def test_a_callback_that_evaluates_leaves_the_figures_of_the_epoch() -> None:
    net, alone = net_for(), net_for()

    class Look(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            net.evaluate(X[:7], Y[:7])

    for one, callbacks in ((net, [Look()]), (alone, [])):
        one.fit(X, Y, epochs=2, validation_data=(X, Y), callbacks=callbacks, verbose=0)
    assert net.history.history == alone.history.history


def own_loss(then: Callable[[], None]) -> Callable[..., tuple[float, Array]]:
    """Return the squared error, which calls `then` each time it is asked."""

    def loss(y: Array, p: Array, weight: Any) -> tuple[float, Array]:
        then()
        return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size

    return loss


@pytest.mark.parametrize("call", TRAINING)
def test_training_within_an_evaluation_is_refused(call: str) -> None:
    refused: list[str] = []

    def train() -> None:
        with pytest.raises(RuntimeError, match=IN_USE):
            TRAINING[call](net)
        refused.append(call)

    net = net_for(own_loss(train))
    net.evaluate(X, Y)
    assert refused


def test_evaluations_within_each_other_have_their_own_figures() -> None:
    inner: list[dict[str, float]] = []

    def look() -> None:
        if not inner:
            inner.append({})
            inner[0] = net.evaluate(X[:50], Y[:50])

    net, alone = net_for(own_loss(look)), net_for(own_loss(lambda: None))
    assert net.evaluate(X, Y) == alone.evaluate(X, Y)
    assert inner == [alone.evaluate(X[:50], Y[:50])]


@pytest.mark.parametrize("loss", ["cross_entropy", own_loss(lambda: None)])
def test_threads_evaluate_and_predict_at_once(loss: Any) -> None:
    net = net_for(loss)
    parts = [slice(0, 40 * (1 + i)) for i in range(8)]
    expected = [net.evaluate(X[part], Y[part]) for part in parts]
    outputs = net.predict(X)
    gate = threading.Barrier(len(parts))

    def look(i: int) -> list[bool]:
        gate.wait()
        return [
            net.evaluate(X[parts[i]], Y[parts[i]]) == expected[i]
            and np.array_equal(net.predict(X), outputs)
            for _ in range(25)
        ]

    with ThreadPoolExecutor(len(parts)) as pool:
        assert list(pool.map(look, range(len(parts)))) == [[True] * 25] * len(parts)


@pytest.mark.parametrize("call", ["fit", "train_on_batch", "evaluate", "predict", "set_weights"])
def test_a_signal_handler_is_refused_within_a_run_and_leaves_it_alone(call: str) -> None:
    """A handler runs in the midst of an epoch, on the thread that trains."""
    net, alone = net_for(), net_for()
    x, y = np.tile(X, (500, 1)), np.tile(Y, (500, 1))
    weights = net.get_weights()
    calls: dict[str, Callable[[], object]] = {
        "set_weights": lambda: net.set_weights(weights),
        **{name: partial(READING[name], net, Path()) for name in ("evaluate", "predict")},
        **{name: partial(TRAINING[name], net) for name in ("fit", "train_on_batch")},
    }
    refused: list[str] = []

    def handle(number: int, frame: Any) -> None:
        if not is_refused(lambda: net.predict(X[:1])):
            return  # it is not within the core that it comes
        with pytest.raises(RuntimeError, match=IN_USE):
            calls[call]()
        refused.append(call)

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.03, 0.03)
    try:
        while not refused:
            net.set_weights(weights)
            net.compile("adam", "cross_entropy", metrics=["accuracy"])
            net.fit(x, y, batch_size=8, epochs=1, verbose=0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    alone.fit(x, y, batch_size=8, epochs=1, verbose=0)
    assert net.history.history == alone.history.history
    np.testing.assert_array_equal(net.parameter_vector, alone.parameter_vector)
