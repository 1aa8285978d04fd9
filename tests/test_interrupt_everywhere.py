"""Ctrl-C before each single bytecode of a call: nothing is left half done.

A trace function raises KeyboardInterrupt where a signal's handler would, and at many places where
none could. What holds then is looked at while the exception, and with it every frame it came
through, is still there.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import get_config, set_config

import ganglion as gn
from ganglion import _core
from ganglion.callbacks import Callback, LearningRateScheduler
from ganglion.estimators.shared.threads import limited
from ganglion.neural_network import MLPRegressor

Array = NDArray[Any]

X = np.linspace(-1, 1, 40).reshape(20, 2)
Y = X.sum(axis=1)
# A file that was just opened is closed when nobody has it any more, of which Python warns.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

SOME = 61  # from one bytecode to the next in the quick test


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size


def net_for(loss: Any = "squared_error") -> gn.MLP:
    net = gn.MLP([2, 4, 1], activation="tanh")
    net.compile("adam", loss, metrics=["mean_absolute_error"])
    return net


class Interrupter:
    """Makes a call, with an interrupt before one of its bytecodes.

    Attributes:
        count: The bytecodes of the last call, as far as it came.
    """

    def __init__(self) -> None:
        self.count = 0
        self._number = 0

    def run(self, call: Callable[[], object], number: int = 0) -> None:
        """Make the call, interrupted before bytecode `number`, from 1; 0: not at all."""
        self.count, self._number = 0, number
        before = sys.gettrace()  # coverage's
        sys.settrace(self._begin)
        try:
            call()
        finally:
            sys.settrace(before)

    def _begin(self, frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode":
            self.count += 1
            if self.count == self._number:
                raise KeyboardInterrupt
        return self._step


class Watching(Callback):
    """Evaluates within a fit, and adds a figure to the others."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        model: Any = self.model
        logs["watched"] = model.evaluate(X, Y)["loss"]


def train(net: gn.Sequential) -> None:
    """Fit by batches, and let a callback look at each epoch."""
    rate = LearningRateScheduler(lambda epoch, rate: rate)
    net.fit(X, Y, epochs=2, validation_data=(X, Y), callbacks=[rate, Watching()], verbose=0)


def step_by_hand(net: gn.Sequential) -> None:
    net.forward(X)
    net.backward(Y[:, None])
    net.apply_gradients()


CALLS: dict[str, tuple[Any, Callable[[gn.Sequential, Path], object]]] = {
    "fit": ("squared_error", lambda net, _: train(net)),
    "fit with a loss of one's own": (own_loss, lambda net, _: train(net)),
    "train_on_batch": ("squared_error", lambda net, _: net.train_on_batch(X, Y)),
    "evaluate": ("squared_error", lambda net, _: net.evaluate(X, Y)),
    "evaluate with a loss of one's own": (own_loss, lambda net, _: net.evaluate(X, Y)),
    "predict": ("squared_error", lambda net, _: net.predict(X)),
    "predictor": ("squared_error", lambda net, _: net.predictor()(X)),
    "set_weights": ("squared_error", lambda net, _: net.set_weights(net.get_weights())),
    "a step by hand": ("squared_error", lambda net, _: step_by_hand(net)),
    "save": ("squared_error", lambda net, folder: net.save(folder / "net.safetensors")),
}


def check(net: gn.Sequential, folder: Path) -> None:
    """Look at what must hold, whatever was interrupted."""
    history = net.history
    assert {len(values) for values in history.history.values()} <= {len(history)}
    assert len(net.train_on_batch(X, Y)) == 2  # nothing is held that nobody has
    assert np.isfinite(net.evaluate(X, Y)["loss"])
    assert np.isfinite(net.predict(X)).all()
    assert [path.name for path in folder.iterdir()] == ["net.safetensors"]
    assert np.isfinite(gn.load(folder / "net.safetensors").predict(X)).all()


def interrupt_each(name: str, folder: Path, step: int) -> None:
    """Interrupt a call before every `step`-th bytecode."""
    loss, call = CALLS[name]
    net = net_for(loss)
    net.save(folder / "net.safetensors")
    interrupter = Interrupter()
    call(net, folder)  # what is made once, or imported, is there
    interrupter.run(lambda: call(net, folder))
    for number in range(1, interrupter.count, step):
        try:
            interrupter.run(lambda: call(net, folder), number)
        except KeyboardInterrupt:  # which keeps every frame it came through
            check(net, folder)
        else:  # a call may be shorter than the one that was counted, which collected garbage
            swallowed = f"the interrupt before bytecode {number} was swallowed"
            assert interrupter.count < number, swallowed


@pytest.mark.parametrize("name", CALLS)
def test_an_interrupt_leaves_nothing_half_done(name: str, tmp_path: Path) -> None:
    interrupt_each(name, tmp_path, SOME)


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_an_interrupt_before_any_bytecode_leaves_nothing_half_done(
    name: str, tmp_path: Path
) -> None:
    interrupt_each(name, tmp_path, 1)


def test_an_interrupt_leaves_no_limit_of_threads() -> None:
    def block() -> None:
        with limited(1):
            assert _core.thread_limit() == (1, "this thread")

    gn.set_num_threads(3)
    try:
        interrupter = Interrupter()
        interrupter.run(block)
        for number in range(1, interrupter.count):
            with pytest.raises(KeyboardInterrupt):
                interrupter.run(block, number)
            assert _core.thread_limit() == (3, "set_num_threads")
    finally:
        gn.set_num_threads(None)


@pytest.fixture
def own_config() -> Iterator[None]:
    """Restore scikit-learn's settings, which an interrupt leaves as a fit has them: unchecked."""
    before = get_config()
    yield
    set_config(**before)


@pytest.mark.filterwarnings("ignore::UserWarning")  # that it was interrupted, or did not converge
@pytest.mark.usefixtures("own_config")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_an_interrupted_estimator_can_be_fitted(solver: str) -> None:
    net = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, solver=solver)
    net.fit(X, Y)
    interrupter = Interrupter()
    interrupter.run(lambda: net.fit(X, Y))
    for number in range(1, interrupter.count, 5 * SOME):
        try:
            interrupter.run(lambda: net.fit(X, Y), number)
        except KeyboardInterrupt:
            net.fit(X, Y)
            assert np.isfinite(net.predict(X)).all()
