"""The same bits for any number of threads, any batch a row is in, any way to run the epochs."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual
from ganglion.callbacks import Callback, LambdaCallback
from ganglion.layers import Layer
from ganglion.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from ganglion.schedules import CosineDecay

pytestmark = pytest.mark.threads

Array = NDArray[Any]

THREADS = [1, 2, 4]
MORE_THREADS = [8, 16]  # than there may be cores
DTYPES = ["float32", "float64"]

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(learning_rate=0.05),
    "nesterov": SGD(learning_rate=0.02, momentum=0.9, nesterov=True, weight_decay=1e-3),
    "clipped": SGD(learning_rate=0.05, momentum=0.9, global_clipnorm=0.3),
    "adam": Adam(learning_rate=CosineDecay(2e-3, 50), clipvalue=0.01),
    "adamw": AdamW(global_clipnorm=1.0),
    "rmsprop": RMSprop(learning_rate=1e-4, momentum=0.9, centered=True),
    "adagrad": Adagrad(),
    "adadelta": Adadelta(global_clipnorm=0.5),
}

# By which part of a product each thread takes: rows of the batch, or, where a weight has 64 * 1024
# elements or more, tiles. Batches are odd, and the last one of an epoch is a single row.
INPUTS = {"rows": 64, "tiles": 300}
SAMPLES = {"rows": 4 * 97 + 1, "tiles": 3 * 37 + 1}
BATCH = {"rows": 97, "tiles": 37}
CLASSES = 10


def make_net(kind: str, dtype: str = "float32", seed: int = 0) -> gn.Sequential:
    units = {"rows": 100, "tiles": 260}[kind]
    layers: list[Layer] = [
        Dense(units, activation="tanh"),
        Dropout(0.2),
        Residual([Dense(units, activation="gelu"), Dropout(0.1), Dense(units)]),
        Activation("relu"),
        Residual([Dense(50, activation="elu")]),
        Dense(CLASSES),
    ]
    return gn.Sequential(layers, input_size=INPUTS[kind], dtype=dtype, seed=seed)


def make_data(kind: str) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(SAMPLES[kind], INPUTS[kind]))
    y = rng.integers(0, CLASSES, len(x))
    return x, y, rng.uniform(0.1, 3, len(x))


def many_rows(kind: str) -> Array:
    return np.random.default_rng(6).normal(size=(1000, INPUTS[kind]))


def train(
    net: gn.Sequential,
    kind: str,
    optimizer: Optimizer,
    epochs: int = 20,
    callbacks: tuple[Callback, ...] = (),
) -> list[bytes]:
    """Fit, and return all there is to compare."""
    x, y, weight = make_data(kind)
    net.compile(optimizer, loss="cross_entropy", metrics=["accuracy"])
    held_out = (x[:50], y[:50])
    history = net.fit(
        x,
        y,
        batch_size=BATCH[kind],
        epochs=epochs,
        sample_weight=weight,
        validation_data=held_out,
        callbacks=callbacks,
        verbose=0,
    )
    return [*state(net), np.array(list(history.history.values())).tobytes()]


def state(net: gn.Sequential) -> list[bytes]:
    return [net.parameter_vector.tobytes(), net.gradient_vector.tobytes()]


@pytest.fixture(autouse=True)
def threads_restored() -> Iterator[None]:
    yield
    gn.set_num_threads(None)


def for_each_number_of_threads(
    run: Callable[[], list[bytes]], numbers: Sequence[int] = THREADS
) -> list[list[bytes]]:
    results = []
    for threads in numbers:
        gn.set_num_threads(threads)
        results.append(run())
    return results


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fit_gives_the_same_bits_for_1_2_and_4_threads(name: str, kind: str, dtype: str) -> None:
    one, two, four = for_each_number_of_threads(
        lambda: train(make_net(kind, dtype), kind, OPTIMIZERS[name])
    )
    assert one == two
    assert one == four
    assert np.isfinite(np.frombuffer(one[0], dtype)).all()
    assert one[0] != make_net(kind, dtype).parameter_vector.tobytes()  # there was something to do


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("name", ["clipped", "adam"])
def test_more_threads_than_cores_give_the_same_bits(name: str, kind: str) -> None:
    def run() -> list[bytes]:
        net = make_net(kind)
        return [*train(net, kind, OPTIMIZERS[name], 3), net.predict(many_rows(kind)).tobytes()]

    one, *more = for_each_number_of_threads(run, [1, *MORE_THREADS])
    for other in more:
        assert other == one


def test_every_optimizer_is_tried() -> None:
    assert {optimizer.name for optimizer in OPTIMIZERS.values()} == set(gn.optimizers.OPTIMIZERS)


@pytest.mark.parametrize("predicts", [False, True])
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the threads cannot be counted")
@pytest.mark.parametrize("threads", THREADS + MORE_THREADS)
@pytest.mark.parametrize("kind", INPUTS)
def test_these_networks_are_worth_the_threads(kind: str, threads: int, predicts: bool) -> None:
    """Else the tests above would compare one thread with itself."""
    program = f"""
import os, runpy
tests = runpy.run_path({__file__!r})
tests["gn"].set_num_threads({threads})
net = tests["make_net"]({kind!r})
net.compile(loss="cross_entropy")
x, y, weight = tests["make_data"]({kind!r})
before = len(os.listdir("/proc/self/task"))
if {predicts}:
    net.predict(tests["many_rows"]({kind!r}))
else:
    net.fit(x, y, batch_size=tests["BATCH"][{kind!r}], verbose=0)
raise SystemExit(len(os.listdir("/proc/self/task")) - before)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == threads - 1  # started beside the one that called


@pytest.mark.parametrize("kind", INPUTS)
def test_tape_gives_the_same_bits_for_1_2_and_4_threads(kind: str) -> None:
    x = make_data(kind)[0][: BATCH[kind]]
    dy = np.random.default_rng(1).normal(size=(len(x), CLASSES))

    def run() -> list[bytes]:
        net = make_net(kind)
        net.compile(Adam(global_clipnorm=1.0), loss="cross_entropy")
        outputs = []
        for _ in range(3):
            y = net.forward(x, input_gradient=True)
            dx = net.backward(dy)
            assert dx is not None
            net.apply_gradients()
            outputs += [y.tobytes(), dx.tobytes()]
        return [*state(net), *outputs]

    one, two, four = for_each_number_of_threads(run)
    assert one == two
    assert one == four


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", INPUTS)
def test_row_gives_the_same_bits_in_any_batch(kind: str, dtype: str, threads: int) -> None:
    """Alone, among 7 and among 1,000, and these cut into batches of any size."""
    net = make_net(kind, dtype)
    net.parameter_vector[:] += np.random.default_rng(5).normal(size=net.parameter_vector.size) / 100
    x = many_rows(kind)
    gn.set_num_threads(1)
    expected = net.predict(x, batch_size=1)
    gn.set_num_threads(threads)
    predict = net.predictor()
    for first in (0, 1, 498, 993):
        seven = slice(first, first + 7)
        assert np.array_equal(net.predict(x[first][None])[0], expected[first])
        assert np.array_equal(net.predict(x[seven]), expected[seven])
        assert np.array_equal(predict(x[seven].astype(dtype)), expected[seven])
    for batch_size in (None, 7, 333, 1000):
        assert np.array_equal(net.predict(x, batch_size=batch_size), expected)
    assert np.array_equal(predict(x.astype(dtype)), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_evaluate_gives_the_same_bits_for_1_2_and_4_threads(dtype: str) -> None:
    net = make_net("rows", dtype)
    net.compile(loss="cross_entropy", metrics=["accuracy", "top_k_accuracy"])
    x, y, weight = make_data("rows")
    one, two, four = for_each_number_of_threads(
        lambda: [np.array(list(net.evaluate(x, y, sample_weight=weight).values())).tobytes()]
    )
    assert one == two
    assert one == four


@pytest.mark.parametrize("kind", INPUTS)
def test_same_seed_gives_the_same_bits(kind: str) -> None:
    adam = OPTIMIZERS["adam"]
    assert train(make_net(kind), kind, adam, 3) == train(make_net(kind), kind, adam, 3)


def test_another_seed_gives_other_weights_order_and_dropout() -> None:
    first, second = make_net("rows", seed=0), make_net("rows", seed=1)
    assert not np.array_equal(first.parameter_vector, second.parameter_vector)
    second.set_weights(first.get_weights())
    x = make_data("rows")[0][:5]
    assert np.array_equal(first.predict(x), second.predict(x))
    assert not np.array_equal(first.forward(x), second.forward(x))
    adam = OPTIMIZERS["adam"]
    assert train(first, "rows", adam, 1)[0] != train(second, "rows", adam, 1)[0]


def order_of(seed: int, *, shuffle: bool = True) -> list[list[float]]:
    """The samples in the order in which the epochs of a fit take them, one a step."""
    net = gn.Sequential([Dense(1)], input_size=1, seed=seed, dtype="float64")
    net.compile(SGD(learning_rate=1.0), loss="absolute_error")
    orders: list[list[float]] = []
    weight = net.parameter_vector
    weight[:] = 0
    seen = [0.0]

    def note(batch: int, logs: object) -> None:  # the gradient of the weight is the sample itself
        if batch == 0:
            orders.append([])
        seen.append(float(weight[0]))
        orders[-1].append(round(seen[-2] - seen[-1]))

    hooks = LambdaCallback(on_train_batch_end=note)
    x, y = np.arange(20.0)[:, None], np.full(20, -1e6)
    net.fit(x, y, batch_size=1, epochs=3, shuffle=shuffle, callbacks=[hooks], verbose=0)
    return orders


@pytest.mark.filterwarnings("ignore:y has mean")  # far away, so that each step goes the same way
def test_order_depends_on_seed_and_epoch_and_takes_each_sample_once() -> None:
    orders = order_of(0)
    assert all(sorted(order) == list(range(20)) for order in orders)
    assert orders[0] != orders[1] != orders[2]
    assert order_of(0) == orders
    assert order_of(1) != orders
    assert order_of(0, shuffle=False) == 3 * [list(range(20))]


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("name", ["clipped", "adam"])
def test_batch_hooks_change_no_bit(name: str, kind: str) -> None:
    hook = LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    whole = train(make_net(kind), kind, OPTIMIZERS[name], 5)
    assert train(make_net(kind), kind, OPTIMIZERS[name], 5, (hook,)) == whole


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fit_resumed_gives_the_same_bits(name: str) -> None:
    whole = make_net("rows")
    train(whole, "rows", OPTIMIZERS[name], 10)
    resumed = make_net("rows")
    train(resumed, "rows", OPTIMIZERS[name], 5)
    x, y, weight = make_data("rows")
    halfway = state(resumed)
    rest = resumed.fit(
        x,
        y,
        batch_size=BATCH["rows"],
        epochs=10,
        initial_epoch=5,
        sample_weight=weight,
        verbose=0,
    )
    assert rest.epoch == [5, 6, 7, 8, 9]
    assert state(resumed) == state(whole)
    assert state(resumed) != halfway


def test_work_that_is_tried_on_teams_gives_the_same_bits_on_any() -> None:
    """Over several stretches of batches, a rate that changes at each, a short last batch."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(200 * 32 + 5, 64)), rng.integers(0, 10, 200 * 32 + 5)
    trained = []
    for threads in THREADS:
        gn.set_num_threads(threads)
        net = gn.MLP([64, 100, 10], seed=0)
        net.compile(Adam(learning_rate=CosineDecay(2e-3, 600)), "cross_entropy")
        net.fit(x, y, epochs=3, batch_size=32, verbose=0)
        trained.append(np.concatenate([net.parameter_vector, net.predict(x).ravel()]))
    for other in trained[1:]:
        assert np.array_equal(trained[0], other)
