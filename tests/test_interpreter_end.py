"""Daemons' threads that are within a call when Python ends: the process ends quietly all the same.

Each case runs in a process of its own, which is this file run as a program.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core

pytestmark = pytest.mark.threads

Array = NDArray[Any]

SOURCES = Path(__file__).parents[1] / "src"


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size


X = np.zeros((2000, 64), np.float32)
Y = np.zeros((2000, 8), np.float32)


def net_for(loss: Any = "squared_error") -> gn.MLP:
    net = gn.MLP([64, 256, 8])
    net.compile("adam", loss)
    return net


def fit(loss: Any = "squared_error") -> Callable[[], object]:
    net = net_for(loss)
    return lambda: net.fit(X, Y, verbose=0)


def evaluate() -> Callable[[], object]:
    net = net_for()
    return lambda: net.evaluate(X, Y)


def predict() -> Callable[[], object]:
    net = net_for()
    return lambda: net.predict(X)


def predictor(dtype: str = "float32") -> Callable[[], object]:
    call = gn.MLP([64, 256, 8], dtype=dtype).predictor()
    x, out = X.astype(dtype), Y.astype(dtype)
    return lambda: call(x, out=out)


def forward_and_backward() -> Callable[[], object]:
    net = net_for()
    return lambda: net.backward(np.ones_like(net.forward(X)))


def apply_gradients() -> Callable[[], object]:
    net = gn.MLP([256, 1024, 256])
    net.compile("adam", "squared_error")
    net.gradient_vector[:] = 0
    return net.apply_gradients


def gemm() -> Callable[[], object]:
    a, c = np.zeros((400, 400)), np.zeros((400, 400))
    return lambda: _core.gemm(a, a, c)


def gemm_batch() -> Callable[[], object]:
    a, c = np.zeros((400, 40, 40)), np.zeros((400, 40, 40))
    return lambda: _core.gemm_batch(a, a, c)


def peak_flops() -> Callable[[], object]:
    return lambda: _core.peak_flops("float32", 1, 0.002)


def perceptrons() -> Callable[[], object]:
    """Return the core's epoch alone: what an estimator asks NumPy for may abort by itself."""
    core = _core.float32.Perceptrons(
        x=X,
        columns=None,
        classes=np.arange(len(X)) % 3,
        weight=None,
        held_out=None,
        units=[(i, 1.0, 1.0, 1, 0.0) for i in range(3)],
        coefs=np.zeros((3, 64), np.float32),
        intercept_rate=1.0,
        rate=1.0,
        l2=0.0,
        l1=0.0,
        shuffle=True,
    )
    return lambda: core.run_epoch([0, 1, 2])


CASES: dict[str, Callable[[], Callable[[], object]]] = {
    "fit": fit,
    "a fit with a loss of one's own": lambda: fit(own_loss),
    "evaluate": evaluate,
    "predict": predict,
    "predictor": predictor,
    "predictor of float64": lambda: predictor("float64"),
    "forward and backward": forward_and_backward,
    "apply_gradients": apply_gradients,
    "gemm": gemm,
    "gemm_batch": gemm_batch,
    "peak_flops": peak_flops,
    "perceptrons": perceptrons,
}


def end_within(name: str) -> None:
    """Begin calls in daemons' threads, and come to the end."""

    def repeat() -> None:
        call = CASES[name]()
        started.release()
        while True:
            call()

    started = threading.Semaphore(0)
    for _ in range(3):
        threading.Thread(target=repeat, daemon=True).start()
    for _ in range(3):
        started.acquire()
    time.sleep(0.02)


@pytest.mark.parametrize("name", CASES)
def test_the_process_ends_quietly_while_daemons_call(name: str) -> None:
    command = [sys.executable, __file__, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_gil_is_given_away_in_one_way() -> None:
    other_ways = r"gil_scoped_release|PyEval_SaveThread|Py_BEGIN_ALLOW_THREADS"
    texts = {path.name: path.read_text() for path in SOURCES.iterdir()}
    assert [name for name, text in texts.items() if re.search(other_ways, text)] == ["gil.h"]


if __name__ == "__main__":
    end_within(sys.argv[1])
