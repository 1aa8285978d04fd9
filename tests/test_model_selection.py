"""Many fits at once, and searches in threads."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sklearn import config_context, get_config
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, StratifiedKFold

import ganglion as gn
from ganglion import _core
from ganglion.model_selection import GridSearch, fit_many
from ganglion.neural_network import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
NETS = [MLPClassifier(random_state=seed, max_iter=20) for seed in range(5)]


@pytest.fixture(autouse=True)
def same_limit_afterwards() -> Iterator[None]:
    gn.set_num_threads(None)
    before = gn.show_config()
    yield
    assert gn.show_config() == before


@pytest.mark.parametrize("n_jobs", [None, 1, 3, -1])
def test_fit_many_gives_what_each_fit_gives_alone(n_jobs: int | None) -> None:
    together = fit_many([clone(net) for net in NETS], X, Y, n_jobs=n_jobs)
    for one, alone in zip(together, NETS, strict=True):
        np.testing.assert_array_equal(one.predict_proba(X), clone(alone).fit(X, Y).predict_proba(X))


def test_fit_many_fits_each_to_its_own_rows() -> None:
    folds = [train for train, _ in StratifiedKFold(5).split(X, Y)]
    for one, alone, rows in zip(
        fit_many([clone(net) for net in NETS], X, Y, rows=folds), NETS, folds, strict=True
    ):
        expected = clone(alone).fit(X[rows], Y[rows])
        np.testing.assert_array_equal(one.predict_proba(X), expected.predict_proba(X))


def test_fit_many_says_what_does_not_fit_and_keeps_the_limit() -> None:
    with pytest.raises(ValueError, match="rows holds 1 parts, must hold 5"):
        fit_many(NETS, X, Y, rows=[np.arange(3)])
    gn.set_num_threads(2)
    try:
        with pytest.raises(ValueError, match="alpha"):
            fit_many([MLPClassifier(alpha=-1)], X, Y)
        assert gn.get_num_threads() == 2
    finally:
        gn.set_num_threads(None)
    assert fit_many([], X, Y) == []


def test_fit_many_comes_back_when_all_fits_have_ended() -> None:
    slow = MLPClassifier(max_iter=400, tol=0, n_iter_no_change=400, random_state=0)
    with pytest.raises(ValueError, match="alpha"):
        fit_many([slow, MLPClassifier(alpha=-1)], X, Y, n_jobs=2)
    assert slow.n_iter_ == 400
    with pytest.raises(ValueError, match="holds one of them twice"):
        fit_many([slow, slow], X, Y)


def test_grid_search_finds_what_scikit_learns_finds() -> None:
    grid = {"alpha": [1e-4, 1.0], "hidden_layer_sizes": [(4,), (16,)]}
    net = MLPClassifier(random_state=0, max_iter=50)
    ours = GridSearch(net, grid, cv=3).fit(X, Y)
    theirs = GridSearchCV(net, grid, cv=3).fit(X, Y)
    assert ours.best_params_ == theirs.best_params_
    for key in ("mean_test_score", "rank_test_score"):
        np.testing.assert_array_equal(ours.cv_results_[key], theirs.cv_results_[key])
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    nested = GridSearch(GridSearch(net, {"alpha": [0.1]}, cv=2), {"cv": [2, 3]}, cv=2).fit(X, Y)
    assert nested.best_score_ > 0.5


@pytest.mark.parametrize("module", ["neural_network", "model_selection"])
def test_what_is_missing_is_said(module: str) -> None:
    script = f"import sys; sys.modules['sklearn'] = None; import ganglion.{module}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert f"ImportError: ganglion.{module} needs scikit-learn: python -m pip" in done.stderr


class Noting(MLPClassifier):
    """Notes how many threads it may use, and what it is given."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **others: Any) -> Any:
        self.seen_ = (_core.thread_limit()[0], len(X), sample_weight, others, get_config())
        return self


def test_each_fit_has_one_thread_and_its_part_of_what_is_given() -> None:
    x, y = np.zeros((6, 2)), np.arange(6)
    weight = np.arange(6.0)
    gn.set_num_threads(4)
    try:
        with config_context(assume_finite=True):
            one, two = fit_many(
                [Noting(), Noting()], x, y, rows=[[0, 1], [3, 4, 5]], sample_weight=weight, X_val=x
            )
    finally:
        gn.set_num_threads(None)
    for net, rows in ((one, [0, 1]), (two, [3, 4, 5])):
        threads, count, given, others, config = net.seen_
        assert (threads, count) == (1, len(rows))
        np.testing.assert_array_equal(given, weight[rows])
        assert others["X_val"] is x
        assert config["assume_finite"]
