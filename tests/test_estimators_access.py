"""An estimator is fitted by one call, alone; several threads may predict with it."""

import os
import pickle
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris

from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
NETS = [
    MLPClassifier(max_iter=3, random_state=0),
    MLPRegressor(max_iter=3, random_state=0, warm_start=True),
]


def during_a_fit(net: Any, act: Callable[[], Any]) -> Any:
    """Return what is said to another thread that acts in the middle of a fit."""
    said: list[BaseException | None] = []

    def score(estimator: Any, x: Any, y: Any) -> float:
        if not said:
            with ThreadPoolExecutor(1) as pool:
                said.append(pool.submit(act).exception())
        return 0.5

    net.set_params(early_stopping=True, early_stopping_metric=score)
    net.fit(X, Y)
    (error,) = said
    return error


@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
@pytest.mark.parametrize("call", ["fit", "partial_fit", "predict", "transform", "score"])
def test_a_second_call_during_a_fit_is_refused_and_changes_nothing(net: Any, call: str) -> None:
    net = clone(net)
    arguments = (X, Y) if call in ("fit", "partial_fit", "score") else (X,)
    error = during_a_fit(net, lambda: getattr(net, call)(*arguments))
    assert isinstance(error, RuntimeError), error
    called = "predict" if call == "score" else call
    name = type(net).__name__
    assert str(error).startswith(f"{called}: this {name} is in use by another call")
    plain = clone(net).set_params(early_stopping_metric=lambda *_: 0.5).fit(X, Y)
    np.testing.assert_array_equal(net.predict(X), plain.predict(X))
    assert net.fit(X, Y).loss_curve_  # and it can be fitted again


def test_a_fit_within_a_fit_is_refused() -> None:
    net = MLPClassifier(max_iter=2, early_stopping=True)
    net.set_params(early_stopping_metric=lambda *_: net.fit(X, Y).loss_)
    with pytest.raises(RuntimeError, match="is in use by another call"):
        net.fit(X, Y)


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_a_fit_during_a_prediction_of_another_thread_is_refused(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = clone(NETS[0]).fit(X, Y)
    before, curve = net.predict_proba(X), list(net.loss_curve_)
    inside, over = threading.Event(), threading.Event()
    scaled = type(net)._scaled

    def slow(self: Any, rows: Any) -> Any:
        inside.set()
        over.wait(60)
        return scaled(self, rows)

    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patched:
        patched.setattr(type(net), "_scaled", slow)
        predicted = pool.submit(net.predict_proba, X)
        inside.wait(60)
        with pytest.raises(RuntimeError, match="this MLPClassifier is in use by another call"):
            getattr(net, way)(X, Y)
        over.set()
        np.testing.assert_array_equal(predicted.result(), before)
    assert net.loss_curve_ == curve
    np.testing.assert_array_equal(net.predict_proba(X), before)


def test_a_perceptron_is_fitted_by_one_call_alone() -> None:
    net = Perceptron()
    inside, over, said = threading.Event(), threading.Event(), []

    class Slow(list):  # type: ignore[type-arg]
        def __array__(self, *_: Any, **__: Any) -> Any:
            inside.set()
            over.wait(60)
            return np.ones(len(X))

    with ThreadPoolExecutor(1) as pool:
        fitted = pool.submit(net.fit, X, Y, sample_weight=Slow())
        inside.wait(60)
        for call in (net.fit, net.partial_fit):
            with pytest.raises(
                RuntimeError, match="this Perceptron is in use by another call"
            ) as caught:
                call(X, Y)
            said.append(str(caught.value))
        assert not hasattr(net, "coef_")
        over.set()
        fitted.result()
    assert said[0].startswith("fit: ")
    assert said[1].startswith("partial_fit: ")
    np.testing.assert_array_equal(net.coef_, Perceptron().fit(X, Y).coef_)


def test_threads_predict_at_once() -> None:
    net = clone(NETS[0]).fit(X, Y)
    expected = net.predict_proba(X)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(net.predict_proba, [X] * 200):
            np.testing.assert_array_equal(found, expected)


def test_what_is_being_fitted_can_be_pickled_and_cloned() -> None:
    net = clone(NETS[1])
    copies: list[Any] = []
    during_a_fit(net, lambda: copies.extend([pickle.loads(pickle.dumps(net)), clone(net)]))
    for copy in copies:
        copy.set_params(early_stopping=False).fit(X, Y)


def test_a_child_forked_during_a_fit_may_fit_the_estimator() -> None:
    net = MLPClassifier(max_iter=2, early_stopping=True)
    children: list[int] = []

    def score(estimator: Any, x: Any, y: Any) -> float:
        if not children:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python's, of forking where there are threads
                children.append(os.fork())
            if not children[0]:
                status = 1
                try:
                    alone = {"early_stopping": False, "early_stopping_metric": "score"}
                    net.set_params(**alone).fit(X, Y)
                    status = 0
                finally:
                    os._exit(status)
        return 0.5

    net.set_params(early_stopping_metric=score).fit(X, Y)
    assert os.waitpid(children[0], 0)[1] == 0


@pytest.mark.filterwarnings("default::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("net", "said"),
    [
        (MLPClassifier(max_iter=2), "Maximum iterations"),
        (MLPClassifier(max_iter=2, batch_size=10**6), "batch_size"),
        (MLPClassifier(max_time=1e-9), "Maximum time"),
        (MLPClassifier(solver="lbfgs", max_time=1e-9), "Maximum time"),
        (Perceptron(max_iter=1), "Maximum number"),
    ],
    ids=str,
)
def test_warnings_name_the_users_line(net: Any, said: str) -> None:
    with pytest.warns(match=said) as caught:
        net.fit(X, Y)
    assert {one.filename for one in caught if said in str(one.message)} == {__file__}
