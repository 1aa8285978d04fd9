"""The predictor from a Cython module of the user's: compiled here, called without the GIL."""

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import ganglion as gn

MODULE = """
# cython: language_level=3
# distutils: language = c++
from ganglion.inference cimport Predictor

def predict(Predictor predictor, const float[:, ::1] x, float[:, ::1] y, int times):
    cdef bint finite = True
    cdef int i
    with nogil:
        for i in range(times):
            finite = predictor.predict_float32(&x[0, 0], x.shape[0], &y[0, 0])
    return finite
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    pytest.importorskip("Cython")
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("needs a C++ compiler")
    folder = tmp_path_factory.mktemp("cython")
    source = folder / "users_module.pyx"
    source.write_text(MODULE)
    search = str(Path(gn.__file__).parents[1])
    translate = [sys.executable, "-m", "cython", "--cplus", "-I", search, str(source)]
    subprocess.run(translate, check=True, capture_output=True, text=True)
    library = folder / f"users_module{sysconfig.get_config_var('EXT_SUFFIX')}"
    folders = [gn.get_include(), sysconfig.get_paths()["include"]]
    options = ["-std=c++20", "-O1", "-shared", "-fPIC", *(f"-I{folder}" for folder in folders)]
    subprocess.run(
        [compiler, *options, str(source.with_suffix(".cpp")), "-o", str(library)],
        check=True,
        capture_output=True,
        text=True,
    )
    spec = importlib.util.spec_from_file_location("users_module", library)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_it_gives_the_predictors_bits(module: ModuleType, rows: int) -> None:
    predictor = gn.MLP([20, 33, 4]).predictor()
    x = np.random.default_rng(0).normal(size=(rows, 20)).astype(np.float32)
    y = np.full((rows, 4), np.nan, np.float32)
    assert module.predict(predictor, x, y, 1)
    np.testing.assert_array_equal(y, predictor(x))


@pytest.mark.parametrize("rows", [1, 300])
def test_outputs_of_a_row_lie_beside_each_other(module: ModuleType, rows: int) -> None:
    given = gn.Input(20)
    hidden = gn.Dense(9, "tanh")(given)
    net = gn.Model(given, [gn.Dense(3)(hidden), gn.Dense(1)(hidden), gn.Dense(2)(hidden)])
    x = np.random.default_rng(0).normal(size=(rows, 20)).astype(np.float32)
    y = np.full((rows, 6), np.nan, np.float32)
    assert module.predict(net.predictor(), x, y, 1)
    np.testing.assert_array_equal(y, np.hstack(net.predict(x)))


def test_it_tells_of_numbers_that_are_not_finite(module: ModuleType) -> None:
    predictor = gn.MLP([2, 3]).predictor()
    y = np.empty((1, 3), np.float32)
    assert not module.predict(predictor, np.array([[1, np.nan]], np.float32), y, 1)


@pytest.mark.parametrize("wrong", [5, -1, 0.5, 1e30])
def test_it_tells_of_numbers_that_there_is_no_row_for(module: ModuleType, wrong: float) -> None:
    predictor = gn.Sequential([gn.Embedding(5, 3)], input_size=2).predictor()
    x, y = np.array([[0, 4], [1, wrong]], np.float32), np.empty((2, 6), np.float32)
    assert not module.predict(predictor, x, y, 1)
    assert module.predict(predictor, np.minimum(abs(x) // 1, 4), y, 1)


def test_another_type_is_refused(module: ModuleType) -> None:
    predictor = gn.MLP([2, 3], dtype="float64").predictor()
    one = np.ones((1, 2), np.float32)
    with pytest.raises(TypeError, match="the predictor computes in float64"):
        module.predict(predictor, one, np.empty((1, 3), np.float32), 1)


def test_threads_share_a_predictor(module: ModuleType) -> None:
    predictor = gn.MLP([20, 64, 4]).predictor()
    x = np.random.default_rng(0).normal(size=(8, 5, 20)).astype(np.float32)
    y = np.full((8, 5, 4), np.nan, np.float32)
    workers = [
        threading.Thread(target=module.predict, args=(predictor, x[i], y[i], 2000))
        for i in range(8)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for i in range(8):
        np.testing.assert_array_equal(y[i], predictor(x[i]))
