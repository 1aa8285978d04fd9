"""A run allocates nothing, a long fit leaves memory where it was, data on disk stays there."""

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core
from ganglion._base import precision
from ganglion.callbacks import LambdaCallback
from ganglion.graphs import chains
from ganglion.layers import Layer

needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")

# Counts every allocation of the process: the C++ operators end in these functions too.
HOOK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_long count;
long allocations(void) { return atomic_load(&count); }

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { atomic_fetch_add(&count, 1); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { atomic_fetch_add(&count, 1); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { atomic_fetch_add(&count, 1); return __libc_realloc(p, size); }
void *memalign(size_t to, size_t size) {
    atomic_fetch_add(&count, 1);
    return __libc_memalign(to, size);
}
void *aligned_alloc(size_t to, size_t size) { return memalign(to, size); }
int posix_memalign(void **p, size_t to, size_t size) {
    *p = memalign(to, size);
    return *p ? 0 : ENOMEM;
}
"""

LAYERS: list[Layer] = [
    gn.Dense(96, activation="gelu"),
    gn.Dropout(0.1),
    gn.Residual([gn.Dense(96, activation="relu")]),
    gn.Dense(3),
]
INPUTS, BATCH = 40, 100


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and the GNU C library")
    folder = tmp_path_factory.mktemp("hook")
    source, library = folder / "hook.c", folder / "hook.so"
    source.write_text(HOOK)
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"the hook does not compile here: {made.stderr}")
    return library


def call(function: str, *arguments: object, **variables: str) -> Any:
    """Call a function of this file in a process of its own, and return what it returns."""
    program = (
        "import json, runpy, sys; tests = runpy.run_path(sys.argv[1]);"
        "print(json.dumps(tests[sys.argv[2]](*json.loads(sys.argv[3]))))"
    )
    command = [sys.executable, "-c", program, __file__, function, json.dumps(arguments)]
    environment = os.environ | variables
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def make_data(rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(rows, INPUTS)), rng.integers(0, 3, (rows, 1))


def make_trainer(dtype: str, optimizer: gn.optimizers.Optimizer | None) -> Callable[[int], None]:
    """Return what runs so many batches in one call of the core."""
    network, chosen = chains.build(LAYERS, INPUTS), precision.get(dtype)
    store = chosen.parameter_store(network.graph)
    network.initialize(store.values, 0)
    state = None
    if optimizer is not None:
        numbers = optimizer.settings()
        state = chosen.optimizer_state(optimizer.name, numbers, store.values.size)
    target, weight = network.graph.input("y", 1), network.graph.input("sample_weight", 1)
    loss = network.graph.loss("cross_entropy", network.output, target, weight)
    figures = _core.Figures(
        [("accuracy", 0.5, False, True), ("top_k_accuracy", 2.0, False, True)], 3
    )
    routine = chosen.routine(
        graph=network.graph,
        feeds=[network.input, target, weight],
        heads=[(network.output, loss, 1.0, figures)],
        purpose="evaluate" if state is None else "train",
        store=store,
        optimizer=state,
        max_batch=BATCH,
        seed=0,
    )
    trainer = chosen.trainer([routine])
    x, y = make_data(300 * BATCH - 1)  # the last batch is short
    weights, order = np.ones((len(x), 1)), np.arange(len(x))[::-1].copy()
    rates = np.full(300, 1e-4)

    def run(batches: int) -> None:
        first = 300 - batches
        ending, _ = trainer.run(
            feeds=[(x, 1.0, None), (y, 1.0, None), (weights, 1.0, None)],
            order=order,
            batch_size=BATCH,
            first=first,
            rates=rates[first:],
        )
        assert ending == "complete"

    return run


def make_predictor(dtype: str) -> Callable[[int], None]:
    """Return what predicts so many batches in one call of the core."""
    network, chosen = chains.build(LAYERS, INPUTS), precision.get(dtype)
    store = chosen.parameter_store(network.graph)
    predictor = chosen.predictor(
        graph=network.graph,
        inputs=[network.input],
        outputs=[network.output],
        store=store,
        max_batch=BATCH,
    )
    x, out = make_data(300 * BATCH)[0], np.empty((300 * BATCH, 3), dtype)

    def run(batches: int) -> None:
        feeds = [(x[: batches * BATCH], 1.0, None)]
        assert predictor.predict(feeds, [out[: batches * BATCH]]) == "complete"

    return run


def counts(task: str, dtype: str, threads: int) -> list[int]:
    """The allocations of making the thing, and of its calls with 1, 3, 30 and 300 batches."""
    allocations = ctypes.CDLL(os.environ["LD_PRELOAD"]).allocations
    gn.set_num_threads(threads)
    before = allocations()
    if task == "predict":
        run = make_predictor(dtype)
    elif task == "evaluate":
        run = make_trainer(dtype, None)
    else:
        record = gn.optimizers.OPTIMIZERS[task]
        run = make_trainer(dtype, record(global_clipnorm=1.0))
    made = allocations() - before
    for _ in range(3):  # the team is formed, for work that is worth it, and room made for it
        run(30)
    calls = []
    for batches in (1, 3, 30, 300):
        before = allocations()
        run(batches)
        calls.append(allocations() - before)
    return [made, *calls]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("task", ["adam", "predict", "evaluate"])
def test_run_of_any_length_makes_as_many_allocations(
    hook: Path, task: str, dtype: str, threads: int
) -> None:
    """Those of the call from Python; none for a batch."""
    made, *calls = call("counts", task, dtype, threads, LD_PRELOAD=str(hook))
    assert made > 10  # the hook does count
    assert len(set(calls)) == 1, calls


@pytest.mark.parametrize("optimizer", gn.optimizers.OPTIMIZERS)
def test_no_optimizer_allocates(hook: Path, optimizer: str) -> None:
    _, *calls = call("counts", optimizer, "float32", 1, LD_PRELOAD=str(hook))
    assert len(set(calls)) == 1, calls


def test_core_makes_no_buffer_after_the_first_epoch() -> None:
    net = gn.Sequential(LAYERS, input_size=INPUTS)
    net.compile(loss="cross_entropy", metrics=["accuracy"])
    x, y = make_data(950)
    made: list[int] = []
    note = LambdaCallback(on_epoch_end=lambda epoch, logs: made.append(_core.allocation_count()))
    before = _core.allocation_count()
    net.fit(x, y, epochs=20, validation_split=0.1, callbacks=[note], verbose=0)
    assert made[0] > before
    assert made == 20 * made[:1]


def test_core_makes_no_buffer_for_what_it_has_done_before() -> None:
    net = gn.Sequential(LAYERS, input_size=INPUTS)
    net.compile(loss="cross_entropy", metrics=["accuracy"])
    x, y = make_data(950)
    made: list[int] = []
    for rows in (950, 950, 949, 31, 1):
        net.fit(x[:rows], y[:rows], verbose=0)
        net.evaluate(x[:rows], y[:rows])
        net.predict(x[:rows])
        net.backward(net.forward(x[:rows]))
        made.append(_core.allocation_count())
    assert made == 5 * made[:1]


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(task: str, times: int) -> int:
    """How much the process grows by from doing a task so often, after a warm-up."""
    net = gn.MLP([INPUTS, 32, 3], dropout=0.1)
    net.compile(loss="cross_entropy", metrics=["accuracy"])
    x, y = make_data(200)
    batches = [(x[i : i + 50], y[i : i + 50]) for i in range(0, 200, 50)]
    hooks = [LambdaCallback(on_train_batch_end=lambda batch, logs: None)]
    fits: dict[str, Callable[[int], object]] = {
        "epochs": lambda n: net.fit(x, y, epochs=n, validation_data=(x, y), verbose=0),
        "hooked epochs": lambda n: net.fit(x, y, epochs=n, callbacks=hooks, verbose=0),
        "iterable": lambda n: net.fit(batches, epochs=n, verbose=0),
    }
    calls: dict[str, Callable[[int], object]] = {
        "fits": lambda i: net.fit(x, y, verbose=0),
        "evaluate": lambda i: net.evaluate(x, y),
        "predict": lambda i: net.predict(x, batch_size=1 + i % 200),
        "tape": lambda i: net.backward(net.forward(x[: 1 + i % 200])),
        "nets": lambda i: gn.MLP([INPUTS, 32, 3]).predict(x),
    }

    def do(n: int) -> None:
        if task in fits:
            fits[task](n)
        else:
            for i in range(n):
                calls[task](i)

    do(times)
    before = resident_bytes()
    do(times)
    return resident_bytes() - before


@needs_proc
@pytest.mark.parametrize(
    "task", ["epochs", "hooked epochs", "iterable", "fits", "evaluate", "predict", "tape", "nets"]
)
def test_memory_stays_where_it_was(task: str) -> None:
    """Done a thousand times: what leaks a kilobyte each time fails."""
    assert call("growth", task, 1000) < 1_000_000


def spare_bytes_needed(path: str, rows: int, task: str, spare: int) -> str:
    """Work on a table on disk with little memory to spare, and say what became of it."""
    gn.set_num_threads(1)
    table = np.memmap(path, np.uint8, "r", shape=(rows, 256))
    net = gn.Sequential([gn.Dense(2)], input_size=256, rescale=1 / 255)
    net.compile(loss="cross_entropy")
    y = np.zeros(rows, np.uint8)
    net.fit(table[:100], y[:100], verbose=0)
    net.evaluate(table[:300], y[:300])
    status = Path("/proc/self/status").read_text()
    used = int(status.split("VmData:")[1].split()[0]) * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (used + spare, used + spare))  # a map does not count
    try:
        if task == "fit":
            net.fit(table, y, batch_size=256, validation_split=0.1, verbose=0)
        elif task == "evaluate":
            net.evaluate(table, y)
        elif task == "predict":
            net.predict(table)
        else:  # the control
            np.array(table)
    except MemoryError:
        return "too much"
    return "done"


@needs_proc
@pytest.mark.parametrize("task", ["fit", "evaluate", "predict", "copy"])
def test_table_on_disk_is_not_loaded_as_a_whole(tmp_path: Path, task: str) -> None:
    rows = 2**18  # 64 megabytes, or 256 as float32
    path = tmp_path / "table"
    with path.open("wb") as file:
        file.truncate(rows * 256)  # zeros that take no room
    ended = call("spare_bytes_needed", str(path), rows, task, 16 * 2**20)
    assert ended == ("too much" if task == "copy" else "done")
