"""Ctrl-C in the middle of a call: KeyboardInterrupt within 200 ms, and the model is still good.

Each case runs in a process of its own, which is this file run as a program, so that neither a
signal nor a hang meets the tests themselves.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import Callback

pytestmark = pytest.mark.threads

Array = NDArray[Any]

LIMIT = 0.2  # seconds
ATTEMPTS = 3  # the best counts, for other programs may hold the processors
FOREVER = 10**6  # epochs


class Calls(Callback):
    """Counts what a fit calls."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended = 0
        self.epochs = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self.begun.set()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epochs += 1

    def on_train_end(self, logs: Any = None) -> None:
        self.ended += 1


class BatchCalls(Calls):
    """Looks at each batch."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        pass


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size


@dataclass
class Work:
    """A model and its data."""

    net: gn.Sequential
    x: Array
    y: Array
    calls: Calls = field(default_factory=Calls)

    def fit(self, **arguments: Any) -> None:
        arguments = {"epochs": FOREVER, "verbose": 0, "callbacks": [self.calls], **arguments}
        self.net.fit(self.x, self.y, **arguments)

    def in_one_call(self, call: Callable[..., object], *data: Array) -> None:
        self.calls.begun.set()
        call(*data)


def small(loss: Any = "cross_entropy", rows: int = 2000) -> Work:
    rng = np.random.default_rng(0)
    net = gn.MLP([10, 16, 3])
    net.compile(loss=loss, metrics=["accuracy"])
    x = rng.normal(size=(rows, 10)).astype(np.float32)
    classes = rng.integers(0, 3, rows)
    return Work(net, x, classes if loss == "cross_entropy" else np.eye(3)[classes])


def large(loss: Any = "cross_entropy", rows: int = 4096) -> Work:
    rng = np.random.default_rng(0)
    net = gn.MLP([784, 1024, 1024, 10])
    net.compile(loss=loss)
    x = rng.normal(size=(rows, 784)).astype(np.float32)
    classes = rng.integers(0, 10, rows)
    return Work(net, x, classes if loss == "cross_entropy" else np.eye(10)[classes])


def tall() -> Work:
    """Return work that is much in a single call."""
    rng = np.random.default_rng(0)
    net = gn.MLP([16, 1024, 1024, 10])
    net.compile(loss="cross_entropy")
    return Work(net, rng.normal(size=(150_000, 16)), rng.integers(0, 10, 150_000))


def long() -> Work:
    """Return work that is much in a single walk."""
    rng = np.random.default_rng(0)
    net = gn.Sequential([gn.SimpleRNN(512), gn.Dense(1)], input_size=(None, 2))
    net.compile(loss="squared_error")
    return Work(net, rng.normal(size=(4, 4000, 2)), rng.normal(size=(4, 1)))


def batches(work: Work) -> Iterator[tuple[Array, Array]]:
    while True:
        yield work.x, work.y


CASES: dict[str, tuple[Callable[[], Work], Callable[[Work], object]]] = {
    "small net": (small, lambda w: w.fit()),
    "a long epoch of a small net": (lambda: small(rows=10**6), lambda w: w.fit(batch_size=1)),
    "validation": (small, lambda w: w.fit(validation_split=0.5)),
    "a progress bar": (small, lambda w: w.fit(verbose=1)),
    "large net": (large, lambda w: w.fit(batch_size=512)),
    "batches of all": (large, lambda w: w.fit(batch_size=4096)),
    "batch callbacks": (
        small,
        lambda w: w.fit(callbacks=[w.calls, BatchCalls()]),
    ),
    "own loss": (lambda: small(own_loss), lambda w: w.fit()),
    "own loss of a large net": (lambda: large(own_loss), lambda w: w.fit(batch_size=512)),
    "own loss, batches of all": (lambda: large(own_loss), lambda w: w.fit(batch_size=4096)),
    "batches given": (
        small,
        lambda w: w.net.fit(
            batches(w), epochs=FOREVER, steps_per_epoch=8, verbose=0, callbacks=[w.calls]
        ),
    ),
    "long sequences": (long, lambda w: w.fit()),
    "evaluate": (tall, lambda w: w.in_one_call(w.net.evaluate, w.x, w.y)),
    "predict": (tall, lambda w: w.in_one_call(w.net.predict, w.x)),
}
FITS = [name for name in CASES if name not in ("evaluate", "predict")]


def interrupted(name: str) -> dict[str, Any]:
    """Interrupt a case some times and return what was seen: what the process prints."""
    make, call = CASES[name]
    work = make()
    seen: dict[str, Any] = {"latency": [], "epochs": [], "recorded": [], "ended": [], "finite": []}
    for attempt in range(ATTEMPTS):
        sent: list[float] = []
        work.calls.epochs = work.calls.ended = 0
        work.calls.begun.clear()

        def send(sent: list[float] = sent, delay: float = 0.15 + 0.07 * attempt) -> None:
            work.calls.begun.wait()  # by the clock alone it may come before there is a fit to end
            time.sleep(delay)
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            call(work)
        except KeyboardInterrupt:
            seen["latency"].append(time.perf_counter() - sent[0])
        sender.join()
        history = work.net.history
        seen["epochs"].append(work.calls.epochs)
        seen["ended"].append(work.calls.ended)
        seen["recorded"].append([len(history), *map(len, history.history.values())])
        losses = history.history.get("loss", [])
        outputs = work.net.predict(work.x[:100])
        seen["finite"].append(bool(np.isfinite(outputs).all() and np.isfinite(losses).all()))
    work.x, work.y = work.x[:100], work.y[:100]
    work.fit(epochs=1)  # it can be trained again
    seen["again"] = len(work.net.history)
    return seen


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, request.param],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("seen", CASES, indirect=True, scope="module")
class TestInterrupted:
    def test_it_stops_soon(self, seen: dict[str, Any]) -> None:
        assert len(seen["latency"]) == ATTEMPTS
        assert min(seen["latency"]) < LIMIT, seen["latency"]

    def test_the_model_predicts_and_trains_again(self, seen: dict[str, Any]) -> None:
        assert seen["finite"] == [True] * ATTEMPTS
        assert seen["again"] == 1


@pytest.mark.parametrize("seen", FITS, indirect=True, scope="module")
def test_the_finished_epochs_are_kept(seen: dict[str, Any]) -> None:
    for epochs, recorded in zip(seen["epochs"], seen["recorded"], strict=True):
        assert recorded[0] in (epochs, epochs - 1)  # it may come between callback and history,
        assert max(recorded) - min(recorded) <= 1  # or between two figures
    assert seen["ended"] == [1] * ATTEMPTS


@pytest.mark.parametrize("seen", ["small net"], indirect=True, scope="module")
def test_many_epochs_are_finished_before(seen: dict[str, Any]) -> None:
    assert min(seen["epochs"]) > 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it
    sys.stdout.write(json.dumps(interrupted(sys.argv[1])))
