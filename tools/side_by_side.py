"""Evaluates, fits and predicts side by side in many threads: what the thread sanitizer looks at.

`.ci/sanitizers` has the command. What is refused is looked for, what is answered must be right.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core

Array = NDArray[Any]

ROUNDS = 6
SIZES = [32, 160, 160, 5]  # work for a team


def own_loss(y: Array, p: Array, _: Array | None) -> tuple[float, Array]:
    """Return the squared error and its gradient."""
    return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size


class Work:
    """A network, its data, and what it answers as long as it is not trained."""

    def __init__(self, loss: Any, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.x = rng.normal(size=(700, SIZES[0])).astype(np.float32)
        classes = rng.integers(0, SIZES[-1], 700)
        self.y: Array = np.eye(SIZES[-1])[classes] if loss is own_loss else classes
        self.net = gn.MLP(SIZES, dropout=0.1, seed=seed)
        self.net.compile("adam", loss, metrics=["accuracy"])
        self.gradient = self.net.gradient_vector  # who has it may step along what it holds
        self.predictor = self.net.predictor()
        self.outputs = self.net.predict(self.x)
        self.figures = self.net.evaluate(self.x, self.y)

    def reading(self) -> list[Callable[[], object]]:
        """Return calls that may all be made at once."""
        return [
            lambda: np.testing.assert_array_equal(self.net.predict(self.x), self.outputs),
            lambda: np.testing.assert_array_equal(self.predictor(self.x), self.outputs),
            lambda: self.evaluates_right(),
        ]

    def evaluates_right(self) -> None:
        """Evaluate, and look at the figures."""
        figures = self.net.evaluate(self.x, self.y)
        if figures != self.figures:
            raise AssertionError(f"evaluate gave {figures}, must give {self.figures}")

    def all(self) -> list[Callable[[], object]]:
        """Return calls of which some are refused beside others."""
        net, x, y = self.net, self.x, self.y
        return [
            lambda: net.fit(x, y, batch_size=100, validation_split=0.2, verbose=0),
            lambda: net.train_on_batch(x[:200], y[:200]),
            lambda: net.apply_gradients(),
            lambda: net.evaluate(x, y),
            lambda: net.predict(x),
            lambda: net.predictor()(x),
            lambda: net.set_weights(net.get_weights()),
            lambda: net.backward(np.ones_like(net.forward(x))),
        ]


def in_threads(calls: list[Callable[[], object]], *, may_refuse: bool) -> int:
    """Make calls over and over, each in a thread of its own; return how often one was refused."""
    gate = threading.Barrier(len(calls))
    failed: list[BaseException] = []
    refused: list[str] = []

    def repeat(call: Callable[[], object]) -> None:
        gate.wait()
        for _ in range(ROUNDS):
            try:
                call()
            except RuntimeError as error:
                refused.append(str(error))
            except BaseException as error:
                failed.append(error)

    threads = [threading.Thread(target=repeat, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused and not may_refuse:
        raise AssertionError(f"refused: {refused[0]}")
    for error in failed:
        raise error
    return len(refused)


def estimators() -> list[Callable[[], object]]:
    """Return fits of estimators, each of one of its own."""
    from ganglion.linear_model import Perceptron
    from ganglion.neural_network import MLPClassifier

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(300, 20)), rng.integers(0, 3, 300)
    made = [MLPClassifier(max_iter=2), MLPClassifier(solver="lbfgs", max_iter=2), Perceptron()]
    return [lambda one=one: one.fit(x, y).predict(x) for one in made]  # type: ignore[misc]


def products() -> list[Callable[[], object]]:
    """Return products of the same matrices."""
    a, b = np.ones((300, 200), np.float32), np.ones((200, 300), np.float32)
    return [lambda: _core.gemm(a, b, np.empty((300, 300), np.float32), threads=2)] * 2


def main() -> None:
    """Do all of it, with one thread a call and with teams."""
    for threads in (1, 2, 4):
        gn.set_num_threads(threads)
        for loss in ("cross_entropy", own_loss):
            works = [Work(loss, seed) for seed in (1, 2)]
            in_threads([*works[0].reading(), *works[0].reading()], may_refuse=False)
            in_threads([call for work in works for call in work.all()], may_refuse=True)
        in_threads([*products(), *estimators()], may_refuse=False)
    sys.stdout.write("side by side: nothing was wrong\n")


if __name__ == "__main__":
    main()
