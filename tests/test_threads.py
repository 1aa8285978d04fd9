"""Threads: many of Python's on one network get the right bits, and how many a call may use."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

pytestmark = pytest.mark.threads

Array = NDArray[Any]

CALLERS = 8
SIZES = [20, 150, 150, 7]  # with some hundred rows, work for a team


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    gn.set_num_threads(request.param)
    yield request.param
    gn.set_num_threads(None)


def at_once(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run tasks, each in a thread of its own, all from the same moment on."""
    gate = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        gate.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def wrong_rows(
    predict: Callable[[Array], Array], x: Array, expected: Array, seed: int
) -> list[int]:
    """Return for which numbers of rows the bits are not the expected ones."""
    rng = np.random.default_rng(seed)
    wrong = []
    for rows in [1, len(x), *rng.integers(1, len(x), 60)]:
        first = int(rng.integers(0, len(x) - rows + 1))
        span = slice(first, first + int(rows))
        if not np.array_equal(predict(x[span]), expected[span]):
            wrong.append(int(rows))
    return wrong


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["model", "predictor", "model by batches of 100"])
def test_threads_predict_the_right_bits_at_once(kind: str, dtype: str, threads: int) -> None:
    net = gn.MLP(SIZES, activation="gelu", dtype=dtype, rescale=0.5)
    predict: dict[str, Callable[[Array], Array]] = {
        "model": net.predict,
        "predictor": net.predictor(),
        "model by batches of 100": lambda x: net.predict(x, batch_size=100),
    }
    x = np.random.default_rng(0).normal(size=(1000, SIZES[0]))
    expected = np.concatenate([net.predict(row[None]) for row in x])
    tasks = [partial(wrong_rows, predict[kind], x, expected, seed) for seed in range(CALLERS)]
    assert at_once(tasks) == [[]] * CALLERS


def test_more_threads_than_there_are_places_for_workspaces_predict() -> None:
    net = gn.MLP(SIZES)
    x = np.random.default_rng(0).normal(size=(300, SIZES[0]))
    expected = net.predict(x)
    tasks = [partial(wrong_rows, net.predict, x, expected, seed) for seed in range(80)]
    assert at_once(tasks) == [[]] * 80


def fitted(seed: int, loss: Any) -> list[bytes]:
    """Return the bits of a fit."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(400, 20)), rng.normal(size=(400, 3))
    net = gn.MLP([20, 150 + seed, 3], dropout=0.2, seed=seed)
    net.compile("adam", loss=loss, metrics=["mean_absolute_error"])
    history = net.fit(x, y, batch_size=128, epochs=6, validation_split=0.2, verbose=0).history
    return [net.parameter_vector.tobytes(), str(history).encode(), net.predict(x).tobytes()]


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size


@pytest.mark.parametrize("loss", ["squared_error", own_loss])
def test_models_fitted_at_once_have_the_bits_of_one_by_one(loss: Any, threads: int) -> None:
    expected = [fitted(seed, loss) for seed in range(CALLERS)]
    assert at_once([partial(fitted, seed, loss) for seed in range(CALLERS)]) == expected


def test_a_predictor_keeps_its_bits_while_its_model_is_fitted(threads: int) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1000, SIZES[0])), rng.integers(0, SIZES[-1], 1000)
    net = gn.MLP(SIZES)
    net.compile(loss="cross_entropy")
    predictor, expected = net.predictor(), net.predict(x)

    def fit() -> list[int]:
        net.fit(x, y, epochs=5, verbose=0)
        return []

    tasks = [partial(wrong_rows, predictor, x, expected, seed) for seed in range(CALLERS)]
    assert at_once([fit, *tasks]) == [[]] * (CALLERS + 1)
    assert not np.array_equal(net.predict(x), expected)


def test_set_num_threads_is_told_by_get_num_threads() -> None:
    default = gn.get_num_threads()
    gn.set_num_threads(3)
    assert gn.get_num_threads() == 3
    assert "threads:          3 (from set_num_threads)" in gn.show_config().splitlines()
    gn.set_num_threads(None)
    assert gn.get_num_threads() == default


def run(script: str, **variables: str) -> str:
    """Run Python with these variables, and none of ours or OpenMP's else."""
    names = ("GANGLION_NUM_THREADS", "OMP_NUM_THREADS", "GANGLION_ISA")
    environment = {name: text for name, text in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, *(["-c", script] if script[0] != "-" else script.split())],
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.rstrip("\n")


BOTH = {"GANGLION_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}
SHOW = "import ganglion as gn; {} print(gn.get_num_threads(), gn.show_config())"


@pytest.mark.parametrize(
    ("first", "variables", "expected", "source"),
    [
        ("gn.set_num_threads(2);", BOTH, 2, "set_num_threads"),
        ("gn.set_num_threads(2); gn.set_num_threads(None);", BOTH, 3, "GANGLION_NUM_THREADS"),
        ("", BOTH, 3, "GANGLION_NUM_THREADS"),
        ("", {"OMP_NUM_THREADS": "5"}, 5, "OMP_NUM_THREADS"),
        ("", {"OMP_NUM_THREADS": "4,2"}, 4, "OMP_NUM_THREADS"),
        ("", {**BOTH, "GANGLION_NUM_THREADS": ""}, 5, "OMP_NUM_THREADS"),
    ],
)
def test_argument_then_own_variable_then_openmps(
    first: str, variables: dict[str, str], expected: int, source: str
) -> None:
    number, _, config = run(SHOW.format(first), **variables).partition(" ")
    assert int(number) == expected
    assert f"threads:          {expected} (from {source})" in config.splitlines()


@pytest.mark.parametrize(
    ("text", "expected"), [(" 2 ", 2), ("2\t", 2), (" 4 , 2 ", 4), ("3,all", 3), ("04", 4)]
)
def test_what_openmp_takes_for_a_number_is_one(text: str, expected: int) -> None:
    script = "import warnings; warnings.simplefilter('error'); " + SHOW.format("")
    number, _, config = run(script, OMP_NUM_THREADS=text).partition(" ")
    assert int(number) == expected
    assert f"threads:          {expected} (from OMP_NUM_THREADS)" in config.splitlines()


@pytest.mark.parametrize(
    "text", ["0", "1.0", "all", "-1", "99999999999999999999", "2;3", ",2", " "]
)
def test_what_other_libraries_are_told_is_ignored_with_one_warning(text: str) -> None:
    script = (
        "import warnings\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    import ganglion, ganglion._base.runtime, ganglion.estimators\n"
        "    ganglion.set_num_threads(None)\n"
        "    threads = ganglion.get_num_threads()\n"
        "print(threads, [(one.category.__name__, str(one.message)) for one in caught])\n"
    )
    threads, _, caught = run(script, OMP_NUM_THREADS=text).partition(" ")
    assert threads == run("import ganglion; print(ganglion.get_num_threads())")
    message = f"OMP_NUM_THREADS: '{text}' is not a number of threads from 1 to 4096; it is ignored"
    assert caught == str([("RuntimeWarning", message)])


def test_the_warning_names_the_line_that_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "\n\nimport ganglion"],
        env={**os.environ, "OMP_NUM_THREADS": "all"},
        capture_output=True,
        text=True,
        check=True,
    )
    own = [line for line in done.stderr.splitlines() if not line.startswith("libgomp")]
    assert "".join(own).startswith("<string>:3: RuntimeWarning: OMP_NUM_THREADS: 'all' is not")


def test_the_default_is_the_cores_this_process_may_use() -> None:
    number, _, config = run(SHOW.format("")).partition(" ")
    assert 1 <= int(number) <= len(os.sched_getaffinity(0))
    assert any(
        f"threads:          {number} (from {source})" in config.splitlines()
        for source in ("cores", "cgroup quota")
    )
    pin = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    assert run(pin + SHOW.format("")).partition(" ")[0] == "1"


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_large_fit_starts_as_many_threads_as_it_may(threads: int) -> None:
    script = (
        "import os, numpy as np, ganglion as gn\n"
        "net = gn.MLP([300, 500, 3])\n"
        "net.compile(loss='squared_error')\n"
        "count = lambda: len(os.listdir('/proc/self/task'))\n"
        "before = count()\n"
        "net.fit(np.ones((400, 300)), np.ones((400, 3)), batch_size=200, verbose=0)\n"
        "net.predict(np.ones((400, 300)))\n"
        "print(1 + count() - before)\n"
    )
    assert run(script, GANGLION_NUM_THREADS=str(threads)) == str(threads)


def test_the_command_line_shows_the_configuration() -> None:
    shown = run("-m ganglion --show-config", **BOTH)
    assert shown == run("import ganglion as gn; print(gn.show_config())", **BOTH)
    assert f"ganglion:         {gn.__version__}" in shown
    forced = run("-m ganglion --show-config", GANGLION_ISA="baseline")
    assert "instruction set:  baseline (GANGLION_ISA)" in forced.splitlines()
