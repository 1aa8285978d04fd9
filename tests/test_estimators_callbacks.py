"""scikit-learn's callbacks, from its version 1.9 on."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganglion.neural_network import MLPClassifier, MLPRegressor, ResNetClassifier
from ganglion.tables import TableRegressor

callback = pytest.importorskip("sklearn.callback")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)


class Recorder:
    """Notes what it is told, and ends a fit after so many iterations."""

    def __init__(self, iterations: int | None = None) -> None:
        self.told: list[str] = []
        self.fitted: list[Any] = []
        self._iterations = iterations

    def setup(self, estimator: Any, context: Any) -> None:
        self.told.append("setup")

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.told.append(f"{context.task_name} begins")

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, X: Any, y: Any, fitted_estimator: Any
    ) -> bool:
        self.told.append(f"{context.task_name} ends")
        self.fitted.append((X, y, fitted_estimator))
        return len(self.fitted) == self._iterations

    def teardown(self, estimator: Any, context: Any) -> None:
        self.told.append("teardown")


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_they_are_told_of_the_fit_and_of_each_iteration(solver: str) -> None:
    recorder = Recorder()
    net = MLPClassifier(solver=solver, max_iter=3, random_state=0).set_callbacks(recorder)
    net.fit(X, Y)
    expected = ["setup", "fit begins", *["iteration begins", "iteration ends"] * 3]
    assert recorder.told == [*expected, "fit ends", "teardown"]
    plain = MLPClassifier(solver=solver, max_iter=3, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(net.predict_proba(X), plain.predict_proba(X))
    two = MLPClassifier(solver=solver, max_iter=2, random_state=0).fit(X, Y)
    inputs, targets, then = recorder.fitted[1]
    assert inputs is X
    assert targets is Y
    np.testing.assert_array_equal(then.predict_proba(X), two.predict_proba(X))
    assert getattr(then, "loss_curve_", []) == getattr(two, "loss_curve_", [])


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_they_may_end_a_fit(solver: str) -> None:
    recorder = Recorder(2)
    net = MLPRegressor(solver=solver, max_iter=9, random_state=0).set_callbacks(recorder)
    x, y = load_diabetes(return_X_y=True)
    net.fit(x, y / 100)
    assert net.n_iter_ == 2
    assert recorder.told.count("iteration ends") == 2
    assert recorder.told[-2:] == ["fit ends", "teardown"]


def test_partial_fit_is_one_iteration() -> None:
    recorder = Recorder()
    net = MLPClassifier(random_state=0).set_callbacks(recorder)
    net.partial_fit(X, Y, classes=[0, 1, 2])
    assert recorder.told.count("iteration begins") == 1
    assert recorder.told[-1] == "teardown"


def test_a_scoring_monitor_has_the_score_of_each_iteration() -> None:
    monitor = callback.ScoringMonitor(scoring="accuracy")
    net = MLPClassifier(max_iter=4, random_state=0, standardize=True).set_callbacks(monitor)
    net.fit(X, Y)
    rows = monitor.get_logs().data
    scores = [row["accuracy"] for row in rows if row["task_name"] == "iteration"]
    expected = [
        accuracy_score(
            Y, clone(net).set_params(max_iter=epochs).set_callbacks().fit(X, Y).predict(X)
        )
        for epochs in range(1, 5)
    ]
    assert scores == expected


def test_a_progress_bar_runs_alone_in_pipelines_and_in_searches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("rich")
    net = MLPClassifier(max_iter=3, random_state=0)
    clone(net).set_callbacks(callback.ProgressBar()).fit(X, Y)
    assert "MLPClassifier - fit" in capsys.readouterr().out
    pipeline = make_pipeline(StandardScaler(), net)
    pipeline.set_callbacks(callback.ProgressBar(max_propagation_depth=None)).fit(X, Y)
    assert "MLPClassifier" in capsys.readouterr().out
    search = GridSearchCV(net, {"alpha": [0.1, 0.01]}, cv=2)
    search.set_callbacks(callback.ProgressBar()).fit(X, Y)
    assert "GridSearchCV" in capsys.readouterr().out


def test_without_callbacks_nothing_is_kept() -> None:
    net = MLPClassifier(max_iter=2).fit(X, Y)
    assert not [name for name in vars(net) if "callback" in name]


def test_what_they_are_given_of_a_residual_network_is_it_so_far() -> None:
    recorder = Recorder()
    net = ResNetClassifier(1, 8, max_iter=3, random_state=0).set_callbacks(recorder).fit(X, Y)
    two = ResNetClassifier(1, 8, max_iter=2, random_state=0).fit(X, Y)
    first, second, last = (then for _, _, then in recorder.fitted[:3])
    np.testing.assert_array_equal(second.predict_proba(X), two.predict_proba(X))
    np.testing.assert_array_equal(last.predict_proba(X), net.predict_proba(X))
    assert (first.predict_proba(X) != two.predict_proba(X)).any()


def test_what_they_are_given_of_a_network_of_tables_is_it_so_far() -> None:
    texts = [f"t{row % 120}" for row in range(240)]
    table, values = pd.DataFrame({"number": range(240), "text": texts}), np.arange(240) % 7
    net = TableRegressor(hidden_layer_sizes=(8,), early_stopping=False, max_iter=3, random_state=0)
    recorder = Recorder()
    clone(net).set_callbacks(recorder).fit(table, values)
    two = clone(net).set_params(max_iter=2).fit(table, values)
    inputs, targets, then = recorder.fitted[1]
    assert inputs is table
    assert targets is values
    assert [column.kind for column in then.features_.columns] == ["number", "embedded"]
    np.testing.assert_array_equal(then.predict(table), two.predict(table))
