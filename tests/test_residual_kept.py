"""Residual networks go on from pickles, and are the same in any number of threads."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from test_networks_kept import OF_FLOAT64, X, Y

import ganglion as gn
from ganglion.neural_network import ResNetClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module", params=OF_FLOAT64)
def net(request: pytest.FixtureRequest) -> Any:
    return clone(OF_FLOAT64[request.param]).fit(X, Y)


@pytest.fixture(scope="module")
def classifier() -> Any:
    return clone(OF_FLOAT64["residual"]).fit(X, Y)


def test_the_same_random_state_gives_the_same_bits_on_any_threads(net: Any) -> None:
    one, two = (clone(net).set_params(random_state=3, n_jobs=n).fit(X, Y) for n in (1, 2))
    np.testing.assert_array_equal(one.model_.parameter_vector, two.model_.parameter_vector)


def test_a_pickle_goes_on_with_the_same_bits() -> None:
    net = ResNetClassifier(2, 16, random_state=0).partial_fit(X, Y, classes=range(10))
    again = pickle.loads(pickle.dumps(net))
    for one in (net, again):
        one.partial_fit(X, Y)
    np.testing.assert_array_equal(net.model_.parameter_vector, again.model_.parameter_vector)


def test_running_moments_are_in_the_file(classifier: Any, tmp_path: Path) -> None:
    classifier.model_.save(tmp_path / "net.safetensors")
    loaded = gn.load(tmp_path / "net.safetensors")
    named = dict(zip(loaded.parameter_names, loaded.get_weights(), strict=True))
    running = [value for name, value in named.items() if name.endswith("running_mean")]
    assert len(running) == 4  # of three blocks, and before the output layer
    assert all(np.abs(value).max() > 0 for value in running)


def test_sparse_inputs_give_what_dense_ones_do(classifier: Any) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    net = clone(classifier).fit(sparse.csr_array(X), Y)
    learnt = classifier.model_.parameter_vector
    np.testing.assert_array_equal(net.model_.parameter_vector, learnt)
    np.testing.assert_array_equal(net.predict_proba(sparse.csc_array(X)), net.predict_proba(X))
