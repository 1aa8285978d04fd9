"""The estimators within scikit-learn's searches, pipelines and ensembles."""

import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from joblib import Parallel, cpu_count, delayed, parallel_config
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ganglion import _core
from ganglion.estimators.shared.threads import limited
from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
NET = MLPClassifier((8,), max_iter=30, learning_rate_init=0.02, standardize=True, random_state=0)
GRID = {"alpha": [1e-4, 1.0], "n_hidden_layers": [1, 2], "hidden_width": [4, 8]}


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_searches_side_by_side_find_what_one_after_the_other_do(backend: str) -> None:
    alone = GridSearchCV(NET, GRID, cv=2, n_jobs=1).fit(X, Y)
    with parallel_config(backend=backend, n_jobs=2):
        search = GridSearchCV(NET, GRID, cv=2).fit(X, Y)
    scores = "mean_test_score"
    np.testing.assert_array_equal(search.cv_results_[scores], alone.cv_results_[scores])
    assert search.best_score_ > 0.8


@pytest.mark.parametrize(
    "search",
    [
        RandomizedSearchCV(NET, GRID, n_iter=3, cv=2, n_jobs=2, random_state=0),
        HalvingGridSearchCV(
            NET, GRID, resource="max_iter", max_resources=40, min_resources=10, cv=2
        ),
    ],
    ids=["randomized", "halving"],
)
def test_other_searches_work(search: Any) -> None:
    assert search.fit(X, Y).score(X, Y) > 0.8


@pytest.mark.parametrize(
    "ensemble",
    [
        CalibratedClassifierCV(NET, cv=2, n_jobs=2),
        BaggingClassifier(NET, 3, n_jobs=2, random_state=0),
        AdaBoostClassifier(NET, n_estimators=3, random_state=0),
        VotingClassifier(
            [("one", NET), ("two", MLPClassifier(max_iter=50, random_state=0))], n_jobs=2
        ),
    ],
    ids=lambda ensemble: type(ensemble).__name__,
)
def test_ensembles_work(ensemble: Any) -> None:
    assert ensemble.fit(X, Y).score(X, Y) > 0.8


def test_columns_of_frames_are_prepared_before_it() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("pqrs"))
    frame["kind"] = np.where(X[:, 0] > 5, "long", "short")
    columns = ColumnTransformer(
        [("number", StandardScaler(), list("pqrs")), ("kind", OneHotEncoder(), ["kind"])]
    )
    scores = cross_validate(make_pipeline(columns, NET), frame, Y, cv=3, return_train_score=True)
    assert scores["test_score"].mean() > 0.85


def test_names_of_features_are_kept_and_checked() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("pqrs"))
    for net in (NET, Perceptron()):
        net.fit(frame, Y)
        assert net.feature_names_in_.tolist() == list("pqrs")
        with pytest.raises(ValueError, match="feature names should match"):
            net.predict(frame[list("qprs")])


def test_polars_frames_are_taken() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(X, schema=list("pqrs"), orient="row")
    net = MLPClassifier(max_iter=5, random_state=0).fit(frame, Y)
    assert net.feature_names_in_.tolist() == list("pqrs")
    plain = MLPClassifier(max_iter=5, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(net.predict_proba(frame), plain.predict_proba(X))
    net.set_output(transform="polars")
    assert isinstance(net.transform(frame), polars.DataFrame)


def test_targets_may_be_scaled_around_it() -> None:
    x, y = load_diabetes(return_X_y=True)
    net = MLPRegressor(random_state=0, early_stopping=True, standardize=True)
    model = TransformedTargetRegressor(net, transformer=StandardScaler())
    assert cross_val_score(model, x, y, cv=3).mean() > 0.4


def test_it_has_a_picture_for_notebooks() -> None:
    for net in (NET, MLPRegressor(), Perceptron()):
        assert type(net).__name__ in net._repr_html_()


def test_a_thread_of_joblibs_has_one_thread_and_others_have_all() -> None:
    seen: dict[str, int] = {}

    def look(name: str) -> None:
        with limited(None):
            seen[name] = _core.thread_limit()[0]

    before = _core.thread_limit()[0]
    _core.set_thread_limit(5)
    try:
        look("main")
        Parallel(n_jobs=2, backend="threading")(delayed(look)(name) for name in ("a", "b"))
        thread = threading.Thread(target=look, args=("own",))
        thread.start()
        thread.join()
        with limited(3):
            look("within 3")
            with limited(-1):
                look("all of 3")
        with limited(-2):
            look("all but one")
        look("after")
    finally:
        _core.set_thread_limit(before)
    assert seen == {
        "main": 5,
        "a": 1,
        "b": 1,
        "own": 5,
        "within 3": 3,
        "all of 3": 3,
        "all but one": 4,
        "after": 5,
    }


def test_a_process_of_lokys_has_its_share_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GANGLION_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    limits = Parallel(n_jobs=2, backend="loky")(delayed(_core.thread_limit)() for _ in range(2))
    assert limits == [(max(1, cpu_count() // 2), "OMP_NUM_THREADS")] * 2


CTRL_C = """
import os, signal, threading, time, warnings
import numpy as np
from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it
x = np.random.default_rng(0).normal(size=(60_000, 200))
y = np.arange(60_000) % 7

def shoot():
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

def rate(step):  # asked for once training has begun
    if step == 0:
        shoot()
    return 1e-3

for net in (
    MLPClassifier((400, 400), max_iter=10**6, lr_schedule=rate),
    Perceptron(max_iter=10**6, tol=None),
):
    if isinstance(net, Perceptron):
        shoot()
    began = time.monotonic()
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            net.fit(x, y)
        print([str(one.message) for one in said], net.predict(x[:3]).shape)
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
    print(time.monotonic() - began < 10)
"""


def test_ctrl_c_ends_a_fit() -> None:
    run = subprocess.run(
        [sys.executable, "-c", CTRL_C], capture_output=True, text=True, timeout=120, check=True
    )
    network, in_time, perceptron, also_in_time = run.stdout.splitlines()
    assert network == "['Training interrupted by user.'] (3,)"
    assert perceptron == "KeyboardInterrupt"
    assert in_time == also_in_time == "True"
