"""Child processes: those made by fork never hang, and all compute their parent's bits.

Each case runs in a process of its own, which is this file run as a program, with a time limit: a
child that waits for threads which stayed with its parent would wait for ever.
"""

import multiprocessing
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import LambdaCallback

pytestmark = pytest.mark.threads

Array = NDArray[Any]

CHILDREN = 20
SECONDS = 60  # much longer than any case takes
TASKS = Path("/proc/self/task")  # one entry a thread
SIZES = [64, 256, 256, 8]  # some 1e8 operations a batch: a team of every thread there is


def data() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(600, SIZES[0])), rng.integers(0, SIZES[-1], 600)


def make() -> gn.Sequential:
    net = gn.MLP(SIZES, dropout=0.1, seed=2)
    net.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return net


def fit(net: gn.Sequential) -> None:
    x, y = data()
    net.fit(x, y, batch_size=256, validation_split=0.1, verbose=0)


def work(net: gn.Sequential) -> list[bytes]:
    """Predict, evaluate and fit; return the bits of all that comes out."""
    x, y = data()
    before = net.predict(x).tobytes()
    one = net.predictor()(x[:300]).tobytes()
    loss = str(net.evaluate(x, y)["loss"]).encode()
    fit(net)
    return [before, one, loss, net.parameter_vector.tobytes(), net.predict(x).tobytes()]


def trained() -> gn.Sequential:
    """Return a network that a team of two threads has trained."""
    gn.set_num_threads(2)
    before = len(list(TASKS.iterdir())) if TASKS.exists() else 0
    net = make()
    fit(net)
    if TASKS.exists():
        assert len(list(TASKS.iterdir())) > before, "no team formed: the test proves nothing"
    return net


def collect(
    context: BaseContext, function: Callable[..., None], *arguments: object
) -> list[list[bytes]]:
    """Run a function in many children at once and return what each sends.

    A child that dies sends nothing: an EOFError.
    """
    made: Any = context  # whose Process the type checker does not know
    children = []
    for _ in range(CHILDREN if made.get_start_method() == "fork" else 2):
        receiver, sender = made.Pipe(duplex=False)
        process = made.Process(target=function, args=(sender, *arguments))
        process.start()
        sender.close()
        children.append((process, receiver))
    results = [receiver.recv() for _, receiver in children]
    for process, _ in children:
        process.join()
        assert process.exitcode == 0
    return results


def child(sender: Connection, net: gn.Sequential) -> None:
    sender.send(work(net))


def child_that_sets_threads(sender: Connection, net: gn.Sequential) -> None:
    gn.set_num_threads(2)
    sender.send(work(net))


def child_from_scratch(sender: Connection) -> None:
    gn.set_num_threads(2)
    net = make()
    fit(net)
    sender.send(work(net))


def parent_of_a_child(sender: Connection, net: gn.Sequential) -> None:
    work(net)  # on a copy of the parent's memory: its child begins where this ends
    if os.fork() == 0:
        sender.send(work(net))
        os._exit(0)
    assert os.wait()[1] == 0


def fork_after_a_fit() -> None:
    net = trained()
    results = collect(multiprocessing.get_context("fork"), child, net)
    assert results == [work(net)] * CHILDREN  # and the parent still works


def fork_after_a_fit_and_set_threads() -> None:
    net = trained()
    results = collect(multiprocessing.get_context("fork"), child_that_sets_threads, net)
    assert results == [work(net)] * CHILDREN


def fork_before_any_use() -> None:
    results = collect(multiprocessing.get_context("fork"), child_from_scratch)
    assert results == [work(trained())] * CHILDREN


def fork_of_a_fork() -> None:
    net = trained()
    results = collect(multiprocessing.get_context("fork"), parent_of_a_child, net)
    work(net)
    assert results == [work(net)] * CHILDREN


def fork_while_threads_predict() -> None:
    net = trained()
    x, _ = data()
    stop = threading.Event()

    def predict() -> None:
        while not stop.is_set():
            net.predict(x)

    threads = [threading.Thread(target=predict) for _ in range(3)]
    for thread in threads:
        thread.start()
    results = collect(multiprocessing.get_context("fork"), child, net)
    stop.set()
    for thread in threads:
        thread.join()
    assert results == [work(net)] * CHILDREN


def child_of_a_fit(sender: Connection, net: gn.Sequential, weights: list[Array]) -> None:
    fit(net)  # with all that the parent's fit was at
    net.set_weights(weights)
    net.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    sender.send(work(net))


def work_from(weights: list[Array]) -> list[bytes]:
    net = make()
    net.set_weights(weights)
    return work(net)


def fork_while_a_thread_fits() -> None:
    """The fit is within the core at the time of some forks, within Python at that of others."""
    net = trained()
    weights = net.get_weights()
    x, y = data()
    begun = threading.Event()
    begins = LambdaCallback(on_train_begin=lambda logs: begun.set())

    def fit_on() -> None:
        while not stop.is_set():
            net.fit(x, y, batch_size=256, epochs=3, callbacks=[begins], verbose=0)

    stop = threading.Event()
    thread = threading.Thread(target=fit_on)
    thread.start()
    begun.wait(SECONDS)
    results = collect(multiprocessing.get_context("fork"), child_of_a_fit, net, weights)
    stop.set()
    thread.join()
    assert results == [work_from(weights)] * CHILDREN


def fork_within_a_callback() -> None:
    net = trained()
    weights = net.get_weights()
    results: list[list[bytes]] = []

    def fork(epoch: int, logs: Any) -> None:
        context = multiprocessing.get_context("fork")
        results.extend(collect(context, child_of_a_fit, net, weights))

    x, y = data()
    net.fit(x, y, epochs=1, callbacks=[LambdaCallback(on_epoch_end=fork)], verbose=0)
    assert results == [work_from(weights)] * CHILDREN


def estimators() -> list[Any]:
    from ganglion.linear_model import Perceptron  # here, for the other cases begin sooner without
    from ganglion.neural_network import MLPClassifier, MLPRegressor

    settings: dict[str, Any] = {"random_state": 0, "max_iter": 2}
    return [
        MLPClassifier((256,), early_stopping=True, **settings),
        MLPRegressor(hidden_layer_sizes=(256,), solver="lbfgs", **settings),
        Perceptron(n_jobs=2, **settings),
    ]


def fit_estimators(made: list[Any]) -> list[bytes]:
    """Fit each alone, then all at once; return the bits of all predictions."""
    from ganglion.model_selection import fit_many

    x, y = data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of too few iterations
        alone = [one.fit(x, y).predict(x).tobytes() for one in made]
        return alone + [one.predict(x).tobytes() for one in fit_many(made, x, y)]


def child_of_estimators(sender: Connection, made: list[Any]) -> None:
    sender.send(fit_estimators(made))


def fork_while_threads_fit_estimators() -> None:
    """Each in a thread of its own: a child may fit all of them, whatever its parent is at."""
    gn.set_num_threads(2)
    x, y = data()
    made, stop = estimators(), threading.Event()

    def fit_on(one: Any) -> None:
        while not stop.is_set():
            one.fit(x, y)

    warnings.simplefilter("ignore")  # of too few iterations
    threads = [threading.Thread(target=fit_on, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    results = collect(multiprocessing.get_context("fork"), child_of_estimators, made)
    stop.set()
    for thread in threads:
        thread.join()
    assert results == [fit_estimators(estimators())] * CHILDREN


def spawn() -> None:
    net = trained()
    results = collect(multiprocessing.get_context("spawn"), child_from_scratch)
    assert results == [work(net)] * 2


def predict_in_child(sender: Connection, predictor: Callable[[Array], Array]) -> None:
    sender.send([predictor(data()[0]).tobytes()])


def predictor_is_sent_to_spawned() -> None:
    net = gn.MLP([SIZES[0], 32, 8])
    results = collect(multiprocessing.get_context("spawn"), predict_in_child, net.predictor())
    assert results == [[net.predict(data()[0]).tobytes()]] * 2


CASES: dict[str, Callable[[], None]] = {
    case.__name__: case
    for case in (
        fork_after_a_fit,
        fork_after_a_fit_and_set_threads,
        fork_before_any_use,
        fork_of_a_fork,
        fork_while_threads_predict,
        fork_while_a_thread_fits,
        fork_within_a_callback,
        fork_while_threads_fit_estimators,
        spawn,
        predictor_is_sent_to_spawned,
    )
}


@pytest.mark.parametrize("case", CASES)
def test_children_never_hang_and_compute_the_same(case: str) -> None:
    # Python 3.12 and later warn of any fork of a process with threads: of just what is tested here
    narrow = "ignore:This process (pid=:DeprecationWarning"  # the rest names the process
    command = [sys.executable, "-W", "error", "-W", narrow, __file__, case]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            _, told = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # the children too
            pytest.fail(f"{case} hangs")
    assert process.returncode == 0, told


if __name__ == "__main__":
    CASES[sys.argv[1]]()
