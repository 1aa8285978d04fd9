"""Threading layers: OpenMP's threads and our own compute the same bits and behave alike."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core

pytestmark = pytest.mark.threads

LAYERS = _core.threading_layers()
VARIABLES = ("GANGLION_THREADING_LAYER", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
needs_openmp = pytest.mark.skipif("openmp" not in LAYERS, reason="built without OpenMP")


@pytest.fixture(params=LAYERS)
def layer(request: pytest.FixtureRequest) -> Iterator[str]:
    gn.set_threading_layer(request.param)
    yield request.param
    gn.set_threading_layer(None)


def run(script: str, **variables: str) -> str:
    """Run Python on two threads with these variables, and none else that says how."""
    kept = {name: text for name, text in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**kept, "GANGLION_NUM_THREADS": "2", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.rstrip()


def fitted(threads: int) -> list[bytes]:
    """Return the bits of a fit on so many threads, of both sizes of work and of gradients."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(500, 64)), rng.integers(0, 10, 500)
    net = gn.MLP([64, 300, 300, 10], dropout=0.1, seed=1)
    net.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    gn.set_num_threads(threads)
    try:
        history = net.fit(x, y, batch_size=128, epochs=3, verbose=0).history
        return [net.parameter_vector.tobytes(), str(history).encode(), net.predict(x).tobytes()]
    finally:
        gn.set_num_threads(None)


def test_every_layer_has_the_same_bits_on_any_number_of_threads() -> None:
    bits = []
    for layer in LAYERS:
        gn.set_threading_layer(layer)
        bits += [fitted(threads) for threads in (1, 2, 3, 5)]
    gn.set_threading_layer(None)
    assert all(some == bits[0] for some in bits)


def test_a_batch_of_products_has_the_same_bits_on_any_number_of_threads(layer: str) -> None:
    rng = np.random.default_rng(0)
    a: NDArray[Any] = rng.normal(size=(50, 12, 33))
    b = rng.normal(size=(50, 33, 9))
    gn.set_num_threads(8)
    results = []
    for threads in (1, 2, 8):
        c = np.full((50, 12, 9), np.nan)
        _core.gemm_batch(a, b, c, threads=threads)
        results.append(c)
    gn.set_num_threads(None)
    assert results[0] == pytest.approx(a @ b)
    assert all(np.array_equal(results[0], c) for c in results)


def test_the_layer_and_why_it_is_that_one_are_shown(layer: str) -> None:
    line = f"threading layer:  {layer} (set_threading_layer)"
    assert line in gn.show_config().splitlines()


SHOW = "import ganglion as gn; print(gn.show_config())"


@pytest.mark.parametrize("layer", LAYERS)
def test_the_variable_sets_the_layer(layer: str) -> None:
    shown = run(SHOW, GANGLION_THREADING_LAYER=layer)
    assert f"threading layer:  {layer} (GANGLION_THREADING_LAYER)" in shown.splitlines()


@needs_openmp
def test_openmp_is_the_default() -> None:
    assert "threading layer:  openmp (default)" in run(SHOW).splitlines()
    assert "libgomp" in _core.openmp_library() or "libomp" in _core.openmp_library()


@pytest.mark.skipif("openmp" in LAYERS, reason="built with OpenMP")
def test_a_build_without_openmp_says_so() -> None:
    assert "threading layer:  pool (built without OpenMP)" in run(SHOW).splitlines()


@pytest.mark.parametrize(
    ("layer", "error", "told"),
    [
        ("tbb", ValueError, "layer: 'tbb' is not a threading layer of this build: .*pool$"),
        ("", ValueError, "layer must be a name or None, got ''"),
        (1, TypeError, "layer must be a name or None, got 1"),
    ],
)
def test_an_unknown_layer_is_refused_with_the_known_ones(
    layer: Any, error: type[Exception], told: str
) -> None:
    before = _core.threading_layer()
    with pytest.raises(error, match=told):
        gn.set_threading_layer(layer)
    assert _core.threading_layer() == before


def test_the_variable_refuses_an_unknown_layer_with_the_known_ones() -> None:
    script = "try: import ganglion\nexcept ValueError as error: print(error)"
    told = run(script, GANGLION_THREADING_LAYER="tbb")
    known = ", ".join(LAYERS)
    assert (
        told == f"GANGLION_THREADING_LAYER: 'tbb' is not a threading layer of this build: {known}"
    )


@needs_openmp
@pytest.mark.parametrize("variables", [{}, {"OMP_WAIT_POLICY": "passive"}, {"GOMP_SPINCOUNT": "7"}])
def test_the_environment_is_left_as_it_was(variables: dict[str, str]) -> None:
    script = (
        "import os, subprocess\n"
        "before = dict(os.environ)\n"
        "import ganglion\n"
        "print(dict(os.environ) == before)\n"
        "child = subprocess.run('env', capture_output=True, text=True).stdout\n"
        f"print(sorted(line for line in child.splitlines() if line.startswith({VARIABLES[1:]})))"
    )
    kept = [f"{name}={text}" for name, text in variables.items()]
    assert run(script, **variables) == f"True\n{kept}"


BURNT = """
import time
{}
import numpy as np
import ganglion as gn
rng = np.random.default_rng(0)
net = gn.MLP([256, 512, 512, 10])
net.compile("adam", loss="cross_entropy")
x, y = rng.normal(size=(1024, 256)), rng.integers(0, 10, 1024)
net.fit(x, y, verbose=0)
burnt = []
for _ in range(20):
    net.fit(x, y, verbose=0)
    time.sleep(0.0005)  # a thread's time is counted up to the last tick, until it sleeps
    start = time.process_time()
    time.sleep(0.05)
    burnt.append(time.process_time() - start)
print(gn.show_config().split("threading layer:")[1].split()[0], sorted(burnt)[10])
"""


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("first", ["", "import sklearn.ensemble", "import torch"])
def test_threads_sleep_soon_after_a_call(layer: str, first: str) -> None:
    if first:
        pytest.importorskip(first.split()[1].partition(".")[0])
    variables = {} if layer == "openmp" else {"GANGLION_THREADING_LAYER": layer}
    used, median = run(BURNT.format(first), **variables).split()
    assert used == layer
    # Seconds of a core, processor time; of the first half of a millisecond all may be burnt.
    assert 0.0005 + float(median) < 1e-3


@needs_openmp
def test_a_runtime_that_another_package_has_loaded_is_used_too() -> None:
    script = (
        "import ctypes\n"
        f"runtime = ctypes.CDLL({_core.openmp_library()!r})\n"
        "runtime.GOMP_parallel  # it is the one that its threads will come from\n"
        "import numpy as np, ganglion as gn\n"
        "net = gn.MLP([64, 256, 256, 8]); net.predict(np.ones((600, 64)))\n"
        "print(gn.show_config())"
    )
    assert "threading layer:  openmp (default)" in run(script).splitlines()


@needs_openmp
def test_threads_that_openmp_binds_are_as_many_and_the_callers_is_not_bound() -> None:
    script = (
        "import os; before = os.sched_getaffinity(0)\n"
        "import ganglion as gn; print(os.sched_getaffinity(0) == before, gn.get_num_threads())"
    )
    free = run(script, GANGLION_NUM_THREADS="")
    assert run(script, GANGLION_NUM_THREADS="", OMP_PROC_BIND="true") == free
    assert free.startswith("True")


REFUSED = """
import os, resource, numpy as np, ganglion as gn
net = gn.MLP([64, 256, 256, 8]); x = np.ones((600, 64))
expected = net.predict(x)
gn.set_num_threads(64)
os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (3, 3))
print(np.array_equal(net.predict(x), expected))
"""


@pytest.mark.skipif(
    getattr(os, "getuid", lambda: 1)() != 0, reason="only root becomes another user"
)
@pytest.mark.parametrize("layer", LAYERS)
def test_where_the_system_gives_no_threads_there_are_fewer(layer: str) -> None:
    assert run(REFUSED, GANGLION_THREADING_LAYER=layer) == "True"


THREADS = """
import os, threading, numpy as np, ganglion as gn
gn.set_num_threads(8)
net = gn.MLP([64, 256, 256, 8]); x = np.ones((6000, 64))
before = len(os.listdir("/proc/self/task"))
done = threading.Event()
def ask():
    net.predict(x); done.wait()
callers = [threading.Thread(target=ask) for _ in range(20)]
for one in callers: one.start()
net.predict(x)
print(len(os.listdir("/proc/self/task")) - before - len(callers))
done.set()
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are not listed")
@pytest.mark.parametrize("layer", LAYERS)
def test_callers_share_the_helpers(layer: str) -> None:
    assert 1 <= int(run(THREADS, GANGLION_THREADING_LAYER=layer)) <= 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("layer", LAYERS)
def test_a_child_made_by_fork_has_the_pool(layer: str) -> None:
    script = (
        "import os, numpy as np, ganglion as gn\n"
        "net = gn.MLP([64, 256, 256, 8]); x = np.ones((600, 64))\n"
        "expected = net.predict(x)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    same = np.array_equal(net.predict(x), expected)\n"
        "    print(gn.show_config().split('threading layer:')[1].splitlines()[0].strip(), same)\n"
        "    os._exit(0 if same else 1)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0\n"
    )
    script = script.replace("os._exit", "import sys; sys.stdout.flush(); os._exit")
    told = run(script, GANGLION_THREADING_LAYER=layer)
    why = "a child made by fork" if layer == "openmp" else "GANGLION_THREADING_LAYER"
    assert told == f"pool ({why}) True"


@needs_openmp
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_made_by_fork_says_that_it_has_the_pool_alone() -> None:
    script = (
        "import os, sys, warnings, ganglion as gn\n"
        "if os.fork() == 0:\n"
        "    with warnings.catch_warnings(record=True) as caught:\n"
        "        warnings.simplefilter('always')\n"
        "        gn.set_threading_layer('openmp')\n"
        "        said = [f'{one.category.__name__}: {one.message}' for one in caught]\n"
        "        gn.set_threading_layer('pool'); gn.set_threading_layer(None)\n"
        "    print(*said, len(caught))\n"
        "    sys.stdout.flush(); os._exit(0)\n"
        "os.wait()\n"
        "warnings.simplefilter('error')\n"
        "gn.set_threading_layer('openmp')"
    )
    assert run(script) == "UserWarning: layer is 'openmp', 'pool' is used: a child made by fork 1"


def test_callers_in_other_threads_have_teams_too(layer: str) -> None:
    script = (
        "import threading, numpy as np, ganglion as gn\n"
        "net = gn.MLP([64, 256, 256, 8]); x = np.ones((600, 64))\n"
        "expected = net.predict(x); same = []\n"
        "def ask(): same.append(np.array_equal(net.predict(x), expected))\n"
        "for _ in range(20):\n"
        "    threads = [threading.Thread(target=ask) for _ in range(4)]\n"
        "    for one in threads: one.start()\n"
        "    for one in threads: one.join()\n"
        "print(all(same), len(same))"
    )
    assert run(script, GANGLION_THREADING_LAYER=layer) == "True 80"
